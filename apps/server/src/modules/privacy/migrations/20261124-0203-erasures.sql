-- What was erased, and what the books still need sealed. Nothing here names a person.

create table erasures (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  number text not null,
  reason text,
  actor jsonb not null,
  erased_at timestamptz(3) not null,
  -- [{noun, label, rows, done}]: what was done with how many rows.
  report jsonb not null default '[]',
  originals text not null default 'none' check (originals in ('none', 'sealed', 'destroyed')),
  keep_until date check ((keep_until is null) = (originals = 'none')),
  destroyed_at timestamptz(3) check ((destroyed_at is null) = (originals <> 'destroyed')),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, customer_id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on erasures (tenant_id, partner_id, id);
create index on erasures (tenant_id, erased_at, id);
create index on erasures (tenant_id, originals, keep_until);
select guard_table('erasures');
do $$ begin execute format('revoke delete on erasures from %I', current_setting('isp.app_role')); end $$;

-- The rows about the person, while they are being erased.
create table erasure_rows (
  tenant_id uuid not null,
  erasure_id uuid not null,
  row_id uuid not null,
  noun text not null,
  primary key (tenant_id, erasure_id, noun, row_id),
  foreign key (tenant_id, erasure_id) references erasures
);
create index on erasure_rows (tenant_id, row_id);
select guard_table('erasure_rows');

-- The key under which the originals of one customer are sealed, itself sealed under the tenant's. With it goes everything below.
create table erasure_keys (
  tenant_id uuid not null,
  erasure_id uuid not null,
  sealed bytea not null,
  primary key (tenant_id, erasure_id),
  foreign key (tenant_id, erasure_id) references erasures
);
select guard_table('erasure_keys');

create table erasure_originals (
  tenant_id uuid not null,
  erasure_id uuid not null,
  noun text not null,
  row_id uuid not null,
  sealed bytea not null,
  primary key (tenant_id, erasure_id, noun, row_id),
  foreign key (tenant_id, erasure_id) references erasures
);
select guard_table('erasure_originals');

-- What is written once can be changed by nobody but an erasure, in the transaction that makes it.
create function must_be_erasing(p_erasure uuid) returns uuid
language plpgsql stable as $$
declare
  t uuid := nullif(current_setting('app.tenant', true), '')::uuid;
begin
  if not exists (
    select from erasures e where e.tenant_id = t and e.id = p_erasure and e.xmin = pg_current_xact_id()::xid
  ) then
    raise 'Only an erasure under way may change what was recorded.';
  end if;
  return t;
end $$;

-- The values of an audited change stay where their field says nothing of a person (p_silent: noun → fields).
create function forget_changes(changes jsonb, silent jsonb) returns jsonb
language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(c.key, case
    when silent ? c.key then c.value
    else (select jsonb_agg(case when v = 'null' then v else '"erased"' end) from jsonb_array_elements(c.value) as v) end), '{}')
  from jsonb_each(changes) as c
$$;

-- Of what an event carries, ids, days, numbers and the words of our own vocabulary stay.
create function forget_data(data jsonb, words text[]) returns jsonb
language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(d.key, d.value), '{}')
  from jsonb_each(data) as d
  where d.key = 'changed' or case jsonb_typeof(d.value)
    when 'string' then d.value #>> '{}' = any (words)
      or d.value #>> '{}' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
      or d.value #>> '{}' ~ '^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$'
      or d.value #>> '{}' ~ '^-?\d{1,12}\.\d\d$'
    when 'object' then false
    when 'array' then false
    else true end
$$;

create function erase_past(p_erasure uuid, p_silent jsonb, p_words text[], p_patterns text[]) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  t uuid := must_be_erasing(p_erasure);
  n bigint;
begin
  -- A row that is gone already is known by whom its audit says it belonged to.
  insert into erasure_rows (tenant_id, erasure_id, noun, row_id)
  select distinct t, p_erasure, a.noun, a.row_id
  from audit_events a, jsonb_each(a.changes) as c
  where a.tenant_id = t and a.action = 'deleted' and c.key in ('row_id', 'customer_id', 'service_id')
    and exists (
      select from erasure_rows r
      where r.tenant_id = t and r.erasure_id = p_erasure and r.row_id::text = c.value ->> 0)
  on conflict do nothing;

  -- Rows of nobody's that speak of the person all the same.
  insert into erasure_rows (tenant_id, erasure_id, noun, row_id)
  select distinct t, p_erasure, a.noun, a.row_id
  from audit_events a
  where a.tenant_id = t and a.noun = any (array['saved_view', 'import', 'bulk_job', 'billing_run'])
    and (a.changes::text ilike any (p_patterns) or a.reason ilike any (p_patterns))
  on conflict do nothing;

  update audit_events a
  set reason = null, changes = forget_changes(a.changes, coalesce(p_silent -> a.noun, '[]'))
  where a.tenant_id = t
    and a.row_id in (select r.row_id from erasure_rows r where r.tenant_id = t and r.erasure_id = p_erasure);
  get diagnostics n = row_count;
  update events e
  set data = forget_data(e.data, p_words)
  where e.tenant_id = t
    and e.row_id in (select r.row_id from erasure_rows r where r.tenant_id = t and r.erasure_id = p_erasure);
  update consents c set wording = null
  from erasure_rows r
  where r.tenant_id = t and r.erasure_id = p_erasure and r.noun = 'consent' and c.tenant_id = t and c.id = r.row_id;
  update customer_status_changes c set reason = null
  from erasure_rows r
  where r.tenant_id = t and r.erasure_id = p_erasure and r.noun = 'customer_status_change' and c.tenant_id = t and c.id = r.row_id;
  return n;
end $$;

-- What an entry of the ledger says in words; its amount and accounts nobody can change.
create function erase_descriptions(p_erasure uuid, p_ids uuid[], p_texts text[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  t uuid := must_be_erasing(p_erasure);
begin
  update journal_entries j set description = n.text
  from unnest(p_ids, p_texts) as n(id, text)
  where j.tenant_id = t and j.id = n.id;
end $$;

-- Work that gave up, and what was said when work failed, as far as it mentions the person.
create function erase_failed_jobs(p_erasure uuid, p_patterns text[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  t uuid := must_be_erasing(p_erasure);
begin
  delete from graphile_worker._private_jobs j
  where j.payload ->> 'tenant_id' = t::text and j.attempts >= j.max_attempts and j.locked_at is null
    and (j.payload::text ilike any (p_patterns) or j.last_error ilike any (p_patterns));
  update graphile_worker._private_jobs j set last_error = 'erased'
  where j.payload ->> 'tenant_id' = t::text and j.last_error ilike any (p_patterns);
end $$;

do $$
declare
  f regprocedure;
begin
  foreach f in array array['erase_past(uuid, jsonb, text[], text[])', 'erase_descriptions(uuid, uuid[], text[])', 'erase_failed_jobs(uuid, text[])']::regprocedure[] loop
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to %I', f, current_setting('isp.app_role'));
  end loop;
end $$;

-- What was deleted is little, beside what was done.
create index audit_events_deleted on audit_events (tenant_id, id) where action = 'deleted';
