-- Usage: bytes by service and day in the ISP's time zone, and by router every five minutes.

create table usage_days (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  service_id uuid not null,
  customer_id uuid not null,
  partner_id uuid not null,
  day date not null,
  input_bytes bigint not null default 0 check (input_bytes >= 0),
  output_bytes bigint not null default 0 check (output_bytes >= 0),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, service_id, day),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
) with (fillfactor = 70);
create index on usage_days (tenant_id, customer_id, day);
create index on usage_days (tenant_id, partner_id, id);
select guard_table('usage_days');

create table traffic_points (
  tenant_id uuid not null,
  router_id uuid not null,
  at timestamptz(3) not null,
  -- Those who write side by side each have a row, since one would be waited for by all.
  writer smallint not null default 0,
  input_bytes bigint not null default 0,
  output_bytes bigint not null default 0,
  primary key (tenant_id, at, router_id, writer),
  foreign key (tenant_id, router_id) references routers
) with (fillfactor = 70);
select guard_table('traffic_points');

-- Adds what was used since last time, for any tenants. Called in the transaction that moves the counters it comes from, so that both
-- happen or neither. Rows come in the order of their keys, so that two writers do not wait for each other in a circle.
create function usage_add(
  p_tenants uuid[], p_routers uuid[], p_services uuid[], p_customers uuid[], p_partners uuid[], p_at float8[],
  p_input_bytes bigint[], p_output_bytes bigint[], p_writer smallint
) returns void
language plpgsql security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  insert into usage_days (tenant_id, service_id, customer_id, partner_id, day, input_bytes, output_bytes, created_at, updated_at)
  select u.tenant_id, u.service_id, u.customer_id, u.partner_id, (to_timestamp(u.at) at time zone t.time_zone)::date as day,
    sum(u.input_bytes), sum(u.output_bytes), to_timestamp(max(u.at)), to_timestamp(max(u.at))
  from unnest(p_tenants, p_services, p_customers, p_partners, p_at, p_input_bytes, p_output_bytes)
    as u(tenant_id, service_id, customer_id, partner_id, at, input_bytes, output_bytes)
  join tenants t on t.id = u.tenant_id
  where u.service_id is not null
  group by 1, 2, 3, 4, 5
  order by 1, 2, 5
  on conflict (tenant_id, service_id, day) do update
  set input_bytes = usage_days.input_bytes + excluded.input_bytes,
    output_bytes = usage_days.output_bytes + excluded.output_bytes,
    updated_at = excluded.updated_at,
    version = usage_days.version + 1;

  insert into traffic_points (tenant_id, router_id, at, writer, input_bytes, output_bytes)
  select u.tenant_id, u.router_id, date_bin('5 minutes', to_timestamp(u.at), '2020-01-01'), p_writer, sum(u.input_bytes), sum(u.output_bytes)
  from unnest(p_tenants, p_routers, p_at, p_input_bytes, p_output_bytes) as u(tenant_id, router_id, at, input_bytes, output_bytes)
  group by 1, 2, 3
  order by 1, 2, 3
  on conflict (tenant_id, at, router_id, writer) do update
  set input_bytes = traffic_points.input_bytes + excluded.input_bytes,
    output_bytes = traffic_points.output_bytes + excluded.output_bytes;
end $$;
