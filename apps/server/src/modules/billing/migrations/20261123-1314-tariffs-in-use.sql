-- A tariff that was billed stays; one that never was may go. Whoever bills holds the few tariffs it bills until it has committed, so
-- that none goes meanwhile.
create function refer_and_hold(child regclass, column_name text, parent regclass) returns void
language plpgsql as $$
begin
  execute format($f$
    create or replace function %1$I() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $t$
    declare
      wanted bigint;
      known bigint;
    begin
      select count(*) into wanted from (select distinct tenant_id, %2$I as id from new_rows where %2$I is not null) n;
      select count(*) into known
      from (
        select from (select distinct tenant_id, %2$I as id from new_rows where %2$I is not null) n
        join %3$s p on p.tenant_id = n.tenant_id and p.id = n.id
        for key share of p
      ) held;
      if known < wanted then perform refers_to_nothing(%4$L, %2$L); end if;
      return null;
    end $t$ $f$, format('%s_%s_refers', child, column_name), column_name, parent, child);
end $$;
select refer_and_hold('invoice_lines', 'tariff_id', 'tariffs');
select refer_and_hold('charges', 'tariff_id', 'tariffs');

create function refuse_removal_in_use() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  reference record;
  used boolean;
begin
  for reference in
    select g.tgrelid::regclass as child, args[1] as column_name
    from pg_trigger g, string_to_array(encode(g.tgargs, 'escape'), '\000') as args
    where g.tgname like '%\_refers' and not g.tgisinternal and to_regclass(args[2]) = tg_relid
  loop
    execute format('select true from %s where tenant_id = $1 and %I = $2 limit 1', reference.child, reference.column_name)
    into used using old.tenant_id, old.id;
    if used then
      raise foreign_key_violation using table = reference.child::text,
        message = format('delete on table "%s" is refused: "%s" refers to the row', tg_table_name, reference.child);
    end if;
  end loop;
  return old;
end $$;
drop trigger kept on tariffs;
create trigger kept before delete on tariffs for each row execute function refuse_removal_in_use();
