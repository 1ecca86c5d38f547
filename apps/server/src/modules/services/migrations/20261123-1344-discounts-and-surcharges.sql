-- What makes a service or an invoice cost less than the tariff says, and a service more.

create table discounts (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  -- Null: each service of the customer, or its invoices.
  service_id uuid,
  label text not null check (label <> ''),
  applies_to text not null default 'line' check (applies_to in ('line', 'invoice')),
  kind text not null check (kind in ('percent', 'fixed')),
  -- Percent × 10^4 of what the reductions before it left; or net, in minor units, for a month or for an invoice.
  percent bigint check (percent between 1 and 1000000),
  amount bigint check (amount > 0),
  position integer not null default 100 check (position between 0 and 1000),
  from_date date not null,
  -- The last day.
  to_date date,
  periods integer check (periods between 1 and 120),
  status text not null default 'given' check (status in ('given', 'withdrawn')),
  coupon_id uuid,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, coupon_id) references coupons,
  constraint discount_takes_one_thing_off check ((kind = 'percent') = (percent is not null) and (kind = 'fixed') = (amount is not null)),
  constraint discount_on_invoices_is_the_customers check (applies_to = 'line' or service_id is null),
  constraint discount_to_follows_from check (to_date >= from_date)
);
create index on discounts (tenant_id, customer_id, id);
create index on discounts (tenant_id, service_id, id) where service_id is not null;
create index on discounts (tenant_id, coupon_id, customer_id) where coupon_id is not null;
create index on discounts (tenant_id, from_date, id);
create index on discounts (tenant_id, status, id);
create index on discounts (tenant_id, partner_id, id);
select guard_table('discounts');
create trigger take_partner_of_customer before insert on discounts for each row execute function take_partner_of_customer();

create table surcharges (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  service_id uuid not null,
  label text not null check (label <> ''),
  -- For one unit and month, in minor units.
  price bigint not null check (price >= 0),
  quantity integer not null default 1 check (quantity between 1 and 10000),
  -- Null: taxed as its service.
  tax_id uuid,
  from_date date not null,
  -- The last day.
  to_date date,
  status text not null default 'given' check (status in ('given', 'withdrawn')),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, tax_id) references taxes,
  constraint surcharge_to_follows_from check (to_date >= from_date)
);
create index on surcharges (tenant_id, customer_id, id);
create index on surcharges (tenant_id, service_id, id);
create index on surcharges (tenant_id, from_date, id);
create index on surcharges (tenant_id, status, id);
create index on surcharges (tenant_id, partner_id, id);
create index on surcharges (tenant_id, tax_id) where tax_id is not null;
select guard_table('surcharges');
create trigger take_partner_of_customer before insert on surcharges for each row execute function take_partner_of_customer();
