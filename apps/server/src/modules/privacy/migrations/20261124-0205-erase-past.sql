-- The past of rows that are gone is found among what was deleted only: reading what was ever created cost seconds with 100,000 customers.
create or replace function erase_past(p_erasure uuid, p_silent jsonb, p_words text[], p_patterns text[]) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  t uuid := must_be_erasing(p_erasure);
  n bigint;
begin
  -- A row that is gone already is known by whom its audit says it belonged to.
  insert into erasure_rows (tenant_id, erasure_id, noun, row_id)
  select distinct t, p_erasure, a.noun, a.row_id
  from audit_events a, jsonb_each(a.changes) as c
  where a.tenant_id = t and a.action = 'deleted' and c.key in ('row_id', 'customer_id', 'service_id')
    and exists (
      select from erasure_rows r
      where r.tenant_id = t and r.erasure_id = p_erasure and r.row_id::text = c.value ->> 0)
  on conflict do nothing;

  -- Rows of nobody's that speak of the person all the same.
  insert into erasure_rows (tenant_id, erasure_id, noun, row_id)
  select distinct t, p_erasure, a.noun, a.row_id
  from audit_events a
  where a.tenant_id = t and a.noun = any (array['saved_view', 'import', 'bulk_job', 'billing_run'])
    and (a.changes::text ilike any (p_patterns) or a.reason ilike any (p_patterns))
  on conflict do nothing;

  update audit_events a
  set reason = null, changes = forget_changes(a.changes, coalesce(p_silent -> a.noun, '[]'))
  where a.tenant_id = t
    and a.row_id in (select r.row_id from erasure_rows r where r.tenant_id = t and r.erasure_id = p_erasure);
  get diagnostics n = row_count;
  update events e
  set data = forget_data(e.data, p_words)
  where e.tenant_id = t
    and e.row_id in (select r.row_id from erasure_rows r where r.tenant_id = t and r.erasure_id = p_erasure);
  update consents c set wording = null
  from erasure_rows r
  where r.tenant_id = t and r.erasure_id = p_erasure and r.noun = 'consent' and c.tenant_id = t and c.id = r.row_id;
  update customer_status_changes c set reason = null
  from erasure_rows r
  where r.tenant_id = t and r.erasure_id = p_erasure and r.noun = 'customer_status_change' and c.tenant_id = t and c.id = r.row_id;
  return n;
end $$;
-- What was deleted is little, beside what was done.
create index audit_events_deleted on audit_events (tenant_id, id) where action = 'deleted';
