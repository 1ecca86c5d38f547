-- Fields that lists are filtered, sorted or kept unique by stand in typed columns of a table beside the noun's own: dyn.x_…, one a
-- tenant and noun, one row for each row of the noun. `custom` stays what is true; the triggers below keep the columns in step.

alter table custom_fields
  -- Under which key `custom` holds the value. The name can change, the key does not.
  add column key text,
  add column "to" text,
  add column immutable boolean not null default false,
  add column position integer not null default 0,
  add column in_list boolean not null default true,
  add column filterable boolean not null default false,
  add column sortable boolean not null default false,
  add column "unique" boolean not null default false,
  add column searchable boolean not null default false,
  add column column_name text check (column_name ~ '^f_[a-z2-7]{26}$'),
  -- none: no column. indexing: rows are being copied. ready: all are in it.
  add column index_status text not null default 'none' check (index_status in ('none', 'indexing', 'ready')),
  add column index_done integer not null default 0,
  add column index_total integer,
  add column index_note text,
  -- The last row copied, from where a run that was cut off goes on.
  add column index_from uuid;
update custom_fields set key = name;
alter table custom_fields
  alter column key set not null,
  add unique (tenant_id, noun, key);
create index on custom_fields (tenant_id, position, id);

-- What a process knows of the fields is not out of date because a count of rows went on.
drop trigger bump_access_version on custom_fields;
create trigger bump_access_version after insert or delete on custom_fields for each row execute function bump_access_version();
create trigger bump_access_version_on_change after update on custom_fields for each row
  when ((to_jsonb(old) - array['index_done', 'index_from', 'version', 'updated_at']) is distinct from (to_jsonb(new) - array['index_done', 'index_from', 'version', 'updated_at']))
  execute function bump_access_version();

-- `fill` copies from @rows@, which have tenant_id, id and custom. Only the owner writes it.
create table custom_tables (
  tenant_id uuid not null references tenants,
  noun text not null,
  table_name text not null check (table_name ~ '^x_[a-z2-7]{26}$'),
  fill text not null,
  primary key (tenant_id, noun)
);
select guard_table('custom_tables');
do $$ begin execute format('revoke insert, update, delete on custom_tables from %I', current_setting('isp.app_role')); end $$;

-- A change of the columns waits for writers under way, which know the old ones, and lets new ones wait. See asOwner and `fill`.
create function hold_custom_columns(p_noun text) returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('custom:' || coalesce(current_setting('app.tenant', true), '') || ':' || p_noun, 0));
end $$;

create function fill_custom_columns() returns trigger
language plpgsql as $$
declare
  beside record;
begin
  perform hold_custom_columns(tg_argv[0]);
  for beside in select t.tenant_id, t.fill from custom_tables t where t.noun = tg_argv[0] loop
    execute replace(beside.fill, '@rows@', 'new_rows') using beside.tenant_id;
  end loop;
  return null;
end $$;

create function refill_custom_columns() returns trigger
language plpgsql as $$
declare
  beside record;
begin
  perform hold_custom_columns(tg_argv[0]);
  for beside in select t.tenant_id, t.fill from custom_tables t where t.noun = tg_argv[0] and t.tenant_id = new.tenant_id loop
    -- "offset 0": the planner must not try the casts of a value before it was found to be of their kind.
    execute replace(beside.fill, '@rows@', '(select $2 as tenant_id, $3 as id, $4 as custom offset 0)')
    using beside.tenant_id, new.tenant_id, new.id, new.custom;
  end loop;
  return null;
end $$;

create function empty_custom_columns() returns trigger
language plpgsql as $$
declare
  beside record;
begin
  for beside in select t.tenant_id, t.table_name from custom_tables t where t.noun = tg_argv[0] loop
    execute format('delete from dyn.%I b using old_rows o where b.tenant_id = $1 and o.tenant_id = $1 and b.id = o.id', beside.table_name)
    using beside.tenant_id;
  end loop;
  return null;
end $$;

-- bear_custom('customers', 'customer'): administrators may add fields to the noun. Inserts and deletes are copied once a statement, so
-- that an import stays set-based; an update costs nothing unless it changes `custom`. There is no foreign key from the columns to the
-- noun: every tenant's would be asked at every change of anybody's row.
create function bear_custom(target regclass, noun text) returns void
language plpgsql as $$
declare
  searched text[] := (
    select string_to_array(rtrim(encode(t.tgargs, 'escape'), '\000'), '\000') from pg_trigger t
    where t.tgrelid = target and t.tgname = 'search_insert');
begin
  if not exists (select from pg_attribute where attrelid = target and attname = 'custom' and not attisdropped) then
    execute format('alter table %s add column custom jsonb not null default ''{}''', target);
    -- Which of an update's columns matter to the search was decided when it was made searchable.
    if searched is not null then
      execute format('drop trigger search_insert on %1$s; drop trigger search_update on %1$s; drop trigger search_delete on %1$s', target);
      perform make_searchable(target, searched[1], variadic searched[2:]);
    end if;
  end if;
  execute format('create trigger custom_insert after insert on %s referencing new table as new_rows for each statement execute function fill_custom_columns(%L)', target, noun);
  execute format('create trigger custom_update after update on %s for each row when (old.custom is distinct from new.custom) execute function refill_custom_columns(%L)', target, noun);
  execute format('create trigger custom_delete after delete on %s referencing old table as old_rows for each statement execute function empty_custom_columns(%L)', target, noun);
end $$;
select bear_custom('customers', 'customer');
