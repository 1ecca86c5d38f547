-- A service may be bound to several devices, and may have an IPv6 prefix.
drop function radius_subscribers(uuid[], text[], uuid[]);

-- Everything a decision needs, for each (tenant, login), or (tenant, service) where a service is given. `n` counts from 1. `macs`: the
-- devices that alone may use it, null where any may.
create function radius_subscribers(p_tenants uuid[], p_logins text[], p_services uuid[])
returns table (
  n integer, tenant_id uuid, service_id uuid, customer_id uuid, partner_id uuid, login text, password bytea, service_status text,
  start_date date, router_id uuid, ipv4_address text, ipv6_prefix text, macs text[], customer_status text, customer_status_reason text,
  customer_status_since date, speed_download_kbps float8, speed_upload_kbps float8, shaping jsonb, today date, clock_at float8
)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
    with isp as materialized (
      select t.id, t.time_zone, t.clock_at, (coalesce(t.clock_at, now()) at time zone t.time_zone)::date as today
      from tenants t
      where t.id = any (p_tenants)
    ), wanted as (
      select w.n::integer as n, w.tenant_id, w.login, w.service_id
      from unnest(p_tenants, p_logins, p_services) with ordinality as w(tenant_id, login, service_id, n)
    ), found as (
      select w.n, s.tenant_id, s.id, s.customer_id, s.partner_id, s.login, s.password, s.status, s.start_date, s.router_id,
        s.ipv4_address, s.ipv6_prefix, s.mac_binding, s.tariff_id
      from wanted w
      join services s on s.login = w.login and s.tenant_id is not distinct from w.tenant_id and s.login is not null
        and s.status <> 'terminated'
      where w.service_id is null
      union all
      select w.n, s.tenant_id, s.id, s.customer_id, s.partner_id, s.login, s.password, s.status, s.start_date, s.router_id,
        s.ipv4_address, s.ipv6_prefix, s.mac_binding, s.tariff_id
      from wanted w
      join services s on s.tenant_id = w.tenant_id and s.id = w.service_id
    )
    select f.n, f.tenant_id, f.id, f.customer_id, f.partner_id, f.login, f.password, f.status, f.start_date, f.router_id,
      host(f.ipv4_address), f.ipv6_prefix::text,
      case when f.mac_binding then (
        select array_agg(m.mac order by m.mac) from macs_in_use m where m.tenant_id = f.tenant_id and m.service_id = f.id) end,
      c.status, c.status_reason, (c.status_since at time zone isp.time_zone)::date,
      coalesce(t.speed_download_kbps, 0)::float8, coalesce(t.speed_upload_kbps, 0)::float8,
      case when t.cir_mode <> 'none' or t.burst_mode <> 'none' or t.priority <> 'normal' then jsonb_build_object(
        'cir_mode', t.cir_mode, 'cir_percent', t.cir_percent,
        'cir_download_kbps', t.cir_download_kbps, 'cir_upload_kbps', t.cir_upload_kbps,
        'burst_mode', t.burst_mode, 'burst_limit_percent', t.burst_limit_percent, 'burst_threshold_percent', t.burst_threshold_percent,
        'burst_limit_download_kbps', t.burst_limit_download_kbps, 'burst_limit_upload_kbps', t.burst_limit_upload_kbps,
        'burst_threshold_download_kbps', t.burst_threshold_download_kbps, 'burst_threshold_upload_kbps', t.burst_threshold_upload_kbps,
        'burst_time_s', t.burst_time_s, 'priority', t.priority) end,
      isp.today, date_part('epoch', isp.clock_at)
    from found f
    join customers c on c.tenant_id = f.tenant_id and c.id = f.customer_id
    join tariffs t on t.tenant_id = f.tenant_id and t.id = f.tariff_id
    join isp on isp.id = f.tenant_id;
end $$;
-- It looks up one login at a time by one index, whatever it is asked: planning anew for each batch of arrays is in vain.
alter function radius_subscribers(uuid[], text[], uuid[]) set plan_cache_mode = force_generic_plan;
