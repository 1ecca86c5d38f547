-- Where a field's values change all at once, its job copies them at once too, and not the trigger row by row.
create or replace function refill_custom_columns() returns trigger
language plpgsql as $$
declare
  beside record;
begin
  if coalesce(current_setting('isp.copied_later', true), '') = 'on' then
    return null;
  end if;
  perform hold_custom_columns(tg_argv[0]);
  for beside in select t.tenant_id, t.fill from custom_tables t where t.noun = tg_argv[0] and t.tenant_id = new.tenant_id loop
    -- "offset 0": the planner must not try the casts of a value before it was found to be of their kind.
    execute replace(beside.fill, '@rows@', '(select $2 as tenant_id, $3 as id, $4 as custom offset 0)')
    using beside.tenant_id, new.tenant_id, new.id, new.custom;
  end loop;
  return null;
end $$;
