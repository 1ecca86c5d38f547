-- Credit paid out to customers. What it is taken from is written down as for invoices, so that it can be given back.

create table refunds (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  amount bigint not null check (amount > 0),
  method text not null check (method in ('cash', 'bank_transfer', 'card', 'other')),
  date date not null,
  reference text,
  reason text not null,
  status text not null default 'paid_out' check (status in ('paid_out', 'returned')),
  return_reason text,
  returned_on date,
  currency text not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on refunds (tenant_id, customer_id, id);
create index on refunds (tenant_id, date, id);
create index on refunds (tenant_id, status, id);
create index on refunds (tenant_id, reference, id) where reference is not null;
select guard_table('refunds');
do $$ begin execute format('revoke delete on refunds from %I', current_setting('isp.app_role')); end $$;
create trigger take_partner_of_customer before insert on refunds for each row execute function take_partner_of_customer();

alter table allocations
  alter column invoice_id drop not null,
  add column refund_id uuid,
  add foreign key (tenant_id, refund_id) references refunds;
-- Every row so far has its invoice.
alter table allocations add constraint to_one_purpose check ((invoice_id is null) <> (refund_id is null)) not valid;
create index on allocations (tenant_id, refund_id) where refund_id is not null;

-- What came to the role every tenant starts with, where nobody edited it.
update roles set grants = grants || '[{"noun": "refund", "actions": ["*"]}, {"noun": "customer", "actions": ["refund_credit"]}]'::jsonb, updated_at = now()
where name = 'billing' and version = 1;
update tenants set access_version = access_version + 1;
