-- Where a service is, which port it comes from, which devices may use it, and its IPv6 prefix.

alter table addresses add constraint addresses_of_customer unique (tenant_id, id, customer_id);
alter table tenants add column unique_macs boolean not null default false;

alter table services
  add column service_address_id uuid,
  add column access_device_id uuid,
  add column access_port text,
  -- Only its own devices may use it; otherwise they are only noted.
  add column mac_binding boolean not null default true,
  add column ipv6_prefix cidr,
  -- An address of the same customer. Both move to another customer in one transaction, one after the other.
  add constraint services_tenant_id_service_address_id_fkey foreign key (tenant_id, service_address_id, customer_id)
    references addresses (tenant_id, id, customer_id) deferrable initially deferred,
  add foreign key (tenant_id, access_device_id) references access_devices,
  add constraint a_port_is_of_a_device check (access_port is null or access_device_id is not null);
create index on services (tenant_id, service_address_id, id) where service_address_id is not null;
create index on services (tenant_id, access_device_id, id) where access_device_id is not null;
-- A port carries one living service.
create unique index services_access_port on services (tenant_id, access_device_id, access_port)
  where access_port is not null and status <> 'terminated';

-- Further devices of a service, beside the one that the service itself names.
create table service_macs (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  service_id uuid not null,
  partner_id uuid not null,
  mac text not null check (mac ~ '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'),
  note text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, service_id, mac),
  foreign key (tenant_id, service_id, partner_id) references services (tenant_id, id, partner_id) on update cascade
);
create index on service_macs (tenant_id, mac, id);
create index on service_macs (tenant_id, partner_id, id);
select guard_table('service_macs');
select make_searchable('service_macs', 'service_mac', 'mac:mac');

create function take_partner_of_service() returns trigger
language plpgsql as $$
begin
  select s.partner_id into new.partner_id from services s where s.tenant_id = new.tenant_id and s.id = new.service_id;
  if new.partner_id is null then
    raise foreign_key_violation using message = 'no such service', table = tg_table_name, column = 'service_id';
  end if;
  return new;
end $$;
create trigger take_partner_of_service before insert on service_macs for each row execute function take_partner_of_service();

-- Every device of every living service, kept by the triggers below: decisions are made on it, and it guards that a device belongs to
-- one service where the ISP wants that.
create table macs_in_use (
  tenant_id uuid not null references tenants,
  service_id uuid not null,
  mac text not null,
  exclusive boolean not null,
  primary key (tenant_id, service_id, mac),
  foreign key (tenant_id, service_id) references services
);
create index on macs_in_use (tenant_id, mac, service_id);
create unique index one_service_a_mac on macs_in_use (tenant_id, mac) where exclusive;
select guard_table('macs_in_use');

insert into macs_in_use (tenant_id, service_id, mac, exclusive)
select tenant_id, id, mac, false from services where mac is not null and status <> 'terminated';

create function use_macs(p_tenant uuid, p_service uuid) returns void
language plpgsql as $$
begin
  delete from macs_in_use m
  where m.tenant_id = p_tenant and m.service_id = p_service
    and not exists (
      select from services s
      where s.tenant_id = p_tenant and s.id = p_service and s.status <> 'terminated'
        and (s.mac = m.mac or exists (select from service_macs d where d.tenant_id = p_tenant and d.service_id = p_service and d.mac = m.mac)));
  insert into macs_in_use (tenant_id, service_id, mac, exclusive)
  select p_tenant, p_service, d.mac, t.unique_macs
  from services s
  join tenants t on t.id = s.tenant_id
  cross join lateral (
    select s.mac where s.mac is not null
    union
    select mac from service_macs where tenant_id = p_tenant and service_id = p_service
  ) d
  where s.tenant_id = p_tenant and s.id = p_service and s.status <> 'terminated'
  on conflict (tenant_id, service_id, mac) do nothing;
end $$;

create function use_macs_of_service() returns trigger
language plpgsql as $$
begin
  perform use_macs(new.tenant_id, new.id);
  return null;
end $$;
create trigger use_macs after insert on services for each row when (new.mac is not null) execute function use_macs_of_service();
create trigger use_macs_again after update of mac, status on services for each row
  when (old.mac is distinct from new.mac or (old.status = 'terminated') is distinct from (new.status = 'terminated'))
  execute function use_macs_of_service();

create function use_macs_of_device() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then perform use_macs(old.tenant_id, old.service_id);
  else perform use_macs(new.tenant_id, new.service_id);
  end if;
  return null;
end $$;
create trigger use_macs after insert or update of mac or delete on service_macs for each row execute function use_macs_of_device();
