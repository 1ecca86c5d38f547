-- Under load packets are written down here before they are acknowledged, and entered into sessions, usage and events when there is time.
-- A row lives for about a second; one that is there when a process starts is what another acknowledged before it died.
create table accounting_journal (
  id bigint generated always as identity primary key,
  -- JSON, see journal.ts.
  packets text not null
);
-- Compressing what is soon deleted costs more than writing it.
alter table accounting_journal alter column packets set storage external;

create function radius_write_down(p_packets text) returns bigint
language sql security definer set search_path = public, pg_temp as $$
  insert into accounting_journal (packets) values (p_packets) returning id
$$;

create function radius_written_down(p_after bigint) returns table (id bigint, packets text)
language sql stable security definer set search_path = public, pg_temp as $$
  select j.id, j.packets from accounting_journal j where j.id > p_after order by j.id limit 1
$$;

create function radius_strike_out(p_ids bigint[]) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from accounting_journal j where j.id = any (p_ids)
$$;
