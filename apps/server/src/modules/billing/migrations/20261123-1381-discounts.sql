-- What discounts took off charged days, and what surcharges were charged: so that days given back cost exactly what they were charged at.

alter table charges add column parts jsonb;
comment on column charges.parts is 'What discounts take off the amount of a whole period: [{label, amount}], negative minor units.';
comment on column charges.net is 'What is still charged, after all discounts.';

-- Days of a surcharge, charged by themselves beside those of its service.
create table surcharge_charges (
  tenant_id uuid not null,
  surcharge_id uuid not null,
  service_id uuid not null,
  during daterange not null check (not isempty(during) and not upper_inf(during)),
  until_date date not null generated always as (upper(during)) stored,
  invoice_id uuid not null,
  tariff_id uuid not null,
  -- For one unit and period, as it was charged.
  price bigint not null,
  quantity integer not null,
  period_months smallint not null default 1,
  anchor date,
  parts jsonb,
  billing_day smallint not null,
  net bigint not null,
  tax_rate bigint not null,
  tax bigint not null,
  primary key (tenant_id, surcharge_id, during without overlaps),
  foreign key (tenant_id, surcharge_id) references surcharges,
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, tariff_id) references tariffs
);
create index on surcharge_charges (tenant_id, surcharge_id, until_date);
create index on surcharge_charges (tenant_id, service_id, until_date);
create index on surcharge_charges (tenant_id, invoice_id);
select guard_table('surcharge_charges');

-- The discount on the whole invoice that a line is; it may count for so many invoices.
alter table invoice_lines add column discount_id uuid;
select keep_rows('discounts');
select refer('invoice_lines', 'discount_id', 'discounts');
create index on invoice_lines (tenant_id, discount_id, id) where discount_id is not null;
