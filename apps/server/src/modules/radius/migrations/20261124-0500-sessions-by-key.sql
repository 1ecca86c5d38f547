-- Sessions are found by their key whatever PostgreSQL believes of the tables. Where it had met them empty, it read every closed session
-- for each that began, until it had counted them again: a join by equality may be done from either end, `any` of one only from ours.
-- And what happened is asked of each session without a query within the query.

create or replace function radius_sessions(p_tenants uuid[], p_keys uuid[])
returns table (
  tenant_id uuid, acct_key uuid, id uuid, version integer, router_id uuid, service_id uuid, customer_id uuid, partner_id uuid,
  status text, presumed boolean, ip text, mac text, last_heard_at float8, stopped_at float8, stop_cause text,
  received_at float8, event_s float8, session_time_s float8, input_bytes float8, output_bytes float8, input_counter float8,
  output_counter float8, gigawords boolean, download_bps float8, upload_bps float8, clock_at float8
)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
    select s.tenant_id, s.acct_key, s.id, s.version, s.router_id, s.service_id, s.customer_id, s.partner_id,
      s.status, s.presumed, host(s.ip), s.mac, date_part('epoch', s.last_heard_at), date_part('epoch', s.stopped_at), s.stop_cause,
      date_part('epoch', s.received_at), s.event_s::float8, s.session_time_s::float8, s.input_bytes::float8, s.output_bytes::float8,
      s.input_counter::float8, s.output_counter::float8, s.gigawords, s.download_bps::float8, s.upload_bps::float8,
      date_part('epoch', isp.clock_at)
    from unnest(p_tenants, p_keys) as wanted(tenant_id, acct_key)
    join sessions s on s.acct_key = any (array[wanted.acct_key]) and s.tenant_id is not distinct from wanted.tenant_id
    join tenants isp on isp.id = s.tenant_id;
end $$;

create or replace function radius_update_sessions(
  p_writer smallint, p_each_once boolean, p_tenants uuid[], p_keys uuid[], p_ids uuid[], p_was text[], p_versions integer[],
  p_at timestamptz[], p_ip inet[], p_mac text[], p_last_heard_at timestamptz[], p_received_at timestamptz[], p_event_s bigint[],
  p_session_time_s bigint[], p_input_bytes bigint[], p_output_bytes bigint[], p_input_counter bigint[], p_output_counter bigint[],
  p_gigawords boolean[], p_download_bps bigint[], p_upload_bps bigint[]
) returns void
language plpgsql security definer
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  used record;
begin
  with changed as (
    update sessions_open s
    set status = 'online', ip = r.ip, mac = r.mac, last_heard_at = r.last_heard_at, received_at = r.received_at, event_s = r.event_s,
      session_time_s = r.session_time_s, input_bytes = r.input_bytes, output_bytes = r.output_bytes, input_counter = r.input_counter,
      output_counter = r.output_counter, gigawords = r.gigawords, download_bps = r.download_bps, upload_bps = r.upload_bps,
      version = s.version + 1, updated_at = r.last_heard_at
    from unnest(
      p_tenants, p_keys, p_ids, p_was, p_versions, p_at, p_ip, p_mac, p_last_heard_at, p_received_at, p_event_s,
      p_session_time_s, p_input_bytes, p_output_bytes, p_input_counter, p_output_counter, p_gigawords, p_download_bps, p_upload_bps
    ) as r(
      tenant_id, acct_key, id, was, version, at, ip, mac, last_heard_at, received_at, event_s, session_time_s, input_bytes, output_bytes,
      input_counter, output_counter, gigawords, download_bps, upload_bps)
    where s.acct_key = any (array[r.acct_key]) and s.tenant_id is not distinct from r.tenant_id and s.id is not distinct from r.id
      and s.status = r.was and s.version = r.version
    returning s.tenant_id, s.router_id, s.service_id, s.customer_id, s.partner_id, r.at, s.input_bytes - old.input_bytes as input_bytes,
      s.output_bytes - old.output_bytes as output_bytes
  )
  select count(*) as n, array_agg(tenant_id) as tenants, array_agg(router_id) as routers, array_agg(service_id) as services,
    array_agg(customer_id) as customers, array_agg(partner_id) as partners, array_agg(at) as at, array_agg(input_bytes) as input_bytes,
    array_agg(output_bytes) as output_bytes
  into used
  from changed;
  if used.n <> cardinality(p_ids) then raise serialization_failure; end if;
  perform usage_add(used.tenants, used.services, used.customers, used.partners, used.at, used.input_bytes, used.output_bytes,
      p_each_once),
    traffic_add(used.tenants, used.routers, used.at, used.input_bytes, used.output_bytes, p_writer);
end $$;

