-- What subscribers' lines end at (OLTs, switches, access points, equipment at the customer's), and IPv6 prefixes that services hold.

create table access_devices (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  title text not null check (title <> ''),
  type text not null check (type in ('olt', 'switch', 'ap', 'cpe')),
  site text,
  router_id uuid,
  -- Ports are numbered from 1; null: they are called otherwise, such as 0/1/3.
  ports integer check (ports between 1 and 10000),
  status text not null default 'active' check (status in ('active', 'retired')),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, router_id) references routers
);
create index on access_devices (tenant_id, title, id);
create index on access_devices (tenant_id, type, id);
create index on access_devices (tenant_id, site, id);
create index on access_devices (tenant_id, status, id);
create index on access_devices (tenant_id, router_id, id) where router_id is not null;
select guard_table('access_devices');
select make_searchable('access_devices', 'access_device', 'title:words', 'site:words');

create table ipv6_prefixes (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  prefix cidr not null check (family(prefix) = 6 and masklen(prefix) between 32 and 64),
  service_id uuid not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, service_id),
  foreign key (tenant_id, service_id) references services,
  constraint prefixes_do_not_overlap exclude using gist (tenant_id with =, prefix inet_ops with &&)
);
create index on ipv6_prefixes (tenant_id, prefix, id);
select guard_table('ipv6_prefixes');
