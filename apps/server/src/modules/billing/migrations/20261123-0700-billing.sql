-- Billing: which days of which service were charged, on which invoice; runs, credit notes, and whom dunning holds.

-- Rows that reach tenants through another foreign key have none of their own to it: a run writes ten of them a customer.

-- Every active day before it was charged or looked at; null: none was. The run reads no further back than this.
alter table customers add column unbilled_from date;

create table billing_runs (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  date date not null,
  status text not null check (status in ('previewing', 'preview', 'confirming', 'done', 'failed', 'withdrawn')),
  automatic boolean not null default false,
  customers integer not null default 0,
  invoices integer not null default 0,
  net_total bigint not null default 0,
  tax_total bigint not null default 0,
  total bigint not null default 0,
  last_total bigint not null default 0,
  progress_done integer not null default 0,
  progress_total integer not null default 0,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  problems jsonb not null default '[]',
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);
create index on billing_runs (tenant_id, date, id);
create index on billing_runs (tenant_id, status, id);
select guard_table('billing_runs');

create table billing_run_previews (
  tenant_id uuid not null,
  billing_run_id uuid not null,
  customer_id uuid not null,
  partner_id uuid not null,
  customer_name text not null,
  number text not null,
  net bigint not null,
  tax bigint not null,
  total bigint not null,
  last_total bigint not null,
  difference bigint not null,
  change text not null check (change in ('new', 'gone', 'up', 'down', 'same')),
  lines jsonb not null,
  warnings jsonb not null,
  primary key (tenant_id, billing_run_id, customer_id),
  foreign key (tenant_id, billing_run_id) references billing_runs,
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on billing_run_previews (tenant_id, billing_run_id, difference, customer_id);
create index on billing_run_previews (tenant_id, billing_run_id, total, customer_id);
create index on billing_run_previews (tenant_id, billing_run_id, change, customer_id);
select guard_table('billing_run_previews');

create table invoices (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  number text not null,
  customer_id uuid not null,
  partner_id uuid not null,
  billing_run_id uuid,
  status text not null check (status in ('draft', 'final', 'partially_paid', 'paid', 'overdue', 'void')),
  date date not null,
  due_date date not null check (due_date >= date),
  period_from date,
  period_to date,
  net_total bigint not null check (net_total >= 0),
  tax_total bigint not null,
  total bigint not null,
  paid_total bigint not null default 0,
  due_total bigint not null generated always as (case when status = 'void' then 0 else total - paid_total end) stored,
  currency text not null,
  -- Name, address and tax number as they were on the day.
  bill_to jsonb not null,
  void_reason text,
  voided_on date,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  -- What belongs to an invoice carries its partner by this key.
  unique (tenant_id, id, partner_id),
  check (total = net_total + tax_total),
  constraint paid_at_most_whole check (paid_total between 0 and total),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, billing_run_id) references billing_runs
);
create index on invoices (tenant_id, customer_id, id);
create index on invoices (tenant_id, status, id);
create index on invoices (tenant_id, date, id);
create index on invoices (tenant_id, due_date, id);
create index on invoices (tenant_id, billing_run_id, id) where billing_run_id is not null;
select guard_table('invoices');
do $$ begin execute format('revoke delete on invoices from %I', current_setting('isp.app_role')); end $$;

-- How an invoice stands by what was paid of it.
create function invoice_standing(p_paid bigint, p_total bigint, p_due date, p_today date) returns text
language sql immutable parallel safe as $$
  select case when p_paid >= p_total then 'paid' when p_due < p_today then 'overdue' when p_paid > 0 then 'partially_paid' else 'final' end
$$;

