-- Customers: the account that is served and billed.

create table labels (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  color text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
select guard_table('labels');

create table customers (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  number text not null,
  name text not null check (name <> ''),
  category text not null default 'person' check (category in ('person', 'company')),
  status text not null default 'new' check (status in ('new', 'active', 'blocked', 'disabled')),
  status_reason text,
  status_since timestamptz(3) not null default now(),
  email text,
  phone text,
  street text,
  city text,
  postal_code text,
  country text check (country ~ '^[A-Z]{2}$'),
  tax_id text,
  language text not null default 'en',
  partner_id uuid not null,
  parent_id uuid,
  label_ids uuid[] not null default '{}',
  external_id text,
  -- Positive is credit with us, negative is owed to us; the sum of the customer's journal entries, kept with each posting.
  balance bigint not null default 0,
  currency text not null,
  billing_day smallint not null default 1 check (billing_day between 1 and 31),
  due_days smallint not null default 15 check (due_days between 0 and 90),
  -- Days after the due date until access is blocked; days blocked until services are disabled.
  blocking_days smallint not null default 0 check (blocking_days between 0 and 365),
  grace_days smallint check (grace_days between 1 and 365),
  min_balance bigint not null default 0,
  auto_block boolean not null default true,
  activated_on date,
  blocked_on date,
  disabled_on date,
  -- The next day on which the billing run takes this customer.
  next_billing_on date,
  custom jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  -- What belongs to a customer carries its partner by this key, and follows when the customer moves.
  unique (tenant_id, id, partner_id),
  foreign key (tenant_id, partner_id) references partners,
  foreign key (tenant_id, parent_id) references customers (tenant_id, id),
  check (parent_id <> id)
);
create unique index customers_external_id on customers (tenant_id, external_id) where external_id is not null;
create index on customers (tenant_id, partner_id, id);
create index on customers (tenant_id, parent_id) where parent_id is not null;
create index on customers (tenant_id, status, id);
create index on customers (tenant_id, name, id);
create index on customers (tenant_id, balance, id);
create index on customers (tenant_id, next_billing_on, id) where next_billing_on is not null;
create index on customers (tenant_id, email);
create index on customers (tenant_id, phone);
create index on customers (tenant_id, city, id);
select guard_table('customers');
select make_searchable('customers', 'customer', 'name:words', 'number:words', 'email:words', 'phone:phone', 'external_id:words');

create table contacts (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  name text not null check (name <> ''),
  role text not null default 'general' check (role in ('general', 'billing', 'technical', 'portal')),
  email text,
  phone text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade on delete cascade
);
create index on contacts (tenant_id, customer_id);
create index on contacts (tenant_id, partner_id, id);
select guard_table('contacts');
select make_searchable('contacts', 'contact', 'name:words', 'email:words', 'phone:phone');

-- partner_id of what belongs to a customer is the customer's; nobody needs to know it beforehand.
create function take_partner_of_customer() returns trigger
language plpgsql as $$
begin
  select c.partner_id into new.partner_id from customers c where c.tenant_id = new.tenant_id and c.id = new.customer_id;
  if new.partner_id is null then
    raise foreign_key_violation using message = 'no such customer', table = tg_table_name, column = 'customer_id';
  end if;
  return new;
end $$;
create trigger take_partner_of_customer before insert on contacts for each row execute function take_partner_of_customer();
