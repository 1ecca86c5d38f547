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
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  check ((status = 'closed') = (stopped_at is not null))
) with (fillfactor = 70);
-- An interim update changes no indexed column, so that it stays on its page (HOT).
create index on sessions (tenant_id, service_id, id);
create index on sessions (tenant_id, customer_id, id);
create index on sessions (tenant_id, partner_id, id);
create index on sessions (tenant_id, router_id, id);
create index on sessions (tenant_id, status, id);
create index on sessions (tenant_id, login, id);
create index on sessions (tenant_id, ip, id);
create index sessions_open_by_service on sessions (tenant_id, service_id) where status <> 'closed';
create index sessions_open_by_customer on sessions (tenant_id, customer_id) where status <> 'closed';
create index sessions_open_by_router on sessions (tenant_id, router_id) where status <> 'closed';
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
create index on auth_attempts (tenant_id, customer_id, id);
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
  customer_status_since timestamptz, speed_download_kbps bigint, speed_upload_kbps bigint, today date, clock_at timestamptz
)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
    select wanted.n, s.tenant_id, s.id, s.customer_id, s.partner_id, s.login, s.password, s.status,
      s.start_date, s.router_id, host(s.ipv4_address), s.mac, c.status, c.status_reason,
      c.status_since::timestamptz, t.speed_download_kbps, t.speed_upload_kbps,
      (coalesce(isp.clock_at, now()) at time zone isp.time_zone)::date, isp.clock_at::timestamptz
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

-- The sessions that have these names, as they stand.
create function radius_sessions(p_tenants uuid[], p_keys uuid[])
returns table (
  tenant_id uuid, acct_key uuid, place tid, id uuid, version integer, router_id uuid, service_id uuid, customer_id uuid, partner_id uuid,
  status text, presumed boolean, ip text, mac text, started_at timestamptz, last_heard_at timestamptz, stopped_at timestamptz, stop_cause text,
  received_at timestamptz, event_s bigint, session_time_s bigint, input_bytes bigint, output_bytes bigint, input_counter bigint,
  output_counter bigint, gigawords boolean, download_bps bigint, upload_bps bigint, clock_at timestamptz
)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
    select s.tenant_id, s.acct_key, s.ctid, s.id, s.version, s.router_id, s.service_id, s.customer_id, s.partner_id,
      s.status, s.presumed, host(s.ip), s.mac, s.started_at::timestamptz, s.last_heard_at::timestamptz, s.stopped_at::timestamptz, s.stop_cause,
      s.received_at::timestamptz, s.event_s, s.session_time_s, s.input_bytes, s.output_bytes, s.input_counter,
      s.output_counter, s.gigawords, s.download_bps, s.upload_bps, isp.clock_at::timestamptz
    from unnest(p_tenants, p_keys) as wanted(tenant_id, acct_key)
    join sessions s on s.acct_key = wanted.acct_key and s.tenant_id is not distinct from wanted.tenant_id
    join tenants isp on isp.id = s.tenant_id;
end $$;

