-- What every noun stands on: tenants, audit, outbox, search, jobs' doorway, idempotency keys.
-- The migrator owns everything; the application's role (setting isp.app_role) is granted what it needs and owns nothing.

create extension if not exists pg_trgm;
create extension if not exists unaccent;
create extension if not exists btree_gist;
create schema if not exists dyn;

do $$ begin execute format('grant usage on schema public, dyn to %I', current_setting('isp.app_role')); end $$;

create table tenants (
  id uuid primary key default uuidv7(),
  name text not null check (name <> ''),
  currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null default 'UTC',
  test_clock boolean not null default false,
  clock_at timestamptz(3) check (test_clock = (clock_at is not null)),
  -- Grows whenever cached permissions, partners or entities may be out of date.
  access_version bigint not null default 1,
  settings jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

-- The wall between tenants, put around a table once. Owner access is a policy of its own, so that functions of the migrator
-- (search, RADIUS, relay) may cross tenants while the application's role cannot.
create function guard_table(target regclass, tenant_column text default 'tenant_id') returns void
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_wall on %s to %I using (%I = (select nullif(current_setting(''app.tenant'', true), '''')::uuid))',
    target, current_setting('isp.app_role'), tenant_column);
  execute format('create policy owner on %s to %I using (true) with check (true)', target, current_user);
  execute format('grant select, insert, update, delete on %s to %I', target, current_setting('isp.app_role'));
end $$;

select guard_table('tenants', 'id');

create table tenant_keys (
  tenant_id uuid primary key references tenants,
  wrapped bytea not null
);
select guard_table('tenant_keys');

create function bump_access_version() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update tenants set access_version = access_version + 1 where id = coalesce(new.tenant_id, old.tenant_id);
  return null;
end $$;

-- Any mention of a partner elsewhere follows the customer it belongs to: the composite foreign keys cascade.
create table audit_events (
  id uuid not null,
  tenant_id uuid not null references tenants,
  at timestamptz(3) not null,
  noun text not null,
  row_id uuid not null,
  action text not null,
  reason text,
  changes jsonb not null,
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'system')),
  actor_id uuid,
  actor_name text not null,
  request_id uuid,
  ip inet,
  cause jsonb not null default '[]',
  primary key (tenant_id, id)
);
create index on audit_events (tenant_id, row_id, id);
create index on audit_events (tenant_id, noun, id);
create index on audit_events (tenant_id, actor_id, id);
select guard_table('audit_events');
-- What was recorded stays recorded.
do $$ begin execute format('revoke update, delete on audit_events from %I', current_setting('isp.app_role')); end $$;

create table events (
  id uuid not null,
  tenant_id uuid not null references tenants,
  seq bigint generated always as identity,
  -- Order of commit is not order of seq; consumers read only below the oldest transaction still running.
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz(3) not null,
  type text not null,
  noun text not null,
  row_id uuid not null,
  data jsonb not null,
  actor jsonb not null,
  cause jsonb not null default '[]',
  primary key (tenant_id, id)
);
create index events_in_order on events (xid, seq);
create index on events (tenant_id, row_id, id);
select guard_table('events');
do $$ begin execute format('revoke update, delete on events from %I', current_setting('isp.app_role')); end $$;

-- How far each consumer has read the outbox. A consumer moves its position in the transaction of its effect.
create table consumer_positions (
  consumer text primary key,
  xid xid8 not null default '0',
  seq bigint not null default 0
);
create table consumer_failures (
  tenant_id uuid not null references tenants,
  consumer text not null,
  event_id uuid not null,
  attempts integer not null,
  error text not null,
  failed_at timestamptz(3) not null default now(),
  primary key (tenant_id, consumer, event_id)
);
select guard_table('consumer_failures');

-- Below this every transaction of this database has ended. pg_snapshot_xmin would do, but it waits for every database of the server.
-- The snapshot's end is taken before the list of running transactions, and the caller's next statement sees what has ended by then.
create function events_horizon() returns xid8
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  upto bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  oldest bigint;
begin
  -- backend_xid has 32 bits; one that lies ahead of the snapshot began later and does not matter.
  select min(upto - behind) into oldest
  from pg_stat_activity,
    lateral (select mod(mod(upto, 4294967296) - backend_xid::text::bigint + 4294967296, 4294967296) as behind) b
  where datname = current_database() and backend_xid is not null and behind < 2147483648;
  return least(upto, coalesce(oldest, upto))::text::xid8;
end $$;

create function next_events(p_consumer text, p_types text[], p_limit integer)
returns table (id uuid, tenant_id uuid, xid text, seq bigint, at timestamptz, type text, noun text, row_id uuid, data jsonb, actor jsonb, cause jsonb, last boolean, from_xid text, from_seq bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  at_position record;
  horizon xid8 := events_horizon();
begin
  insert into consumer_positions (consumer) values (p_consumer) on conflict do nothing;
  select p.xid, p.seq into at_position from consumer_positions p where p.consumer = p_consumer;
  return query
    select e.id, e.tenant_id, e.xid::text, e.seq, e.at, e.type, e.noun, e.row_id, e.data, e.actor, e.cause, false,
      at_position.xid::text, at_position.seq
    from (
      select * from events x
      where (x.xid, x.seq) > (at_position.xid, at_position.seq) and x.xid < horizon
      order by x.xid, x.seq
      limit 5000
    ) e
    where e.type = any (p_types)
    order by e.xid, e.seq
    limit p_limit;
  if not found then
    -- Nothing of interest in the next stretch: the position may pass it.
    return query
      select s.id, s.tenant_id, s.xid::text, s.seq, s.at, s.type, s.noun, s.row_id, null::jsonb, null::jsonb, null::jsonb, true,
        at_position.xid::text, at_position.seq
      from (
        select * from events x
        where (x.xid, x.seq) > (at_position.xid, at_position.seq) and x.xid < horizon
        order by x.xid, x.seq
        limit 5000
      ) s
      order by s.xid desc, s.seq desc
      limit 1;
  end if;
end $$;

-- Moves a consumer on from where the caller had read it. True when the caller's transaction now owns what lies between; false when
-- another process was quicker.
create function advance_consumer(p_consumer text, from_xid xid8, from_seq bigint, to_xid xid8, to_seq bigint) returns boolean
language sql security definer set search_path = public, pg_temp as $$
  update consumer_positions set xid = to_xid, seq = to_seq
  where consumer = p_consumer and (xid, seq) = (from_xid, from_seq)
  returning true
$$;

create function pending_events(p_tenant uuid, p_consumers text[], p_types jsonb) returns bigint
language sql security definer set search_path = public, pg_temp as $$
  select count(*)
  from unnest(p_consumers) as c(consumer)
  left join consumer_positions p on p.consumer = c.consumer
  join events e on (e.xid, e.seq) > (coalesce(p.xid, '0'), coalesce(p.seq, 0))
  where e.tenant_id = p_tenant
    and e.type in (select jsonb_array_elements_text(p_types -> c.consumer))
$$;

create table idempotency_keys (
  tenant_id uuid not null references tenants,
  key text not null check (length(key) between 1 and 255),
  actor_id uuid,
  request_hash bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, key)
);
create index on idempotency_keys (tenant_id, created_at);
select guard_table('idempotency_keys');

create table number_series (
  tenant_id uuid not null references tenants,
  name text not null,
  pattern text not null check (pattern like '%{next%'),
  next bigint not null default 1,
  primary key (tenant_id, name)
);
select guard_table('number_series');

-- Takes n numbers of a series without gaps: the row stays locked until the caller commits.
create function take_numbers(p_series text, n bigint) returns table (pattern text, first bigint)
language sql as $$
  update number_series set next = next + n where name = p_series
  returning number_series.pattern, number_series.next - n
$$;

-- Search: words and other handles of a row (digits of a telephone number, a login, an address), each findable by its beginning.
create table search_terms (
  tenant_id uuid not null references tenants,
  term text collate "C" not null,
  noun text not null,
  row_id uuid not null,
  partner_id uuid,
  primary key (tenant_id, term, noun, row_id)
);
create index on search_terms (tenant_id, row_id, term);
create index search_terms_inside on search_terms using gin (term gin_trgm_ops);
select guard_table('search_terms');

create function search_fold(value text) returns text
language sql immutable parallel safe as $$ select lower(public.unaccent('public.unaccent', normalize(value, NFKC))) $$;

create function search_tokens(kind text, value text) returns setof text
language sql immutable parallel safe as $$
  select distinct left(token, 60)
  from (
    select word as token from regexp_split_to_table(search_fold(value), '[\s,;()"]+') as word
    union all
    select piece from regexp_split_to_table(search_fold(value), '[^[:alnum:]]+') as piece where kind = 'words'
    union all
    select substr(digits, start)
    from (select regexp_replace(value, '\D', '', 'g') as digits) d, generate_series(1, 4) as start
    where kind = 'phone' and length(digits) >= start + 3
    union all
    select regexp_replace(lower(value), '[^0-9a-f]', '', 'g') where kind = 'mac'
    union all
    select host(value::inet) where kind = 'ip'
  ) tokens
  where token <> '' and not (kind = 'ip' and token like '%/%')
$$;

-- One statement an insert, whatever its size. Arguments: noun, then column:kind pairs.
create function index_for_search() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    delete from search_terms s where s.tenant_id = new.tenant_id and s.row_id = new.id and s.noun = tg_argv[0];
    insert into search_terms (tenant_id, term, noun, row_id, partner_id)
    select new.tenant_id, t.token, tg_argv[0], new.id, (to_jsonb(new) ->> 'partner_id')::uuid
    from unnest(tg_argv[1:]) as a(argument),
      lateral (select to_jsonb(new) ->> split_part(a.argument, ':', 1) as value) v,
      lateral search_tokens(split_part(a.argument, ':', 2), v.value) as t(token)
    where v.value is not null
    on conflict do nothing;
    return null;
  elsif tg_op = 'DELETE' then
    delete from search_terms s using old_rows o where s.tenant_id = o.tenant_id and s.row_id = o.id and s.noun = tg_argv[0];
    return null;
  end if;
  insert into search_terms (tenant_id, term, noun, row_id, partner_id)
  select r.tenant_id, t.token, tg_argv[0], r.id, (r.row ->> 'partner_id')::uuid
  -- "offset 0": each row is made into JSON once, not at every mention of it.
  from (select n.tenant_id, n.id, to_jsonb(n) as row from new_rows n offset 0) r,
    unnest(tg_argv[1:]) as a(argument),
    lateral (select r.row ->> split_part(a.argument, ':', 1) as value offset 0) v,
    lateral search_tokens(split_part(a.argument, ':', 2), v.value) as t(token)
  where v.value is not null
  on conflict do nothing;
  return null;
end $$;

-- make_searchable('customers', 'customer', 'name:words', 'phone:phone')
create function make_searchable(target regclass, noun text, variadic columns text[]) returns void
language plpgsql as $$
declare
  arguments text := (select string_agg(quote_literal(a), ', ') from unnest(noun || columns) as a);
  changed text := (select string_agg(format('old.%1$I is distinct from new.%1$I', split_part(c, ':', 1)), ' or ') from unnest(columns) as c);
  moved boolean := exists (select 1 from pg_attribute where attrelid = target and attname = 'partner_id');
begin
  if moved then changed := changed || ' or old.partner_id is distinct from new.partner_id'; end if;
  execute format('create trigger search_insert after insert on %s referencing new table as new_rows for each statement execute function index_for_search(%s)', target, arguments);
  execute format('create trigger search_update after update on %s for each row when (%s) execute function index_for_search(%s)', target, changed, arguments);
  execute format('create trigger search_delete after delete on %s referencing old table as old_rows for each statement execute function index_for_search(%s)', target, arguments);
end $$;

-- Rows that match every word of a query by a beginning, best first: exact terms, then in order; where there are none, words that contain it.
-- It applies the tenant itself, because under row-level security the trigram index could not be used.
create function search_rows(p_query text, p_nouns text[], p_partners uuid[], p_limit integer)
returns table (noun text, row_id uuid, matched text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  p_tenant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  words text[];
  lead text;
  rest text[];
  found_rows integer;
  rest_words text;
  condition text;
begin
  if p_query ~ '^[\d\s()+./-]{4,}$' and p_query !~ '^\s*\d+\.\d' then
    words := array[ltrim(regexp_replace(p_query, '\D', '', 'g'), '0')];
  elsif p_query ~* '^\s*[0-9a-f]{2}([:.-][0-9a-f]{2}){2,5}\s*$' or p_query ~* '^\s*([0-9a-f]{4}\.){1,2}[0-9a-f]{4}\s*$' then
    words := array[regexp_replace(lower(p_query), '[^0-9a-f]', '', 'g')];
  else
    words := array(select w from regexp_split_to_table(search_fold(p_query), '[\s,;()"]+') as w where w <> '' order by length(w) desc limit 6);
  end if;
  if p_tenant is null or coalesce(array_length(words, 1), 0) = 0 or words[1] = '' then return; end if;
  lead := words[1];
  rest := words[2:];
  -- Each further word: its rows at once, or where it is so short that they would be too many, one look a row.
  select coalesce(string_agg(format('w%s as materialized (select u.row_id from search_terms u where u.tenant_id = %L and u.term >= %L and u.term < %L), ',
      place, p_tenant, w, w || U&'\+10FFFF'), '') filter (where length(w) >= 3), ''),
    coalesce(string_agg(
      case when length(w) >= 3 then format(' and s.row_id in (select row_id from w%s)', place)
      else format(' and exists (select 1 from search_terms u where u.tenant_id = %L and u.row_id = s.row_id and u.term >= %L and u.term < %L)',
        p_tenant, w, w || U&'\+10FFFF') end, ''), '')
  into rest_words, condition
  from unnest(rest) with ordinality as r(w, place);
  if p_nouns is not null then condition := condition || format(' and s.noun = any (%L)', p_nouns); end if;
  if p_partners is not null then condition := condition || format(' and (s.partner_id is null or s.partner_id = any (%L))', p_partners); end if;
  return query execute format(
    'with %s x as (select s.noun, s.row_id, s.term from search_terms s where s.tenant_id = %L and s.term >= %L and s.term < %L%s order by s.term limit %s)
     select distinct on (x.noun, x.row_id) x.noun, x.row_id, x.term::text from x',
    rest_words, p_tenant, lead, lead || U&'\+10FFFF', condition, p_limit);
  get diagnostics found_rows = row_count;
  -- Only where nothing begins with it: most of what is typed does, and words that merely contain it cost ten times as much. The
  -- candidates come first and by the trigram index; left to itself the planner reads all of a tenant's terms in order of rows.
  if found_rows = 0 and length(lead) >= 3 then
    return query execute format(
      'with %s s as materialized (select c.noun, c.row_id, c.term, c.partner_id from search_terms c where c.tenant_id = %L and c.term like %L)
       select distinct on (s.noun, s.row_id) s.noun, s.row_id, s.term::text from s
       where true%s limit %s',
      rest_words, p_tenant, '%' || replace(replace(replace(lead, '\', '\\'), '%', '\%'), '_', '\_') || '%', condition, p_limit);
  end if;
end $$;

-- The doorway to the job queue for the application's role, which owns nothing of it.
create function enqueue_jobs(jobs jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform graphile_worker.add_job(
    j.task, j.payload, queue_name => j.queue, run_at => j.run_at, max_attempts => coalesce(j.max_attempts, 25),
    job_key => j.key, job_key_mode => 'replace')
  from jsonb_to_recordset(jobs) as j(task text, payload json, run_at timestamptz, key text, queue text, max_attempts integer);
end $$;

create function pending_jobs(p_tenant uuid) returns bigint
language sql security definer set search_path = public, pg_temp as $$
  select count(*) from graphile_worker._private_jobs j
  where j.payload ->> 'tenant_id' = p_tenant::text and j.run_at <= now() and j.attempts < j.max_attempts
$$;

create table worker_heartbeats (
  worker_id text primary key,
  seen_at timestamptz not null default now()
);

-- Locks whose worker has been silent for 15 s belong to a process that is gone.
create function unlock_dead_workers() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  dead text[] := array(
    select distinct j.locked_by from graphile_worker._private_jobs j
    where j.locked_by is not null and j.locked_at < now() - interval '10 s'
      and not exists (select 1 from worker_heartbeats h where h.worker_id = j.locked_by and h.seen_at > now() - interval '15 s'));
begin
  if array_length(dead, 1) > 0 then perform graphile_worker.force_unlock_workers(dead); end if;
  delete from worker_heartbeats where seen_at < now() - interval '1 day';
end $$;

create table schedule_runs (
  tenant_id uuid not null references tenants,
  schedule text not null,
  due_at timestamptz(3) not null,
  primary key (tenant_id, schedule)
);
select guard_table('schedule_runs');

create table bulk_jobs (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  noun text not null,
  operation text not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed', 'stopped')),
  actor jsonb not null,
  input jsonb not null,
  total integer not null default 0,
  done integer not null default 0,
  failed integer not null default 0,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);
select guard_table('bulk_jobs');

create table bulk_job_rows (
  tenant_id uuid not null,
  bulk_job_id uuid not null,
  index integer not null,
  row_id uuid,
  status text not null check (status in ('ok', 'failed')),
  error jsonb,
  primary key (tenant_id, bulk_job_id, index),
  foreign key (tenant_id, bulk_job_id) references bulk_jobs
);
select guard_table('bulk_job_rows');

create function all_tenants() returns table (id uuid, test_clock boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, test_clock from tenants order by id
$$;

do $$ begin
  execute format('grant select on consumer_positions to %I', current_setting('isp.app_role'));
  execute format('grant select, insert, update, delete on worker_heartbeats to %I', current_setting('isp.app_role'));
end $$;

-- What of the job queue belongs to the caller's tenant.
create function tenant_jobs(p_limit integer)
returns table (id bigint, task text, status text, attempts integer, last_error text, run_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select j.id, t.identifier,
    case when j.locked_at is not null then 'running' when j.attempts >= j.max_attempts then 'failed' when j.attempts > 0 then 'retrying' else 'queued' end,
    j.attempts, j.last_error, j.run_at
  from graphile_worker._private_jobs j
  join graphile_worker._private_tasks t on t.id = j.task_id
  where j.payload ->> 'tenant_id' = current_setting('app.tenant', true)
  order by j.id desc
  limit p_limit
$$;

create function waiting_jobs() returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*) from graphile_worker._private_jobs where run_at <= now() and locked_at is null and attempts < max_attempts
$$;

do $$ begin execute format('grant select on schema_migrations to %I', current_setting('isp.app_role')); end $$;

create function tenants_named(p_name text) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select id from tenants where name = p_name
$$;
