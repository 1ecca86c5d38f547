-- What a customer owed or had with us in the system it comes from: posted once, against an account of its own, and settled like money.
insert into accounts (tenant_id, code, name, type)
select id, '3900', 'Opening balances', 'equity'
from tenants
on conflict do nothing;

create table opening_balances (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  -- As the customer's balance: more than nothing is credit, less is owed to us.
  amount bigint not null check (amount <> 0),
  date date not null,
  -- What of it, without its sign, is still credit or still owed.
  open bigint not null check (open between 0 and abs(amount)),
  reference text,
  status text not null default 'posted' check (status in ('posted', 'withdrawn')),
  withdraw_reason text,
  withdrawn_on date,
  currency text not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
-- Not unique by customer: one that is merged into another takes its own along.
create index on opening_balances (tenant_id, customer_id, id);
create index on opening_balances (tenant_id, status, id);
create index on opening_balances (tenant_id, date, id);
create index opening_balances_open on opening_balances (tenant_id, customer_id) where open > 0;
select guard_table('opening_balances');
do $$ begin execute format('revoke delete on opening_balances from %I', current_setting('isp.app_role')); end $$;
create trigger take_partner_of_customer before insert on opening_balances for each row execute function take_partner_of_customer();

alter table allocations
  add column opening_credit_id uuid,
  add column opening_debt_id uuid,
  add foreign key (tenant_id, opening_credit_id) references opening_balances,
  add foreign key (tenant_id, opening_debt_id) references opening_balances,
  drop constraint from_one_source,
  drop constraint to_one_purpose;
-- Every row so far meets them.
alter table allocations
  add constraint from_one_source check (num_nonnulls(payment_id, credit_note_id, opening_credit_id) = 1) not valid,
  add constraint to_one_purpose check (num_nonnulls(invoice_id, refund_id, opening_debt_id) = 1) not valid;
create index on allocations (tenant_id, opening_credit_id) where opening_credit_id is not null;
create index on allocations (tenant_id, opening_debt_id) where opening_debt_id is not null;

-- What came to the role every tenant starts with, where nobody edited it.
update roles set grants = grants || '[{"noun": "opening_balance", "actions": ["*"]}]'::jsonb, updated_at = now()
where name = 'billing' and version = 1;
update tenants set access_version = access_version + 1;
