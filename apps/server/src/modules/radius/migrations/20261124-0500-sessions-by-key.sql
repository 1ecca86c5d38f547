-- Sessions are found by their key whatever PostgreSQL believes of the tables. Where it had met them empty, it read every closed session
-- for each that began, until it had counted them again: a join by equality may be done from either end, `any` of one only from ours.
do $$
declare
  name text;
  before text;
  after text;
begin
  foreach name in array array['radius_sessions', 'radius_update_sessions', 'radius_change_sessions', 'radius_add_sessions'] loop
    before := pg_get_functiondef(name::regproc);
    after := regexp_replace(before, '\.acct_key = (r|wanted)\.acct_key', '.acct_key = any (array[\1.acct_key])', 'g');
    if after = before then raise 'The function % finds no session by its key.', name; end if;
    execute after;
  end loop;
end $$;
