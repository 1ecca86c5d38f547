-- What a change of tariff costs and gives back. Empty is what the partner above has; where nobody says: unused days are given back, the
-- rest of the period is charged at once, and the change itself costs nothing.
create table billing_policies (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  partner_id uuid not null,
  refund text check (refund in ('unused', 'none')),
  charge text check (charge in ('at_once', 'next_bill')),
  -- Without tax, in minor units.
  fee_up bigint check (fee_up >= 0),
  fee_down bigint check (fee_down >= 0),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, partner_id),
  foreign key (tenant_id, partner_id) references partners on delete cascade
);
select guard_table('billing_policies');

-- What a change of tariff costs, as it was when the change was entered; charged on the day on which the change comes true.
create table change_fees (
  tenant_id uuid not null references tenants,
  change_id uuid not null,
  service_id uuid not null,
  amount bigint not null check (amount > 0),
  invoice_id uuid,
  primary key (tenant_id, change_id),
  foreign key (tenant_id, change_id) references service_changes (tenant_id, id)
);
create index on change_fees (tenant_id, service_id);
select refer('change_fees', 'service_id', 'services');
select refer('change_fees', 'invoice_id', 'invoices');
select guard_table('change_fees');
