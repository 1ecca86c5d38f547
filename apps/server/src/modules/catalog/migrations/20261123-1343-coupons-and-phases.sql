-- Coupons, and the phases in which a tariff's price begins.

create table coupons (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  -- In capitals, without spaces.
  code text not null check (code <> '' and code = upper(code)),
  label text not null check (label <> ''),
  status text not null default 'active' check (status in ('active', 'retired')),
  applies_to text not null default 'line' check (applies_to in ('line', 'invoice')),
  kind text not null check (kind in ('percent', 'fixed')),
  -- Percent × 10^4 of what the reductions before it left; or net, in minor units, for a month or for an invoice.
  percent bigint check (percent between 1 and 1000000),
  amount bigint check (amount > 0),
  position integer not null default 100 check (position between 0 and 1000),
  duration text not null default 'once' check (duration in ('once', 'periods', 'forever')),
  periods integer check (periods between 1 and 120),
  valid_from date,
  valid_to date,
  max_redemptions integer check (max_redemptions > 0),
  max_per_customer integer default 1 check (max_per_customer > 0),
  redeemed integer not null default 0 check (redeemed >= 0),
  tariff_ids uuid[] not null default '{}',
  customer_category text not null default 'any' check (customer_category in ('any', 'person', 'company')),
  label_ids uuid[] not null default '{}',
  partner_ids uuid[] not null default '{}',
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, code),
  constraint coupon_takes_one_thing_off check ((kind = 'percent') = (percent is not null) and (kind = 'fixed') = (amount is not null)),
  constraint coupon_counts_its_periods check ((duration = 'periods') = (periods is not null)),
  constraint coupon_valid_to_follows_from check (valid_to >= valid_from)
);
create index on coupons (tenant_id, status, id);
select guard_table('coupons');

create table tariff_phases (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  tariff_id uuid not null,
  position integer not null check (position between 1 and 20),
  name text not null check (name <> ''),
  length integer not null check (length between 1 and 366),
  length_unit text not null default 'months' check (length_unit in ('months', 'days')),
  kind text not null default 'fixed' check (kind in ('fixed', 'percent')),
  -- For one unit and month, in minor units; or percent × 10^4 of the list price that is paid.
  price bigint check (price >= 0),
  percent bigint check (percent between 0 and 1000000),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, tariff_id, position),
  foreign key (tenant_id, tariff_id) references tariffs on delete cascade,
  constraint phase_has_one_price check ((kind = 'percent') = (percent is not null) and (kind = 'fixed') = (price is not null))
);
create index on tariff_phases (tenant_id, tariff_id, id);
create index on tariff_phases (tenant_id, position, id);
select guard_table('tariff_phases');
