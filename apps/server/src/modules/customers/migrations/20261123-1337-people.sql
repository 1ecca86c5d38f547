-- Who a customer is, whom to talk to about what, and what people agreed to.

alter table customers
  add column first_name text,
  add column last_name text,
  add column birth_date date,
  add column legal_name text,
  add column company_number text;
create index on customers (tenant_id, company_number) where company_number is not null;

alter table contacts
  -- All that the person does for the customer; `role` is the first of them.
  add column roles jsonb not null default '[]' check (jsonb_typeof(roles) = 'array'),
  add column position text,
  add column language text,
  -- Purpose → channels; a purpose that is not named goes by the roles.
  add column preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object');
update contacts set roles = jsonb_build_array(role);

create table consents (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  -- Null: whoever speaks for the customer.
  contact_id uuid,
  purpose text not null check (purpose in ('marketing', 'profiling', 'data_sharing', 'credit_check', 'call_recording', 'terms', 'privacy_policy')),
  -- Null: whatever the channel.
  channel text check (channel in ('email', 'sms', 'phone', 'post')),
  status text not null check (status in ('given', 'withdrawn')),
  at timestamptz(3) not null,
  obtained_by text not null check (obtained_by in ('in_person', 'phone', 'paper', 'web', 'email', 'portal', 'import')),
  wording text,
  recorded_by jsonb not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  -- Somebody who agreed to something is not removed.
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id)
);
create index on consents (tenant_id, customer_id, at);
create index on consents (tenant_id, at, id);
create index on consents (tenant_id, purpose, id);
create index on consents (tenant_id, contact_id) where contact_id is not null;
create index on consents (tenant_id, partner_id, id);
select guard_table('consents');
create trigger take_partner_of_customer before insert on consents for each row execute function take_partner_of_customer();
-- What somebody agreed to stays recorded. Only whose it is may change, when two customers are found to be one.
do $$ begin
  execute format('revoke update, delete on consents from %I', current_setting('isp.app_role'));
  execute format('grant update (customer_id, partner_id, version, updated_at) on consents to %I', current_setting('isp.app_role'));
end $$;
