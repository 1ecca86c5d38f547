-- The ledger: what moved, from which account to which. Entries are only added; a mistake is reversed by another entry.

create table accounts (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  code text not null check (code ~ '^[0-9]{3,8}$'),
  name text not null check (name <> ''),
  type text not null check (type in ('asset', 'liability', 'equity', 'income', 'expense')),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);
select guard_table('accounts');

-- One row is one amount from one account to another, so an entry out of balance cannot be written down.
create table journal_entries (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  date date not null,
  kind text not null,
  description text not null,
  debit_account_id uuid not null,
  credit_account_id uuid not null,
  amount bigint not null check (amount > 0),
  customer_id uuid,
  partner_id uuid,
  -- What it was written for: an invoice, a payment, a credit note.
  source_noun text,
  source_id uuid,
  reverses_id uuid,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  check (debit_account_id <> credit_account_id),
  check ((customer_id is null) or (partner_id is not null)),
  foreign key (tenant_id, debit_account_id) references accounts,
  foreign key (tenant_id, credit_account_id) references accounts,
  foreign key (tenant_id, reverses_id) references journal_entries,
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on journal_entries (tenant_id, customer_id, id) where customer_id is not null;
create index on journal_entries (tenant_id, source_id) where source_id is not null;
create index on journal_entries (tenant_id, date, id);
-- Reversed once at most.
create unique index journal_entries_reversed_once on journal_entries (tenant_id, reverses_id) where reverses_id is not null;
select guard_table('journal_entries');
create trigger take_partner_of_customer before insert on journal_entries for each row
  when (new.customer_id is not null and new.partner_id is null) execute function take_partner_of_customer();
-- What was posted stays posted.
do $$ begin execute format('revoke update, delete on journal_entries from %I', current_setting('isp.app_role')); end $$;

-- The customer's statement: every entry that touches what customers owe, seen from the customer's side.
create view transactions with (security_invoker = true) as
select e.id, e.tenant_id, e.version, e.created_at, e.updated_at, e.customer_id, e.partner_id, e.date, e.kind, e.description, e.amount,
  case when e.debit_account_id = r.id then 'debit' else 'credit' end as type,
  case when e.debit_account_id = r.id then - e.amount else e.amount end as balance_effect,
  case when e.source_noun = 'invoice' then e.source_id end as invoice_id,
  case when e.source_noun = 'payment' then e.source_id end as payment_id,
  case when e.source_noun = 'credit_note' then e.source_id end as credit_note_id,
  e.reverses_id
from journal_entries e
join accounts r on r.tenant_id = e.tenant_id and r.code = '1100' and r.id in (e.debit_account_id, e.credit_account_id);
do $$ begin execute format('grant select on transactions to %I', current_setting('isp.app_role')); end $$;
