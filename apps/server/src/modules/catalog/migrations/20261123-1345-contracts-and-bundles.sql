-- For how long a tariff is agreed and what leaving early costs; what a bundle consists of.

alter table tariffs
  add column minimum_months integer check (minimum_months between 1 and 120),
  add column renewal text not null default 'none' check (renewal in ('none', 'monthly', 'same_term')),
  add column notice_days integer not null default 0 check (notice_days between 0 and 366),
  add column early_fee text not null default 'none' check (early_fee in ('none', 'fixed', 'remaining', 'formula')),
  add column early_fee_amount bigint check (early_fee_amount >= 0),
  -- Percent × 10^4.
  add column early_fee_percent bigint check (early_fee_percent between 1 and 1000000),
  add column early_fee_formula text,
  add column bundle_end text not null default 'end' check (bundle_end in ('end', 'keep')),
  add constraint tariff_early_fee_has_its_value check (
    (early_fee = 'fixed') = (early_fee_amount is not null)
    and (early_fee = 'remaining') = (early_fee_percent is not null)
    and (early_fee = 'formula') = (early_fee_formula is not null)),
  add constraint tariff_fee_needs_a_term check (minimum_months is not null or (renewal = 'none' and early_fee = 'none')),
  add constraint only_bundles_end_their_services check (service_type = 'bundle' or bundle_end = 'end');

create table bundle_items (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  tariff_id uuid not null,
  item_tariff_id uuid not null,
  quantity integer not null default 1 check (quantity between 1 and 1000),
  position integer not null default 1 check (position between 1 and 100),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, tariff_id) references tariffs on delete cascade,
  foreign key (tenant_id, item_tariff_id) references tariffs,
  check (tariff_id <> item_tariff_id)
);
create index on bundle_items (tenant_id, tariff_id, id);
create index on bundle_items (tenant_id, item_tariff_id, id);
create index on bundle_items (tenant_id, position, id);
select guard_table('bundle_items');