create table invoice_lines (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  invoice_id uuid not null,
  partner_id uuid not null,
  position integer not null,
  service_id uuid,
  tariff_id uuid,
  description text not null,
  quantity integer not null,
  unit_price bigint not null,
  net bigint not null,
  tax_rate bigint not null,
  tax bigint not null,
  total bigint not null,
  period_from date,
  period_to date,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  check (total = net + tax),
  foreign key (tenant_id, invoice_id, partner_id) references invoices (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, service_id) references services
);
create index on invoice_lines (tenant_id, invoice_id, position);
create index on invoice_lines (tenant_id, service_id, id) where service_id is not null;
select guard_table('invoice_lines');
do $$ begin execute format('revoke delete on invoice_lines from %I', current_setting('isp.app_role')); end $$;

-- Which days of a service are charged: never one of them twice, whatever happens.
create table charges (
  tenant_id uuid not null,
  service_id uuid not null,
  during daterange not null check (not isempty(during) and not upper_inf(during)),
  until_date date not null generated always as (upper(during)) stored,
  invoice_id uuid not null,
  tariff_id uuid not null,
  -- For one unit and month, as it was charged.
  price bigint not null,
  quantity integer not null,
  -- Where the months begin that the days are parts of.
  billing_day smallint not null,
  net bigint not null,
  tax_rate bigint not null,
  tax bigint not null,
  primary key (tenant_id, service_id, during without overlaps),
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, invoice_id) references invoices
);
create index on charges (tenant_id, service_id, until_date);
select guard_table('charges');

-- What is charged once in a service's life.
create table one_time_charges (
  tenant_id uuid not null,
  service_id uuid not null,
  kind text not null check (kind in ('one_time', 'setup_fee')),
  invoice_id uuid not null,
  primary key (tenant_id, service_id, kind),
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, invoice_id) references invoices
);
select guard_table('one_time_charges');

create table credit_notes (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  number text not null,
  customer_id uuid not null,
  partner_id uuid not null,
  -- The invoice it corrects; the last of them where it corrects several.
  invoice_id uuid,
  date date not null,
  reason text not null,
  net_total bigint not null check (net_total <= 0),
  tax_total bigint not null,
  total bigint not null,
  -- What of it is not yet put towards an invoice; positive.
  unallocated bigint not null check (unallocated between 0 and - total),
  currency text not null,
  bill_to jsonb not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  check (total = net_total + tax_total),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, invoice_id) references invoices
);
create index on credit_notes (tenant_id, customer_id, id);
create index on credit_notes (tenant_id, invoice_id) where invoice_id is not null;
create index on credit_notes (tenant_id, date, id);
create index credit_notes_open on credit_notes (tenant_id, customer_id) where unallocated > 0;
select guard_table('credit_notes');
do $$ begin execute format('revoke delete on credit_notes from %I', current_setting('isp.app_role')); end $$;

create table credit_note_lines (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  credit_note_id uuid not null,
  customer_id uuid not null,
  partner_id uuid not null,
  position integer not null,
  invoice_id uuid,
  service_id uuid,
  description text not null,
  quantity integer not null,
  unit_price bigint not null,
  net bigint not null,
  tax_rate bigint not null,
  tax bigint not null,
  total bigint not null,
  period_from date,
  period_to date,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  check (total = net + tax),
  foreign key (tenant_id, credit_note_id) references credit_notes,
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, service_id) references services
);
create index on credit_note_lines (tenant_id, credit_note_id, position);
create index on credit_note_lines (tenant_id, invoice_id) where invoice_id is not null;
select guard_table('credit_note_lines');
do $$ begin execute format('revoke delete on credit_note_lines from %I', current_setting('isp.app_role')); end $$;

-- Customers whom dunning blocked or disabled, until somebody brings them back: what a payment may undo.
create table dunning_holds (
  tenant_id uuid not null,
  customer_id uuid not null,
  partner_id uuid not null,
  stage text not null check (stage in ('blocked', 'disabled')),
  since date not null,
  primary key (tenant_id, customer_id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
select guard_table('dunning_holds');
create trigger take_partner_of_customer before insert on dunning_holds for each row execute function take_partner_of_customer();
