-- Money received, and what it was put towards.

create table payments (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  amount bigint not null check (amount > 0),
  method text not null check (method in ('cash', 'bank_transfer', 'card', 'other')),
  date date not null,
  reference text,
  comment text,
  status text not null default 'succeeded' check (status in ('succeeded', 'refunded')),
  refund_reason text,
  refunded_on date,
  -- What of it is not put towards an invoice: credit.
  unallocated bigint not null check (unallocated between 0 and amount),
  currency text not null,
  external_id text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on payments (tenant_id, customer_id, id);
create index on payments (tenant_id, date, id);
create index on payments (tenant_id, status, id);
create index on payments (tenant_id, amount, id);
create index on payments (tenant_id, reference, id) where reference is not null;
create unique index payments_external_id on payments (tenant_id, external_id) where external_id is not null;
create index payments_open on payments (tenant_id, customer_id) where unallocated > 0;
select guard_table('payments');
select make_searchable('payments', 'payment', 'reference:words');
do $$ begin execute format('revoke delete on payments from %I', current_setting('isp.app_role')); end $$;
create trigger take_partner_of_customer before insert on payments for each row execute function take_partner_of_customer();

create table allocations (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  payment_id uuid,
  credit_note_id uuid,
  invoice_id uuid not null,
  amount bigint not null check (amount > 0),
  date date not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  constraint from_one_source check ((payment_id is null) <> (credit_note_id is null)),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, payment_id) references payments,
  foreign key (tenant_id, credit_note_id) references credit_notes,
  foreign key (tenant_id, invoice_id) references invoices
);
create index on allocations (tenant_id, invoice_id);
create index on allocations (tenant_id, payment_id) where payment_id is not null;
create index on allocations (tenant_id, credit_note_id) where credit_note_id is not null;
create index on allocations (tenant_id, customer_id, id);
select guard_table('allocations');
