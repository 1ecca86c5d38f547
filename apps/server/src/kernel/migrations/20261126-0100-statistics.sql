-- No list is asked by a whole JSON value, and sorting samples of them took a third of an ANALYZE, which comes in the middle of a run.
do $$
declare
  held record;
begin
  for held in
    select a.attrelid::regclass as name, a.attname
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.atttypid = 'jsonb'::regtype
      and a.attnum > 0 and not a.attisdropped
  loop
    execute format('alter table %s alter column %I set statistics 0', held.name, held.attname);
  end loop;
end $$;
