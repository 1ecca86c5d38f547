-- What is sold.

create table taxes (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  -- Percent × 10^4: 21 % is 210000.
  rate bigint not null check (rate between 0 and 1000000),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
select guard_table('taxes');

create table tariffs (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  title text not null check (title <> ''),
  description text,
  service_type text not null check (service_type in ('internet', 'recurring', 'one_time')),
  status text not null default 'active' check (status in ('draft', 'active', 'retired')),
  price bigint not null check (price >= 0),
  setup_fee bigint not null default 0 check (setup_fee >= 0),
  tax_id uuid,
  speed_download_kbps bigint check (speed_download_kbps > 0),
  speed_upload_kbps bigint check (speed_upload_kbps > 0),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, tax_id) references taxes,
  constraint internet_tariff_has_speeds check (service_type <> 'internet' or (speed_download_kbps is not null and speed_upload_kbps is not null))
);
create index on tariffs (tenant_id, title, id);
create index on tariffs (tenant_id, tax_id) where tax_id is not null;
select guard_table('tariffs');
select make_searchable('tariffs', 'tariff', 'title:words');
