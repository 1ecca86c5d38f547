-- Foreign keys that are checked once a statement instead of once a row: for tables that a run writes thousands of rows at a time, where
-- checking a row costs more than writing it. They refuse what a foreign key refuses, at the end of the same statement.

-- What books refer to is never removed and keeps its key; so whoever refers to it need not hold it meanwhile.
create function keep_rows(target regclass) returns void
language plpgsql as $$
begin
  execute format('create trigger kept before delete on %s for each row execute function refuse_removal()', target);
  execute format('create trigger kept_whole before truncate on %s for each statement execute function refuse_removal()', target);
  execute format('create trigger kept_key before update of tenant_id, id on %s for each row
    when (old.tenant_id is distinct from new.tenant_id or old.id is distinct from new.id) execute function refuse_removal()', target);
end $$;

create function refuse_removal() returns trigger
language plpgsql as $$
begin
  raise foreign_key_violation using table = tg_table_name,
    message = format('update or delete on table "%s" is refused: its rows are kept for good', tg_table_name);
end $$;

-- refer('invoice_lines', 'service_id', 'services'): there is such a row, of the same tenant.
create function refer(child regclass, column_name text, parent regclass) returns void
language plpgsql as $$
declare
  name text := format('%s_%s_refers', child, column_name);
begin
  perform must_be_kept(parent);
  execute format($f$
    create function %1$I() returns trigger
    language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $t$
    begin
      perform from (select distinct tenant_id, %2$I as id from new_rows where %2$I is not null) n
      where not exists (select from %3$s p where p.tenant_id = n.tenant_id and p.id = n.id offset 0)
      limit 1;
      if found then perform refers_to_nothing(%4$L, %2$L); end if;
      return null;
    end $t$ $f$, name, column_name, parent, child);
  execute format('create trigger %1$I after insert on %2$s referencing new table as new_rows for each statement execute function %1$I(%3$L, %4$L)',
    name, child, column_name, parent);
  execute format('create trigger %1$I after update of tenant_id, %2$I on %3$s for each row
    when (new.%2$I is not null and (old.tenant_id is distinct from new.tenant_id or old.%2$I is distinct from new.%2$I))
    execute function check_reference(%2$L, %4$L)', name || '_still', column_name, child, parent);
end $$;

-- refer_with_partner('invoice_lines', 'invoice_id', 'invoices'): and partner_id is that row's too, and follows it. A row that this
-- transaction has not written itself is held until its end, as a foreign key does, so that it cannot move to another partner meanwhile.
create function refer_with_partner(child regclass, column_name text, parent regclass) returns void
language plpgsql as $$
declare
  name text := format('%s_%s_refers', child, column_name);
begin
  perform must_be_kept(parent);
  execute format($f$
    create function %1$I() returns trigger
    language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $t$
    declare
      wanted bigint;
      known bigint;
      foreign_rows boolean;
    begin
      select count(*), count(p.id), bool_or(p.xmin <> pg_current_xact_id()::xid) into wanted, known, foreign_rows
      from (select distinct tenant_id, %2$I as id, partner_id from new_rows where %2$I is not null) n
      left join lateral (
        select x.id, x.xmin from %3$s x where x.tenant_id = n.tenant_id and x.id = n.id and x.partner_id = n.partner_id offset 0
      ) p on true;
      if foreign_rows then
        select count(*) into known
        from (
          select from (select distinct tenant_id, %2$I as id, partner_id from new_rows where %2$I is not null) n
          join %3$s p on p.tenant_id = n.tenant_id and p.id = n.id and p.partner_id = n.partner_id
          for key share of p
        ) held;
      end if;
      if known < wanted then perform refers_to_nothing(%4$L, %2$L); end if;
      return null;
    end $t$ $f$, name, column_name, parent, child);
  execute format('create trigger %1$I after insert on %2$s referencing new table as new_rows for each statement execute function %1$I(%3$L, %4$L, ''partner_id'')',
    name, child, column_name, parent);
  execute format('create trigger %1$I after update of tenant_id, %2$I, partner_id on %3$s for each row
    when (new.%2$I is not null and (old.tenant_id is distinct from new.tenant_id or old.%2$I is distinct from new.%2$I or old.partner_id is distinct from new.partner_id))
    execute function check_reference(%2$L, %4$L, ''partner_id'')', name || '_still', column_name, child, parent);
  execute format('create trigger %1$I after update of partner_id on %2$s for each row
    when (old.partner_id is distinct from new.partner_id) execute function hand_partner_on(%3$L, %4$L)',
    format('%s_%s_follows', child, column_name), parent, child, column_name);
end $$;

create function must_be_kept(parent regclass) returns void
language plpgsql as $$
begin
  if not exists (select from pg_trigger where tgrelid = parent and tgname = 'kept') then
    raise 'Rows of % may be removed: a reference to them has to be a foreign key, or keep_rows comes first.', parent;
  end if;
end $$;

create function refers_to_nothing(child text, column_name text) returns void
language plpgsql as $$
begin
  raise foreign_key_violation using table = child, column = column_name, constraint = format('%s_%s_refers', child, column_name),
    message = format('"%s" of table "%s" refers to a row that is not there', column_name, child);
end $$;

-- One row that points elsewhere from now on. Arguments: column, parent, and partner_id where that must agree.
create function check_reference() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  row jsonb := to_jsonb(new);
  known boolean;
begin
  execute format('select true from %I p where p.tenant_id = $1 and p.id = $2 and ($3 is null or to_jsonb(p) -> $3 = $4) for key share', tg_argv[1])
  into known
  using new.tenant_id, (row ->> tg_argv[0])::uuid, tg_argv[2], row -> tg_argv[2];
  if known is null then perform refers_to_nothing(tg_table_name, tg_argv[0]); end if;
  return null;
end $$;

-- Arguments: child and its column.
create function hand_partner_on() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  execute format('update %I set partner_id = $1 where tenant_id = $2 and %I = $3', tg_argv[0], tg_argv[1])
  using new.partner_id, new.tenant_id, new.id;
  return null;
end $$;
