-- Invoices are found by their numbers where these stand: by the beginning, by the whole in any punctuation, by the last part. As words of
-- the search each invoice cost three rows, as much as all its lines.
delete from search_terms where noun = 'invoice';
delete from consumer_positions where consumer = 'billing.index_invoices';

create function number_backwards(value text) returns text
language sql immutable parallel safe as $$ select reverse(translate(lower(value collate "C"), ' -/._#', '')) $$;
create index invoices_number_backwards on invoices (tenant_id, number_backwards(number));

-- `handle` is in lower case. It matches a whole number or its last part as it is, and is answered so; of a beginning the number is.
create function find_invoice_by_number(p_tenant uuid, handle text, p_partners uuid[], p_limit integer)
returns table (row_id uuid, matched text)
language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
  backwards constant text := number_backwards(handle);
begin
  return query
    select i.id, handle
    from invoices i
    where length(backwards) >= 3 and i.tenant_id = p_tenant
      and number_backwards(i.number) >= backwards and number_backwards(i.number) < backwards || U&'\+10FFFF'
      and (p_partners is null or i.partner_id = any (p_partners))
      and (number_backwards(i.number) = backwards or lower(i.number) ~ ('[^[:alnum:]]' || regexp_replace(handle, '(\W)', '\\\1', 'g') || '$'))
    limit p_limit;
  if found then return; end if;
  return query
    select f.id, f.number
    -- A number is printed in the case of its series.
    from unnest(array[handle, upper(handle), initcap(handle)]) as beginning,
      lateral (
        select i.id, lower(i.number) as number
        from invoices i
        where i.tenant_id = p_tenant and i.number >= beginning and i.number < beginning || U&'\+10FFFF'
          and (p_partners is null or i.partner_id = any (p_partners))
        order by i.number
        limit p_limit
      ) f;
end $$;
