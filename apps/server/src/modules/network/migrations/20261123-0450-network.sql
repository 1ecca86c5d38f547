-- Routers (NAS) that ask us by RADIUS, and the IPv4 addresses we hand out.

create table routers (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  title text not null check (title <> ''),
  nas_ip inet not null check (masklen(nas_ip) = case family(nas_ip) when 4 then 32 else 128 end),
  nas_type text not null default 'mikrotik' check (nas_type in ('mikrotik', 'wispr', 'cisco', 'juniper', 'huawei', 'other')),
  radius_secret bytea not null,
  coa_port integer not null default 3799 check (coa_port between 1 and 65535),
  -- auto: required from the first packet that bears a valid one (CVE-2024-3596).
  require_message_authenticator text not null default 'auto' check (require_message_authenticator in ('yes', 'no', 'auto')),
  message_authenticator_seen boolean not null default false,
  -- What a blocked subscriber meets: an Access-Reject, or an accept into the walled garden's address list.
  block_mode text not null default 'reject' check (block_mode in ('reject', 'walled')),
  walled_list text not null default 'blocked',
  interim_interval_s integer not null default 300 check (interim_interval_s between 60 and 86400),
  status text not null default 'active' check (status in ('active', 'retired')),
  last_packet_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, nas_ip)
);
create index routers_by_address on routers (nas_ip);
select guard_table('routers');
select make_searchable('routers', 'router', 'title:words', 'nas_ip:ip');

create table ip_networks (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  title text not null check (title <> ''),
  network cidr not null check (family(network) = 4),
  purpose text not null default 'pool' check (purpose in ('pool', 'static', 'infrastructure')),
  router_id uuid,
  -- Addresses handed out: the range within the network, network and broadcast address left out.
  first_address inet not null,
  last_address inet not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, router_id) references routers,
  check (first_address <= last_address and first_address <<= network and last_address <<= network),
  constraint networks_do_not_overlap exclude using gist (tenant_id with =, network inet_ops with &&)
);
create index on ip_networks (tenant_id, router_id) where router_id is not null;
create index on ip_networks (tenant_id, network);
select guard_table('ip_networks');

create table ip_addresses (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  address inet not null check (masklen(address) = 32 and family(address) = 4),
  ip_network_id uuid,
  service_id uuid,
  status text not null default 'assigned' check (status in ('assigned', 'reserved')),
  note text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, address),
  foreign key (tenant_id, ip_network_id) references ip_networks
);
create index on ip_addresses (tenant_id, service_id) where service_id is not null;
create index on ip_addresses (tenant_id, ip_network_id, address);
select guard_table('ip_addresses');
select make_searchable('ip_addresses', 'ip_address', 'address:ip');
