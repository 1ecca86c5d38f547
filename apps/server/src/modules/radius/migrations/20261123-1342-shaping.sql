-- Decisions know more of a tariff than its two speeds: guaranteed speed, burst and priority, where it has any.
drop function radius_subscribers(uuid[], text[], uuid[]);

-- Everything a decision needs, for each (tenant, login), or (tenant, service) where a service is given. `n` counts from 1.
create function radius_subscribers(p_tenants uuid[], p_logins text[], p_services uuid[])
returns table (
  n bigint, tenant_id uuid, service_id uuid, customer_id uuid, partner_id uuid, login text, password bytea, service_status text,
  start_date date, router_id uuid, ipv4_address text, mac text, customer_status text, customer_status_reason text,
  customer_status_since date, speed_download_kbps bigint, speed_upload_kbps bigint, shaping jsonb, today date, clock_at float8
)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
    select wanted.n, s.tenant_id, s.id, s.customer_id, s.partner_id, s.login, s.password, s.status,
      s.start_date, s.router_id, host(s.ipv4_address), s.mac, c.status, c.status_reason,
      (c.status_since at time zone isp.time_zone)::date, t.speed_download_kbps, t.speed_upload_kbps,
      case when t.cir_mode <> 'none' or t.burst_mode <> 'none' or t.priority <> 'normal' then jsonb_build_object(
        'cir_mode', t.cir_mode, 'cir_percent', t.cir_percent,
        'cir_download_kbps', t.cir_download_kbps, 'cir_upload_kbps', t.cir_upload_kbps,
        'burst_mode', t.burst_mode, 'burst_limit_percent', t.burst_limit_percent, 'burst_threshold_percent', t.burst_threshold_percent,
        'burst_limit_download_kbps', t.burst_limit_download_kbps, 'burst_limit_upload_kbps', t.burst_limit_upload_kbps,
        'burst_threshold_download_kbps', t.burst_threshold_download_kbps, 'burst_threshold_upload_kbps', t.burst_threshold_upload_kbps,
        'burst_time_s', t.burst_time_s, 'priority', t.priority) end,
      (coalesce(isp.clock_at, now()) at time zone isp.time_zone)::date, date_part('epoch', isp.clock_at)
    from unnest(p_tenants, p_logins, p_services) with ordinality as wanted(tenant_id, login, service_id, n)
    cross join lateral (
      select x.* from services x
      where wanted.service_id is null and x.tenant_id is not distinct from wanted.tenant_id and x.login = wanted.login
        and x.login is not null and x.status <> 'terminated'
      union all
      select x.* from services x
      where wanted.service_id is not null and x.tenant_id = wanted.tenant_id and x.id = wanted.service_id
    ) s
    join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    join tariffs t on t.tenant_id = s.tenant_id and t.id = s.tariff_id
    join tenants isp on isp.id = s.tenant_id;
end $$;
