-- RADIUS: who is online, who asked to be, and what was asked of the routers afterwards.

create table sessions (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  router_id uuid not null,
  -- Empty where nobody of ours has this login; the traffic is still somebody's.
  service_id uuid,
  customer_id uuid,
  partner_id uuid,
  login text not null,
  status text not null check (status in ('online', 'stale', 'closed')),
  -- Digest of what names a session on its router; empty once the router has used the same names for another.
  acct_key uuid,
  acct_session_id text not null,
  nas_identifier text,
  nas_port_id text,
  ip inet,
  mac text,
  started_at timestamptz(3) not null,
  last_heard_at timestamptz(3) not null,
  stopped_at timestamptz(3),
  stop_cause text,
  -- We closed it because the router fell silent or restarted; a later packet opens it again.
  presumed boolean not null default false,
  -- The wall clock at its last packet, also where the tenant lives on a test clock: routers live in real time.
  received_at timestamptz(3) not null,
  -- Event-Timestamp of its last packet, by the router's own clock.
  event_s bigint,
  session_time_s bigint,
  input_bytes bigint not null default 0 check (input_bytes >= 0),
  output_bytes bigint not null default 0 check (output_bytes >= 0),
  -- The router's counters as last heard; they may begin anew while the bytes add up.
  input_counter bigint not null default 0,
  output_counter bigint not null default 0,
  gigawords boolean not null default false,
  download_bps bigint not null default 0,
  upload_bps bigint not null default 0,
  -- What the router was last told to apply, and acknowledged.
  policy text not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  -- Led by the key, see radius_sessions.
  unique (acct_key, tenant_id),
  foreign key (tenant_id, router_id) references routers,
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  check ((status = 'closed') = (stopped_at is not null))
) with (fillfactor = 70);
-- An interim update changes no indexed column, so that it stays on its page (HOT).
create index on sessions (tenant_id, service_id, id);
create index on sessions (tenant_id, customer_id, id);
create index on sessions (tenant_id, partner_id, id);
create index on sessions (tenant_id, router_id, id);
create index on sessions (tenant_id, status, id);
create index on sessions (tenant_id, ip, id);
select guard_table('sessions');

create table coa_requests (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  session_id uuid not null,
  router_id uuid not null,
  service_id uuid,
  customer_id uuid,
  partner_id uuid,
  kind text not null check (kind in ('coa', 'disconnect')),
  status text not null default 'pending' check (status in ('pending', 'sent', 'acked', 'naked', 'failed', 'superseded')),
  reason text,
  policy text not null,
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz(3),
  answered_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, session_id) references sessions,
  foreign key (tenant_id, router_id) references routers,
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on coa_requests (tenant_id, session_id, id);
create index on coa_requests (tenant_id, service_id, id);
create index on coa_requests (tenant_id, customer_id, id);
create index on coa_requests (tenant_id, partner_id, id);
create index on coa_requests (tenant_id, router_id, id);
create index on coa_requests (tenant_id, status, id);
-- One wish a session at a time; a newer one replaces it.
create unique index coa_requests_unanswered on coa_requests (tenant_id, session_id) where status in ('pending', 'sent');
select guard_table('coa_requests');

-- A log: partitions of a month by the time in its UUIDv7, dropped when old. No foreign keys, since what was asked stays true.
create table auth_attempts (
  id uuid not null,
  tenant_id uuid not null,
  at timestamptz(3) not null,
  login text not null,
  result text not null check (result in ('accept', 'walled', 'reject')),
  code text not null,
  sentence text not null,
  method text not null,
  router_id uuid not null,
  service_id uuid,
  customer_id uuid,
  partner_id uuid,
  mac text,
  -- Further attempts of this login in the same ten seconds that were not written one by one.
  suppressed integer not null default 0,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
) partition by range (id);
create index on auth_attempts (tenant_id, login, id);
create index on auth_attempts (tenant_id, service_id, id);
create index on auth_attempts (tenant_id, partner_id, id);
create index on auth_attempts (tenant_id, result, id);
select guard_table('auth_attempts');
create table auth_attempts_other partition of auth_attempts default;
select guard_table('auth_attempts_other');

