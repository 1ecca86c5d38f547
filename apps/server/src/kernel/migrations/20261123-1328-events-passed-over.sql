-- Consumers that a run does not concern pass its events by reading to the end once, and not by reading and sorting them.
create or replace function next_events(p_consumer text, p_types text[], p_limit integer)
returns table (id uuid, tenant_id uuid, xid text, seq bigint, at timestamptz, type text, noun text, row_id uuid, data jsonb, actor jsonb, cause jsonb, last boolean, from_xid text, from_seq bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  at_position record;
  stretch record;
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
      limit 20000
    ) e
    where e.type = any (p_types)
    order by e.xid, e.seq
    limit p_limit;
  if not found then
    -- Nothing of interest in the next stretch: the position may pass it, mostly to the end of all there is.
    select x.xid, x.seq into stretch
    from events x
    where (x.xid, x.seq) > (at_position.xid, at_position.seq) and x.xid < horizon
    order by x.xid, x.seq
    offset 19999 limit 1;
    return query
      select s.id, s.tenant_id, s.xid::text, s.seq, s.at, s.type, s.noun, s.row_id, null::jsonb, null::jsonb, null::jsonb, true,
        at_position.xid::text, at_position.seq
      from events s
      where (s.xid, s.seq) > (at_position.xid, at_position.seq) and s.xid < horizon
        and (s.xid, s.seq) <= (coalesce(stretch.xid, horizon), coalesce(stretch.seq, 0))
      order by s.xid desc, s.seq desc
      limit 1;
  end if;
end $$;
