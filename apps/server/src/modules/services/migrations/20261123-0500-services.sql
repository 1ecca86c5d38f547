-- What a customer has. The row says how it stands today; service_periods say how it stood and will stand, day by day.

create table services (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  tariff_id uuid not null,
  service_type text not null,
  status text not null default 'pending' check (status in ('pending', 'active', 'stopped', 'disabled', 'terminated')),
  description text,
  quantity integer not null default 1 check (quantity between 1 and 10000),
  -- Instead of the tariff's price, for one unit and month.
  price bigint check (price >= 0),
  login text,
  password bytea,
  router_id uuid,
  ipv4_mode text not null default 'none' check (ipv4_mode in ('none', 'static', 'pool')),
  ipv4_address inet,
  mac text,
  start_date date not null,
  end_date date check (end_date >= start_date),
  external_id text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, id, partner_id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, tariff_id) references tariffs,
  foreign key (tenant_id, router_id) references routers,
  constraint internet_service_has_login check (service_type <> 'internet' or (login is not null and password is not null))
);
-- A login names one living service.
create unique index services_login on services (tenant_id, login) where login is not null and status <> 'terminated';
create index services_by_login on services (login) where login is not null and status <> 'terminated';
create unique index services_external_id on services (tenant_id, external_id) where external_id is not null;
create index on services (tenant_id, customer_id);
create index on services (tenant_id, partner_id, id);
create index on services (tenant_id, tariff_id, id);
create index on services (tenant_id, router_id, id) where router_id is not null;
create index on services (tenant_id, status, id);
select guard_table('services');
select make_searchable('services', 'service', 'login:words', 'mac:mac', 'ipv4_address:ip');
create trigger take_partner_of_customer before insert on services for each row execute function take_partner_of_customer();

alter table ip_addresses add foreign key (tenant_id, service_id) references services;

-- One row a stretch of days with one status, tariff, price and quantity: never two for one day.
create table service_periods (
  tenant_id uuid not null references tenants,
  service_id uuid not null,
  during daterange not null check (not isempty(during)),
  status text not null check (status in ('pending', 'active', 'stopped', 'disabled', 'terminated')),
  tariff_id uuid not null,
  -- For one unit and month, in minor units.
  price bigint not null,
  quantity integer not null,
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, service_id, during without overlaps),
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, tariff_id) references tariffs
);
select guard_table('service_periods');
