-- Contracts as they were issued.
create table contracts (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  number text not null,
  customer_id uuid not null,
  partner_id uuid not null,
  service_id uuid not null,
  date date not null,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, service_id) references services
);
create unique index on contracts (tenant_id, number);
create index on contracts (tenant_id, number, id);
create index on contracts (tenant_id, customer_id, id);
create index on contracts (tenant_id, service_id, id);
create index on contracts (tenant_id, date, id);
select guard_table('contracts');
do $$ begin execute format('revoke delete on contracts from %I', current_setting('isp.app_role')); end $$;
create trigger take_partner_of_customer before insert on contracts for each row execute function take_partner_of_customer();

-- What came since to the roles every tenant starts with, for those that nobody edited.
update roles set grants = grants || '[{"noun": "service", "actions": ["issue_contract"]}]'::jsonb, updated_at = now()
where name = 'support' and version = 1;
update roles set grants = grants || '[{"noun": "document_template", "actions": ["*"]}]'::jsonb, updated_at = now()
where name = 'billing' and version = 1;
update tenants set access_version = access_version + 1;