create or replace function radius_change_sessions(
  p_writer smallint, p_each_once boolean, p_tenants uuid[], p_keys uuid[], p_ids uuid[], p_was text[], p_versions integer[],
  p_at timestamptz[], p_status text[], p_presumed boolean[], p_stopped_at timestamptz[], p_stop_cause text[], p_ip inet[], p_mac text[],
  p_last_heard_at timestamptz[], p_received_at timestamptz[], p_event_s bigint[], p_session_time_s bigint[], p_input_bytes bigint[],
  p_output_bytes bigint[], p_input_counter bigint[], p_output_counter bigint[], p_gigawords boolean[], p_download_bps bigint[],
  p_upload_bps bigint[]
) returns void
language plpgsql security definer
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  used record;
begin
  with changed as (
    update sessions s
    set status = r.status, presumed = r.presumed, ip = r.ip, mac = r.mac, last_heard_at = r.last_heard_at, stopped_at = r.stopped_at,
      stop_cause = r.stop_cause, received_at = r.received_at, event_s = r.event_s, session_time_s = r.session_time_s,
      input_bytes = r.input_bytes, output_bytes = r.output_bytes, input_counter = r.input_counter, output_counter = r.output_counter,
      gigawords = r.gigawords, download_bps = r.download_bps, upload_bps = r.upload_bps, version = s.version + 1,
      updated_at = r.last_heard_at
    from unnest(
      p_tenants, p_keys, p_ids, p_was, p_versions, p_at, p_status, p_presumed, p_ip, p_mac, p_last_heard_at, p_stopped_at, p_stop_cause,
      p_received_at, p_event_s, p_session_time_s, p_input_bytes, p_output_bytes, p_input_counter, p_output_counter, p_gigawords,
      p_download_bps, p_upload_bps
    ) as r(
      tenant_id, acct_key, id, was, version, at, status, presumed, ip, mac, last_heard_at, stopped_at, stop_cause, received_at, event_s,
      session_time_s, input_bytes, output_bytes, input_counter, output_counter, gigawords, download_bps, upload_bps)
    where s.acct_key = any (array[r.acct_key]) and s.tenant_id is not distinct from r.tenant_id and s.id is not distinct from r.id
      and s.status = r.was and s.version = r.version
    returning s.tenant_id, s.id, s.router_id, s.service_id, s.customer_id, s.partner_id, s.login, s.ip, s.stop_cause, r.was, s.status,
      r.at, s.input_bytes, s.output_bytes, s.input_bytes - old.input_bytes as input_delta,
      s.output_bytes - old.output_bytes as output_delta
  ), told as (
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor)
    select uuidv7(), c.tenant_id, c.at, happened.type, 'session', c.id,
      jsonb_build_object('login', c.login, 'service_id', c.service_id, 'customer_id', c.customer_id, 'router_id', c.router_id,
        'ip', host(c.ip), 'cause', c.stop_cause, 'input_bytes', c.input_bytes, 'output_bytes', c.output_bytes),
      '{"kind": "system", "id": null, "name": "RADIUS"}'
    from changed c
    cross join (values ('session.stopped'), ('session.reopened'), ('session.outdated')) as happened(type)
    where (c.was = 'closed') <> (c.status = 'closed')
      and case happened.type
        when 'session.stopped' then c.status = 'closed'
        when 'session.reopened' then c.status <> 'closed'
        -- What it should have may be another thing by now.
        else c.status <> 'closed' and c.service_id is not null end
  )
  select count(*) as n, array_agg(tenant_id) as tenants, array_agg(router_id) as routers, array_agg(service_id) as services,
    array_agg(customer_id) as customers, array_agg(partner_id) as partners, array_agg(at) as at, array_agg(input_delta) as input_bytes,
    array_agg(output_delta) as output_bytes
  into used
  from changed;
  if used.n <> cardinality(p_ids) then raise serialization_failure; end if;
  perform usage_add(used.tenants, used.services, used.customers, used.partners, used.at, used.input_bytes, used.output_bytes,
      p_each_once),
    traffic_add(used.tenants, used.routers, used.at, used.input_bytes, used.output_bytes, p_writer);
end $$;

create or replace function radius_add_sessions(
  p_writer smallint, p_each_once boolean, p_tenants uuid[], p_ids uuid[], p_routers uuid[], p_services uuid[], p_customers uuid[], p_logins text[],
  p_keys uuid[], p_acct_session_ids text[], p_nas_identifiers text[], p_nas_port_ids text[], p_policies text[],
  p_started_at timestamptz[], p_status text[], p_presumed boolean[], p_stopped_at timestamptz[], p_stop_cause text[], p_ip inet[],
  p_mac text[], p_last_heard_at timestamptz[], p_received_at timestamptz[], p_event_s bigint[], p_session_time_s bigint[],
  p_input_bytes bigint[], p_output_bytes bigint[], p_input_counter bigint[], p_output_counter bigint[], p_gigawords boolean[],
  p_download_bps bigint[], p_upload_bps bigint[], p_began uuid[],
  p_retired_tenants uuid[], p_retired_ids uuid[], p_retired_versions integer[]
) returns void
language plpgsql security definer
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  retired bigint;
  used record;
