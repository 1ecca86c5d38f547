-- Sessions in two parts: those under way, whose counters change every few minutes, and those that are over, which stay as they are.
-- An interim update then changes a row of a small table in its place (HOT), and the end moves a row once into the history with its
-- many indexes; over a history of 100,000 sessions the two cost half of what one table for both does (90 µs a session's life for 190).
-- What asks for `status` looks into one part only.

alter table coa_requests drop constraint coa_requests_tenant_id_session_id_fkey;
create temporary table sessions_before on commit drop as select * from sessions;
drop table sessions;

create table sessions (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  router_id uuid not null,
  -- Empty where nobody of ours has this login; the traffic is still somebody's.
  service_id uuid,
  customer_id uuid,
  -- The customer's, see sessions_follow_customer.
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
  primary key (tenant_id, id, status),
  check ((status = 'closed') = (stopped_at is not null))
) partition by list (status);
-- Half of each page is left free, so that every row of it has room for its next state.
create table sessions_open partition of sessions for values in ('online', 'stale') with (fillfactor = 50);
create table sessions_closed partition of sessions for values in ('closed');
create index on sessions (tenant_id, login, id);
create index on sessions (tenant_id, customer_id, id);
-- Of those under way there are so few that reading them all is quick.
create index on sessions_closed (tenant_id, service_id, id);
create index on sessions_closed (tenant_id, partner_id, id);
create index on sessions_closed (tenant_id, router_id, id);
create index on sessions_closed (tenant_id, ip, id);
create index on sessions_closed using brin (started_at);
-- Led by the key, see radius_sessions.
create unique index on sessions_open (acct_key, tenant_id);
create unique index on sessions_closed (acct_key, tenant_id);
select guard_table('sessions');
do $$
declare
  part regclass;
begin
  foreach part in array array['sessions_open', 'sessions_closed']::regclass[] loop
    execute format('alter table %s enable row level security', part);
    execute format('alter table %s force row level security', part);
    execute format('create policy owner on %s to %I using (true) with check (true)', part, current_user);
  end loop;
end $$;

insert into sessions (
  id, tenant_id, router_id, service_id, customer_id, partner_id, login, status, acct_key, acct_session_id, nas_identifier, nas_port_id,
  ip, mac, started_at, last_heard_at, stopped_at, stop_cause, presumed, received_at, event_s, session_time_s, input_bytes, output_bytes,
  input_counter, output_counter, gigawords, download_bps, upload_bps, policy, version, created_at, updated_at)
select
  id, tenant_id, router_id, service_id, customer_id, partner_id, login, status, acct_key, acct_session_id, nas_identifier, nas_port_id,
  ip, mac, started_at, last_heard_at, stopped_at, stop_cause, presumed, received_at, event_s, session_time_s, input_bytes, output_bytes,
  input_counter, output_counter, gigawords, download_bps, upload_bps, policy, version, created_at, updated_at
from sessions_before
order by id;

-- In place of a foreign key, which would lock and write the customer's row for every session. Sessions begin under a lock that this
-- waits for, so that none is missed; see radius_add_sessions.
create function sessions_follow_customer() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(4714, hashtext(new.tenant_id::text));
  update sessions set partner_id = new.partner_id where tenant_id = new.tenant_id and customer_id = new.id;
  return null;
end $$;
create trigger sessions_follow_customer after update of partner_id on customers
for each row when (new.partner_id is distinct from old.partner_id) execute function sessions_follow_customer();

drop function radius_change_sessions, radius_add_sessions, radius_tell_events;

-- Three functions write what a batch of packets came to, and beside it the usage and the events that lie between what a row was and what
-- it is. A batch is one statement that calls them: all of it or nothing. A row that somebody else changed meanwhile is a serialization
-- failure, upon which the caller reads and decides again. `p_at` is when the packet says it happened, which its usage counts for;
-- `p_writer` and `p_each_once` are explained at usage_add and traffic_add.

-- Rows are found by their key alone, so that one plan, made whenever, does for all: made while a table was empty, a plan by the primary
-- key took whatever index begins with the tenant, and cost twenty times as much once there were sessions.

-- Interim updates, nearly all of what routers say: the row stays in its place, and nothing is told.
create function radius_update_sessions(
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
    where s.acct_key = r.acct_key and s.tenant_id is not distinct from r.tenant_id and s.id is not distinct from r.id
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

-- Whatever else becomes of sessions that were there before. `p_was` is the status they were read with: one part of the table is looked
-- into, and a row whose status is another now goes over to the other.
create function radius_change_sessions(
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
    where s.acct_key = r.acct_key and s.tenant_id is not distinct from r.tenant_id and s.id is not distinct from r.id
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
    cross join lateral (
      select 'session.stopped' as type where c.status = 'closed'
      union all
      select 'session.reopened' where c.status <> 'closed'
      union all
      -- What it should have may be another thing by now.
      select 'session.outdated' where c.status <> 'closed' and c.service_id is not null
    ) happened
    where (c.was = 'closed') <> (c.status = 'closed')
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

-- Sessions not heard of before. Of one that comes as closed, its end alone is told of, unless `p_began` names it.
create function radius_add_sessions(
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
    cross join lateral (
      select 'session.started' as type where a.status <> 'closed' or a.id = any (p_began)
      union all
      select 'session.outdated' where a.status <> 'closed' and a.policy in ('unknown', 'other') and a.service_id is not null
      union all
      select 'session.stopped' where a.status = 'closed'
    ) happened
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
    join sessions_closed c on c.acct_key = r.acct_key and c.tenant_id is not distinct from r.tenant_id
    where c.id <> all (p_ids)
  ) or 'closed' = any (p_status) and exists (
    select from unnest(p_tenants, p_keys) as r(tenant_id, acct_key)
    join sessions_open o on o.acct_key = r.acct_key and o.tenant_id is not distinct from r.tenant_id
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

drop function radius_log_attempts;
create function radius_log_attempts(
  p_ids uuid[], p_tenants uuid[], p_at timestamptz[], p_logins text[], p_results text[], p_codes text[], p_sentences text[],
  p_methods text[], p_routers uuid[], p_services uuid[], p_customers uuid[], p_partners uuid[], p_macs text[], p_suppressed integer[]
) returns void
language sql security definer set search_path = public, pg_temp as $$
  insert into auth_attempts (
    id, tenant_id, at, login, result, code, sentence, method, router_id, service_id, customer_id, partner_id, mac, suppressed,
    created_at, updated_at)
  select id, tenant_id, at, login, result, code, sentence, method, router_id, service_id, customer_id, partner_id, mac, suppressed, at, at
  from unnest(p_ids, p_tenants, p_at, p_logins, p_results, p_codes, p_sentences, p_methods, p_routers, p_services, p_customers,
      p_partners, p_macs, p_suppressed)
    as a(id, tenant_id, at, login, result, code, sentence, method, router_id, service_id, customer_id, partner_id, mac, suppressed)
$$;
