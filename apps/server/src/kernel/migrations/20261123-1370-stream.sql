-- What was committed after a position, for those who watch: the events of some tenants among the next p_limit of the outbox, and in
-- any case the last of these, so that a reader moves on. Events of others come without what they say.
create function stream_events(p_xid xid8, p_seq bigint, p_limit integer, p_tenants uuid[])
returns table (xid text, seq bigint, tenant_id uuid, id uuid, at timestamptz, type text, noun text, row_id uuid, changed jsonb, actor jsonb)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  -- Taken in a statement of its own, as in next_events.
  horizon xid8 := events_horizon();
begin
  return query
    select s.xid::text, s.seq, w.tenant_id, w.id, w.at, w.type, w.noun, w.row_id, w.data -> 'changed', w.actor
    from (
      select e.*, row_number() over (order by e.xid desc, e.seq desc) as from_end
      from (
        select * from events x
        where (x.xid, x.seq) > (p_xid, p_seq) and x.xid < horizon
        order by x.xid, x.seq
        limit p_limit
      ) e
    ) s
    left join lateral (select s.tenant_id, s.id, s.at, s.type, s.noun, s.row_id, s.data, s.actor where s.tenant_id = any (p_tenants)) w on true
    where w.id is not null or s.from_end = 1
    order by s.xid, s.seq;
end $$;