-- The lowest UUIDv7 of an instant.
create function first_id_of(instant timestamptz) returns uuid
language sql immutable parallel safe as $$
  select (lpad(to_hex((extract(epoch from instant) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- This month's partition and the next two exist; those that ended before `keep_from` are dropped. The schema belongs to the owner,
-- so the application's role asks through this door.
create function radius_keep_partitions(keep_from timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  month timestamptz;
  name text;
  old record;
begin
  perform pg_advisory_xact_lock(4713);
  for ahead in 0..2 loop
    month := date_trunc('month', now(), 'UTC') + make_interval(months => ahead);
    name := 'auth_attempts_' || to_char(month at time zone 'UTC', 'YYYY_MM');
    if to_regclass(name) is null then
      execute format('create table %I partition of auth_attempts for values from (%L) to (%L)',
        name, first_id_of(month), first_id_of(month + interval '1 month'));
      execute format('alter table %I enable row level security', name);
      execute format('alter table %I force row level security', name);
      execute format('create policy owner on %I to %I using (true) with check (true)', name, current_user);
    end if;
  end loop;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'auth_attempts'::regclass and c.relname ~ '^auth_attempts_\d{4}_\d\d$'
      and to_timestamp(right(c.relname, 7) || '_01', 'YYYY_MM_DD') + interval '1 month' <= keep_from
  loop
    execute format('drop table %I', old.relname);
  end loop;
end $$;
select radius_keep_partitions('-infinity');

-- The functions below serve the RADIUS daemon, which does not know the tenant before it has found the subscriber. They cross tenants,
-- and answer for the given pairs only. Their plans are kept, and one made while tables were empty must not outlive that: only the
-- right index can serve them. (`is not distinct from` compares the tenant without offering it to an index; measured 100 times.)

create function radius_clients()
returns table (
  id uuid, tenant_id uuid, nas_ip text, nas_type text, radius_secret bytea, require_message_authenticator text,
  message_authenticator_seen boolean, block_mode text, walled_list text, interim_interval_s integer
)
language sql stable security definer set search_path = public, pg_temp as $$
  select r.id, r.tenant_id, host(r.nas_ip), r.nas_type, r.radius_secret, r.require_message_authenticator,
    r.message_authenticator_seen, r.block_mode, r.walled_list, r.interim_interval_s
  from routers r
  where r.status = 'active'
  order by r.id desc
$$;

-- Differs whenever a router was added or changed.
create function radius_clients_version() returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*) || '.' || coalesce(sum(version), 0) from routers
$$;

create function radius_client_signed(p_tenant uuid, p_router uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
  update routers set message_authenticator_seen = true
  where tenant_id = p_tenant and id = p_router and not message_authenticator_seen
$$;

create function radius_clients_heard(p_tenants uuid[], p_routers uuid[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  update routers r set last_packet_at = coalesce(t.clock_at, now())
  from unnest(p_tenants, p_routers) as heard(tenant_id, id), tenants t
  where r.tenant_id = heard.tenant_id and r.id = heard.id and t.id = heard.tenant_id
$$;

-- Everything a decision needs, for each (tenant, login), or (tenant, service) where a service is given. `n` counts from 1.
create function radius_subscribers(p_tenants uuid[], p_logins text[], p_services uuid[])
returns table (
  n bigint, tenant_id uuid, service_id uuid, customer_id uuid, partner_id uuid, login text, password bytea, service_status text,
  start_date date, router_id uuid, ipv4_address text, mac text, customer_status text, customer_status_reason text,
  customer_status_since date, speed_download_kbps bigint, speed_upload_kbps bigint, today date, clock_at float8
)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
    select wanted.n, s.tenant_id, s.id, s.customer_id, s.partner_id, s.login, s.password, s.status,
      s.start_date, s.router_id, host(s.ipv4_address), s.mac, c.status, c.status_reason,
      (c.status_since at time zone isp.time_zone)::date, t.speed_download_kbps, t.speed_upload_kbps,
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

-- The sessions that have these names, as they stand; instants in seconds since 1970.
create function radius_sessions(p_tenants uuid[], p_keys uuid[])
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
    join sessions s on s.acct_key = wanted.acct_key and s.tenant_id is not distinct from wanted.tenant_id
    join tenants isp on isp.id = s.tenant_id;
end $$;

-- Writes a batch of sessions whole or not at all: three functions of one statement. A row that somebody else changed or made
-- meanwhile is a serialization failure, upon which the caller reads and decides again. Columns come as arrays, which PostgreSQL reads
-- several times faster than JSON.
create function radius_change_sessions(
  p_tenants uuid[], p_keys uuid[], p_ids uuid[], p_versions integer[], p_status text[], p_presumed boolean[], p_ip inet[], p_mac text[],
  p_last_heard_at float8[], p_stopped_at float8[], p_stop_cause text[], p_received_at float8[], p_event_s bigint[],
  p_session_time_s bigint[], p_input_bytes bigint[], p_output_bytes bigint[], p_input_counter bigint[], p_output_counter bigint[],
  p_gigawords boolean[], p_download_bps bigint[], p_upload_bps bigint[]
) returns void
language plpgsql security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  touched bigint;
begin
  update sessions s
  set status = r.status, presumed = r.presumed, ip = r.ip, mac = r.mac, last_heard_at = to_timestamp(r.last_heard_at),
    stopped_at = to_timestamp(r.stopped_at), stop_cause = r.stop_cause, received_at = to_timestamp(r.received_at), event_s = r.event_s,
    session_time_s = r.session_time_s, input_bytes = r.input_bytes, output_bytes = r.output_bytes,
    input_counter = r.input_counter, output_counter = r.output_counter, gigawords = r.gigawords,
    download_bps = r.download_bps, upload_bps = r.upload_bps, version = s.version + 1, updated_at = to_timestamp(r.last_heard_at)
  from unnest(
    p_tenants, p_keys, p_ids, p_versions, p_status, p_presumed, p_ip, p_mac, p_last_heard_at, p_stopped_at, p_stop_cause, p_received_at,
    p_event_s, p_session_time_s, p_input_bytes, p_output_bytes, p_input_counter, p_output_counter, p_gigawords, p_download_bps,
    p_upload_bps
  ) as r(
    tenant_id, acct_key, id, version, status, presumed, ip, mac, last_heard_at, stopped_at, stop_cause, received_at,
    event_s, session_time_s, input_bytes, output_bytes, input_counter, output_counter, gigawords, download_bps, upload_bps)
  where s.acct_key = r.acct_key and s.tenant_id is not distinct from r.tenant_id and s.id is not distinct from r.id and s.version = r.version;
  get diagnostics touched = row_count;
  if touched <> cardinality(p_ids) then raise serialization_failure; end if;
end $$;

create function radius_add_sessions(
  p_ids uuid[], p_tenants uuid[], p_routers uuid[], p_services uuid[], p_customers uuid[], p_partners uuid[], p_logins text[],
  p_keys uuid[], p_acct_session_ids text[], p_nas_identifiers text[], p_nas_port_ids text[], p_policies text[], p_started_at float8[],
  p_status text[], p_ip inet[], p_mac text[], p_last_heard_at float8[], p_stopped_at float8[], p_stop_cause text[],
  p_received_at float8[], p_event_s bigint[], p_session_time_s bigint[], p_input_bytes bigint[], p_output_bytes bigint[],
  p_input_counter bigint[], p_output_counter bigint[], p_gigawords boolean[], p_download_bps bigint[], p_upload_bps bigint[],
  p_retired_tenants uuid[], p_retired_ids uuid[], p_retired_versions integer[]
) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  touched bigint;
begin
  -- The names now belong to another session.
  if cardinality(p_retired_ids) > 0 then
    update sessions s set acct_key = null, version = s.version + 1
    from unnest(p_retired_tenants, p_retired_ids, p_retired_versions) as r(tenant_id, id, version)
    where s.tenant_id = r.tenant_id and s.id = r.id and s.version = r.version;
    get diagnostics touched = row_count;
    if touched <> cardinality(p_retired_ids) then raise serialization_failure; end if;
  end if;
  insert into sessions (
    id, tenant_id, router_id, service_id, customer_id, partner_id, login, acct_key, acct_session_id, nas_identifier, nas_port_id,
    policy, started_at, status, ip, mac, last_heard_at, stopped_at, stop_cause, received_at, event_s, session_time_s, input_bytes,
    output_bytes, input_counter, output_counter, gigawords, download_bps, upload_bps, created_at, updated_at)
  select
    id, tenant_id, router_id, service_id, customer_id, partner_id, login, acct_key, acct_session_id, nas_identifier, nas_port_id,
    policy, to_timestamp(started_at), status, ip, mac, to_timestamp(last_heard_at), to_timestamp(stopped_at), stop_cause,
    to_timestamp(received_at), event_s, session_time_s, input_bytes, output_bytes, input_counter, output_counter, gigawords,
    download_bps, upload_bps, to_timestamp(last_heard_at), to_timestamp(last_heard_at)
  from unnest(
    p_ids, p_tenants, p_routers, p_services, p_customers, p_partners, p_logins, p_keys, p_acct_session_ids, p_nas_identifiers,
    p_nas_port_ids, p_policies, p_started_at, p_status, p_ip, p_mac, p_last_heard_at, p_stopped_at, p_stop_cause, p_received_at,
    p_event_s, p_session_time_s, p_input_bytes, p_output_bytes, p_input_counter, p_output_counter, p_gigawords, p_download_bps,
    p_upload_bps
  ) as r(
    id, tenant_id, router_id, service_id, customer_id, partner_id, login, acct_key, acct_session_id, nas_identifier,
    nas_port_id, policy, started_at, status, ip, mac, last_heard_at, stopped_at, stop_cause, received_at,
    event_s, session_time_s, input_bytes, output_bytes, input_counter, output_counter, gigawords, download_bps, upload_bps)
  on conflict (acct_key, tenant_id) do nothing;
  get diagnostics touched = row_count;
  if touched <> cardinality(p_ids) then raise serialization_failure; end if;
end $$;

create function radius_tell_events(p_ids uuid[], p_tenants uuid[], p_at float8[], p_types text[], p_rows uuid[], p_data jsonb[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  insert into events (id, tenant_id, at, type, noun, row_id, data, actor, cause)
  select e.id, e.tenant_id, to_timestamp(e.at), e.type, 'session', e.row_id, e.data, '{"kind": "system", "id": null, "name": "RADIUS"}', '[]'
  from unnest(p_ids, p_tenants, p_at, p_types, p_rows, p_data) as e(id, tenant_id, at, type, row_id, data)
$$;

create function radius_log_attempts(
  p_ids uuid[], p_tenants uuid[], p_at float8[], p_logins text[], p_results text[], p_codes text[], p_sentences text[], p_methods text[],
  p_routers uuid[], p_services uuid[], p_customers uuid[], p_partners uuid[], p_macs text[], p_suppressed integer[]
) returns void
language sql security definer set search_path = public, pg_temp as $$
  insert into auth_attempts (id, tenant_id, at, login, result, code, sentence, method, router_id, service_id, customer_id, partner_id, mac, suppressed, created_at, updated_at)
  select id, tenant_id, to_timestamp(at), login, result, code, sentence, method, router_id, service_id, customer_id, partner_id, mac, suppressed,
    to_timestamp(at), to_timestamp(at)
  from unnest(p_ids, p_tenants, p_at, p_logins, p_results, p_codes, p_sentences, p_methods, p_routers, p_services, p_customers, p_partners, p_macs, p_suppressed)
    as a(id, tenant_id, at, login, result, code, sentence, method, router_id, service_id, customer_id, partner_id, mac, suppressed)
$$;

-- A router said that it restarted: what was not heard of since then is over, at the moment it was last heard of.
create function radius_router_restarted(p_tenants uuid[], p_routers uuid[], p_nas_identifier text, p_at timestamptz) returns bigint
language sql security definer set search_path = public, pg_temp as $$
  with closed as (
    update sessions s
    set status = 'closed', presumed = true, stopped_at = s.last_heard_at, stop_cause = 'NAS-Reboot',
      download_bps = 0, upload_bps = 0, version = s.version + 1
    from unnest(p_tenants, p_routers) as r(tenant_id, id)
    where s.tenant_id = r.tenant_id and s.router_id = r.id and s.status in ('online', 'stale') and s.received_at < p_at
      and (p_nas_identifier is null or s.nas_identifier is null or s.nas_identifier = p_nas_identifier)
    returning s.*
  ), told as (
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor)
    select uuidv7(), tenant_id, stopped_at, 'session.stopped', 'session', id,
      jsonb_build_object('service_id', service_id, 'customer_id', customer_id, 'login', login, 'cause', stop_cause,
        'input_bytes', input_bytes, 'output_bytes', output_bytes),
      '{"kind": "system", "id": null, "name": "RADIUS"}'
    from closed
    returning 1
  )
  select count(*) from told
$$;

-- Sessions of silent routers: stale after three missed interims (at least ten minutes), closed a day later as they were last heard.
create function radius_sweep(p_now timestamptz) returns table (stale bigint, closed bigint)
language sql security definer set search_path = public, pg_temp as $$
  with gone_stale as (
    update sessions s
    set status = 'stale', download_bps = 0, upload_bps = 0, version = s.version + 1
    from routers r
    where r.tenant_id = s.tenant_id and r.id = s.router_id and s.status = 'online'
      and s.received_at < p_now - greatest(make_interval(secs => 3 * r.interim_interval_s), interval '10 minutes')
      and s.received_at >= p_now - interval '24 hours'
    returning 1
  ), gone as (
    update sessions s
    set status = 'closed', presumed = true, stopped_at = s.last_heard_at, stop_cause = 'Lost-Carrier',
      download_bps = 0, upload_bps = 0, version = s.version + 1
    where s.tenant_id in (select id from tenants) and s.status in ('online', 'stale') and s.received_at < p_now - interval '24 hours'
    returning s.*
  ), told as (
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor)
    select uuidv7(), tenant_id, stopped_at, 'session.stopped', 'session', id,
      jsonb_build_object('service_id', service_id, 'customer_id', customer_id, 'login', login, 'cause', stop_cause,
        'input_bytes', input_bytes, 'output_bytes', output_bytes),
      '{"kind": "system", "id": null, "name": "RADIUS"}'
    from gone
    returning 1
  )
  select (select count(*) from gone_stale), (select count(*) from told)
$$;
