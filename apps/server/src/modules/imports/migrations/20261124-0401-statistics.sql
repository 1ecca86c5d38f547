-- What a table held when it was last looked at decides how its rows are found. A first import fills empty tables within seconds, before
-- autovacuum looks again (once a minute); until then each check of a reference reads the whole tenant. Whoever writes many rows asks
-- for a new look. Tables that grew to less than twice their size are left alone, so that it costs nothing where much is there already.
create function look_again_at_grown_tables() returns void
language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  grown regclass;
begin
  for grown in
    select c.oid
    from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and pg_relation_size(c.oid) > 16 * 8192
      and pg_relation_size(c.oid) > 2 * 8192 * greatest(c.relpages, 1)::bigint
    order by c.oid
  loop
    execute format('analyze %s', grown);
  end loop;
end $$;
