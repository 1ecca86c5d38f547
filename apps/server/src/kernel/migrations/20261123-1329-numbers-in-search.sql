-- Rows found by what was typed: by a handle (the first that finds any) that begins a word; else by words that each begin one; else by
-- pieces that stand anywhere. By a handle p_limit rows of each noun, in order of their terms; otherwise p_limit in all. A row may come
-- twice. A noun whose numbers are found in its own table has a function find_{noun}_by_number, which is asked along with the terms.
-- p_hidden are noun.field pairs that must not be found by. It applies the tenant itself, because under row-level security the
-- trigram index could not be used.
create or replace function search_rows(
  p_handles text[], p_words text[], p_pieces text[], p_nouns text[], p_hidden text[], p_partners uuid[], p_limit integer)
returns table (noun text, row_id uuid, matched text)
language plpgsql stable security definer
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
  p_tenant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  handle text;
  noun_name text;
  numbered text[];
  seen boolean;
  more bigint;
begin
  if p_tenant is null then return; end if;
  numbered := array(
    select asked.noun
    from unnest(p_nouns) as asked(noun)
    where to_regproc(format('find_%s_by_number', asked.noun)) is not null
      and (p_hidden is null or not asked.noun || '.number' = any (p_hidden)));
  foreach handle in array p_handles loop
    handle := left(search_fold(handle), 60);
    continue when handle = '';
    return query
      select asked.noun, t.row_id, t.term::text
      from unnest(p_nouns) as asked(noun),
        lateral (
          select s.row_id, s.term
          from search_terms s
          where s.tenant_id = p_tenant and s.noun = asked.noun and s.term >= handle and s.term < handle || U&'\+10FFFF'
            and (p_hidden is null or not s.noun || '.' || s.field = any (p_hidden))
            and (p_partners is null or s.partner_id is null or s.partner_id = any (p_partners))
          order by s.term, s.row_id
          limit p_limit
        ) t;
    seen := found;
    foreach noun_name in array numbered loop
      return query execute format('select %L, f.row_id, f.matched from %I($1, $2, $3, $4) f', noun_name, format('find_%s_by_number', noun_name))
      using p_tenant, handle, p_partners, p_limit;
      get diagnostics more = row_count;
      seen := seen or more > 0;
    end loop;
    if seen then return; end if;
  end loop;
  if cardinality(p_words) > 0 then
    return query select * from search_documents_with(
      p_tenant, array(select ' ' || search_fold(w) from unnest(p_words) as w), p_nouns, p_hidden, p_partners, p_limit);
    if found then return; end if;
  end if;
  if cardinality(p_pieces) > 0 then
    return query select * from search_documents_with(
      p_tenant, array(select search_fold(w) from unnest(p_pieces) as w), p_nouns, p_hidden, p_partners, p_limit);
  end if;
end $$;