begin
  -- Their names now belong to another session.
  if cardinality(p_retired_ids) > 0 then
    update sessions s set acct_key = null, version = s.version + 1
    from unnest(p_retired_tenants, p_retired_ids, p_retired_versions) as r(tenant_id, id, version)
    where s.tenant_id = r.tenant_id and s.id = r.id and s.status = 'closed' and s.version = r.version;
    get diagnostics retired = row_count;
    if retired <> cardinality(p_retired_ids) then raise serialization_failure; end if;
  end if;
  -- A customer who moves to another partner now waits until these sessions are there to be taken along.
  perform pg_advisory_xact_lock_shared(4714, hashtext(tenant_id::text)) from (select distinct unnest(p_tenants) as tenant_id) tenants;
  with added as (
    insert into sessions (
      tenant_id, id, router_id, service_id, customer_id, partner_id, login, acct_key, acct_session_id, nas_identifier, nas_port_id,
      policy, started_at, status, presumed, ip, mac, last_heard_at, stopped_at, stop_cause, received_at, event_s, session_time_s,
      input_bytes, output_bytes, input_counter, output_counter, gigawords, download_bps, upload_bps, created_at, updated_at)
    select
      r.tenant_id, r.id, r.router_id, r.service_id, r.customer_id, c.partner_id, r.login, r.acct_key, r.acct_session_id,
      r.nas_identifier, r.nas_port_id, r.policy, r.started_at, r.status, r.presumed, r.ip, r.mac, r.last_heard_at, r.stopped_at,
      r.stop_cause, r.received_at, r.event_s, r.session_time_s, r.input_bytes, r.output_bytes, r.input_counter, r.output_counter,
      r.gigawords, r.download_bps, r.upload_bps, r.last_heard_at, r.last_heard_at
    from unnest(
      p_tenants, p_ids, p_routers, p_services, p_customers, p_logins, p_keys, p_acct_session_ids, p_nas_identifiers, p_nas_port_ids,
      p_policies, p_started_at, p_status, p_presumed, p_ip, p_mac, p_last_heard_at, p_stopped_at, p_stop_cause, p_received_at,
      p_event_s, p_session_time_s, p_input_bytes, p_output_bytes, p_input_counter, p_output_counter, p_gigawords, p_download_bps,
      p_upload_bps
    ) as r(
      tenant_id, id, router_id, service_id, customer_id, login, acct_key, acct_session_id, nas_identifier, nas_port_id, policy,
      started_at, status, presumed, ip, mac, last_heard_at, stopped_at, stop_cause, received_at, event_s, session_time_s, input_bytes,
      output_bytes, input_counter, output_counter, gigawords, download_bps, upload_bps)
    left join customers c on c.tenant_id = r.tenant_id and c.id = r.customer_id
    returning tenant_id, id, router_id, service_id, customer_id, partner_id, login, ip, policy, status, stop_cause, last_heard_at,
      input_bytes, output_bytes
  ), told as (
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor)
    select uuidv7(), a.tenant_id, a.last_heard_at, happened.type, 'session', a.id,
      jsonb_build_object('login', a.login, 'service_id', a.service_id, 'customer_id', a.customer_id, 'router_id', a.router_id,
        'ip', host(a.ip), 'cause', a.stop_cause, 'input_bytes', a.input_bytes, 'output_bytes', a.output_bytes),
      '{"kind": "system", "id": null, "name": "RADIUS"}'
    from added a
    cross join (values ('session.started'), ('session.outdated'), ('session.stopped')) as happened(type)
    where case happened.type
        when 'session.started' then a.status <> 'closed' or a.id = any (p_began)
        when 'session.outdated' then a.status <> 'closed' and a.policy in ('unknown', 'other') and a.service_id is not null
        else a.status = 'closed' end
  )
  select array_agg(tenant_id) as tenants, array_agg(router_id) as routers, array_agg(service_id) as services,
    array_agg(customer_id) as customers, array_agg(partner_id) as partners, array_agg(last_heard_at) as at,
    array_agg(input_bytes) as input_bytes, array_agg(output_bytes) as output_bytes
  into used
  from added
  where input_bytes > 0 or output_bytes > 0;
  -- Each part knows its own names; those of a session that ended in this moment are in the other.
  if exists (
    select from unnest(p_tenants, p_keys) as r(tenant_id, acct_key)
    join sessions_closed c on c.acct_key = any (array[r.acct_key]) and c.tenant_id is not distinct from r.tenant_id
    where c.id <> all (p_ids)
  ) or 'closed' = any (p_status) and exists (
    select from unnest(p_tenants, p_keys) as r(tenant_id, acct_key)
    join sessions_open o on o.acct_key = any (array[r.acct_key]) and o.tenant_id is not distinct from r.tenant_id
    where o.id <> all (p_ids)
  ) then
    raise serialization_failure;
  end if;
  if used.tenants is not null then
    perform usage_add(used.tenants, used.services, used.customers, used.partners, used.at, used.input_bytes, used.output_bytes,
        p_each_once),
      traffic_add(used.tenants, used.routers, used.at, used.input_bytes, used.output_bytes, p_writer);
  end if;
end $$;
