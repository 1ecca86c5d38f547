-- The whole catalogue of tariffs: five kinds, prices for longer periods, to whom and where they are sold.

create table revenue_categories (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  code text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
create index on revenue_categories (tenant_id, code) where code is not null;
select guard_table('revenue_categories');

create table locations (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  country text check (country ~ '^[A-Z]{2}$'),
  cities text,
  postal_codes text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name),
  constraint location_says_where check (coalesce(country, cities, postal_codes) is not null)
);
select guard_table('locations');

alter table tariffs
  drop constraint tariffs_service_type_check,
  add constraint tariffs_service_type_check check (service_type in ('internet', 'voice', 'recurring', 'one_time', 'bundle')),
  add column sold_monthly boolean not null default true,
  -- For one unit and a whole period.
  add column price_3_months bigint check (price_3_months >= 0),
  add column price_6_months bigint check (price_6_months >= 0),
  add column price_12_months bigint check (price_12_months >= 0),
  add column price_24_months bigint check (price_24_months >= 0),
  add column termination_fee bigint not null default 0 check (termination_fee >= 0),
  add column revenue_category_id uuid,
  add column contention_ratio integer check (contention_ratio between 1 and 1000),
  add column priority text not null default 'normal' check (priority in ('low', 'normal', 'high')),
  -- Percents × 10^4, of the speed; the burst's limit is on top of it.
  add column cir_mode text not null default 'none' check (cir_mode in ('none', 'percent', 'fixed')),
  add column cir_percent bigint check (cir_percent between 1 and 1000000),
  add column cir_download_kbps bigint check (cir_download_kbps > 0),
  add column cir_upload_kbps bigint check (cir_upload_kbps > 0),
  add column burst_mode text not null default 'none' check (burst_mode in ('none', 'percent', 'fixed')),
  add column burst_limit_percent bigint check (burst_limit_percent > 0),
  add column burst_threshold_percent bigint check (burst_threshold_percent between 1 and 1000000),
  add column burst_limit_download_kbps bigint check (burst_limit_download_kbps > 0),
  add column burst_limit_upload_kbps bigint check (burst_limit_upload_kbps > 0),
  add column burst_threshold_download_kbps bigint check (burst_threshold_download_kbps > 0),
  add column burst_threshold_upload_kbps bigint check (burst_threshold_upload_kbps > 0),
  add column burst_time_s integer check (burst_time_s between 1 and 3600),
  add column data_allowance_bytes bigint check (data_allowance_bytes > 0),
  add column fup_policy text,
  add column included_minutes integer check (included_minutes >= 0),
  add column rate_table text,
  add column partner_ids uuid[] not null default '{}',
  add column location_ids uuid[] not null default '{}',
  add column customer_category text not null default 'any' check (customer_category in ('any', 'person', 'company')),
  add column label_ids uuid[] not null default '{}',
  add column offered_from date,
  add column offered_to date,
  add column portal_visible boolean not null default true,
  add column allowed_changes uuid[] not null default '{}',
  add column max_stop_days integer check (max_stop_days between 0 and 366),
  add foreign key (tenant_id, revenue_category_id) references revenue_categories,
  add constraint offered_to_follows_from check (offered_to >= offered_from),
  add constraint sold_for_some_period check (
    sold_monthly or coalesce(price_3_months, price_6_months, price_12_months, price_24_months) is not null);

-- Speeds that another kind of tariff was given had no effect; they belong to internet tariffs only.
update tariffs set speed_download_kbps = null, speed_upload_kbps = null where service_type <> 'internet';

alter table tariffs
  add constraint only_internet_has_speeds check (
    service_type = 'internet'
    or (coalesce(speed_download_kbps, speed_upload_kbps, contention_ratio, data_allowance_bytes) is null and fup_policy is null
      and cir_mode = 'none' and burst_mode = 'none' and priority = 'normal')),
  add constraint cir_has_its_values check (
    (cir_mode = 'percent') = (cir_percent is not null)
    and (cir_mode = 'fixed') = (cir_download_kbps is not null) and (cir_mode = 'fixed') = (cir_upload_kbps is not null)),
  add constraint burst_has_its_values check (
    (burst_mode = 'percent') = (burst_limit_percent is not null) and (burst_mode = 'percent') = (burst_threshold_percent is not null)
    and (burst_mode = 'fixed') = (burst_limit_download_kbps is not null) and (burst_mode = 'fixed') = (burst_limit_upload_kbps is not null)
    and (burst_mode = 'fixed') = (burst_threshold_download_kbps is not null) and (burst_mode = 'fixed') = (burst_threshold_upload_kbps is not null)
    and (burst_mode <> 'none') = (burst_time_s is not null)),
  add constraint only_voice_has_minutes check (service_type = 'voice' or (included_minutes is null and rate_table is null));

create index on tariffs (tenant_id, status, id);
create index on tariffs (tenant_id, revenue_category_id, id) where revenue_category_id is not null;