-- Writes a batch of sessions whole or not at all. A row that somebody else changed or made meanwhile is a serialization failure, upon
-- which the caller reads and decides again.
create function radius_save_sessions(p_changed json, p_added json, p_retired json, p_events json) returns void
language plpgsql security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  touched bigint;
begin
  if json_array_length(p_changed) > 0 then
    update sessions s
    set status = r.status, presumed = r.presumed, ip = r.ip, mac = r.mac, started_at = r.started_at, last_heard_at = r.last_heard_at,
      stopped_at = r.stopped_at, stop_cause = r.stop_cause, received_at = r.received_at, event_s = r.event_s,
      session_time_s = r.session_time_s, input_bytes = r.input_bytes, output_bytes = r.output_bytes,
      input_counter = r.input_counter, output_counter = r.output_counter, gigawords = r.gigawords,
      download_bps = r.download_bps, upload_bps = r.upload_bps, version = s.version + 1, updated_at = r.last_heard_at
    from json_to_recordset(p_changed) as r(
      place tid, id uuid, version integer, status text, presumed boolean, ip inet, mac text, started_at timestamptz,
      last_heard_at timestamptz, stopped_at timestamptz, stop_cause text, received_at timestamptz, event_s bigint,
      session_time_s bigint, input_bytes bigint, output_bytes bigint, input_counter bigint, output_counter bigint,
      gigawords boolean, download_bps bigint, upload_bps bigint)
    where s.ctid = r.place and s.id is not distinct from r.id and s.version = r.version;
    get diagnostics touched = row_count;
    if touched <> json_array_length(p_changed) then raise serialization_failure; end if;
  end if;
  if json_array_length(p_retired) > 0 then
    update sessions s set acct_key = null, version = s.version + 1
    from json_to_recordset(p_retired) as r(tenant_id uuid, id uuid, version integer)
    where s.tenant_id = r.tenant_id and s.id = r.id and s.version = r.version;
    get diagnostics touched = row_count;
    if touched <> json_array_length(p_retired) then raise serialization_failure; end if;
  end if;
  if json_array_length(p_added) > 0 then
    insert into sessions (
      id, tenant_id, router_id, service_id, customer_id, partner_id, login, status, presumed, acct_key, acct_session_id,
      nas_identifier, nas_port_id, ip, mac, started_at, last_heard_at, stopped_at, stop_cause, received_at, event_s,
      session_time_s, input_bytes, output_bytes, input_counter, output_counter, gigawords, download_bps, upload_bps, policy,
      created_at, updated_at)
    select r.id, r.tenant_id, r.router_id, r.service_id, r.customer_id, r.partner_id, r.login, r.status, r.presumed, r.acct_key,
      r.acct_session_id, r.nas_identifier, r.nas_port_id, r.ip, r.mac, r.started_at, r.last_heard_at, r.stopped_at, r.stop_cause,
      r.received_at, r.event_s, r.session_time_s, r.input_bytes, r.output_bytes, r.input_counter, r.output_counter,
      r.gigawords, r.download_bps, r.upload_bps, r.policy, r.last_heard_at, r.last_heard_at
    from json_to_recordset(p_added) as r(
      id uuid, tenant_id uuid, router_id uuid, service_id uuid, customer_id uuid, partner_id uuid, login text, status text,
      presumed boolean, acct_key uuid, acct_session_id text, nas_identifier text, nas_port_id text, ip inet, mac text,
      started_at timestamptz, last_heard_at timestamptz, stopped_at timestamptz, stop_cause text, received_at timestamptz,
      event_s bigint, session_time_s bigint, input_bytes bigint, output_bytes bigint, input_counter bigint,
      output_counter bigint, gigawords boolean, download_bps bigint, upload_bps bigint, policy text)
    on conflict (acct_key, tenant_id) do nothing;
    get diagnostics touched = row_count;
    if touched <> json_array_length(p_added) then raise serialization_failure; end if;
  end if;
  if json_array_length(p_events) > 0 then
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor, cause)
    select e.id, e.tenant_id, e.at, e.type, 'session', e.row_id, e.data, '{"kind": "system", "id": null, "name": "RADIUS"}', '[]'
    from json_to_recordset(p_events) as e(id uuid, tenant_id uuid, at timestamptz, type text, row_id uuid, data jsonb);
  end if;
end $$;

create function radius_log_attempts(p_attempts json) returns void
language sql security definer set search_path = public, pg_temp as $$
  insert into auth_attempts (id, tenant_id, at, login, result, code, sentence, method, router_id, service_id, customer_id, partner_id, mac, suppressed, created_at, updated_at)
  select a.id, a.tenant_id, a.at, a.login, a.result, a.code, a.sentence, a.method, a.router_id, a.service_id, a.customer_id,
    a.partner_id, a.mac, a.suppressed, a.at, a.at
  from json_to_recordset(p_attempts) as a(
    id uuid, tenant_id uuid, at timestamptz, login text, result text, code text, sentence text, method text, router_id uuid,
    service_id uuid, customer_id uuid, partner_id uuid, mac text, suppressed integer)
$$;

-- A router said that it restarted: what was not heard of since then is over, at the moment it was last heard of.
create function radius_router_restarted(p_tenants uuid[], p_routers uuid[], p_nas_identifier text, p_at timestamptz) returns bigint
language sql security definer set search_path = public, pg_temp as $$
  with closed as (
    update sessions s
    set status = 'closed', presumed = true, stopped_at = s.last_heard_at, stop_cause = 'NAS-Reboot',
      download_bps = 0, upload_bps = 0, version = s.version + 1
    from unnest(p_tenants, p_routers) as r(tenant_id, id)
    where s.tenant_id = r.tenant_id and s.router_id = r.id and s.status <> 'closed' and s.received_at < p_at
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
    where s.status <> 'closed' and s.received_at < p_now - interval '24 hours'
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
