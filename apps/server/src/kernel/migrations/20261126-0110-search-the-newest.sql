-- The newest are looked through only where a few of them tell that they hold enough: what stands in every fiftieth row is found sooner
-- by its trigrams than by both.
create or replace function search_documents_with(
  p_tenant uuid, p_pieces text[], p_nouns text[], p_hidden text[], p_partners uuid[], p_limit integer)
returns table (noun text, row_id uuid, matched text)
language plpgsql stable
set search_path = public, pg_temp set enable_seqscan = off set enable_indexscan = on as $$
declare
  n bigint;
  letters text;
  holds text;
  -- What of a document the actor may find by: all of it, or without the fields hidden from it.
  shown constant text := case when p_hidden is null then 'd.words' else $q$(
    select coalesce(string_agg(s.words, ''), '')
    from unnest(d.fields, string_to_array(d.words, U&'\0001')) as s(field, words)
    where not d.noun || '.' || s.field = any ($2))$q$ end;
  newest constant text := $q$
    from unnest($1) as asked(noun),
      lateral (select s.* from search_documents s where s.tenant_id = %L and s.noun = asked.noun order by s.row_id desc limit %s) d
    where %s$q$;
  answered constant text := format($q$
    select d.noun, d.row_id,
      case when cardinality($5) = 1
        then (select w from string_to_table(translate(%s, U&'\0001', ' '), ' ') as w where strpos(w, ltrim($5[1])) > 0 limit 1)
        else '' end
    $q$, shown);
begin
  select string_agg(format('strpos(d.words, %L) > 0', p), ' and ') || case when p_hidden is null then ''
      else (select string_agg(format(' and strpos(%s, %L) > 0', shown, p), '') from unnest(p_pieces) as p) end
  into holds
  from unnest(p_pieces) as p;
  if p_partners is not null then holds := holds || ' and (d.partner_id is null or d.partner_id = any ($3))'; end if;

  -- What stands in every tenth row is found among the newest at once, and would be found slowly by its trigrams. A look at a hundred of
  -- each noun tells whether six hundred will do.
  if p_limit <= 100 and (select bool_and(length(p) < 5 or p not like ' %') from unnest(p_pieces) as p) then
    execute format('select count(*) %s', format(newest, p_tenant, 100, holds)) into n using p_nouns, p_hidden, p_partners;
    if n * 5 >= p_limit then
      return query execute format('%s %s limit $4', answered, format(newest, p_tenant, 600, holds))
      using p_nouns, p_hidden, p_partners, p_limit, p_pieces;
      get diagnostics n = row_count;
      if n >= p_limit then return; end if;
    end if;
  end if;

  -- The trigrams of a few letters of each piece find the rows, then all of each is looked for: more letters cost more than they exclude.
  select string_agg(format('d.words like %L', '%' || replace(replace(replace(l.some, '\', '\\'), '%', '\%'), '_', '\_') || '%'), ' and ')
  into letters
  from unnest(p_pieces) as p(piece),
    lateral (
      select case when p.piece like ' %' then left(p.piece, 6) else right(run, 8) end as some
      from regexp_split_to_table(p.piece, '[^[:alnum:]]+' collate pg_c_utf8) as run
      order by length(run) desc
      limit 1
    ) l
  where l.some like ' _%' or length(l.some) >= 3;
  if letters is null then return; end if;
  -- The planner does not know that only what is rare gets here, and must not read row after row instead.
  perform set_config('enable_indexscan', 'off', true);
  return query execute format(
    '%s from search_documents d where d.tenant_id = %L and %s and d.noun = any ($1) and %s limit $4',
    answered, p_tenant, letters, holds)
  using p_nouns, p_hidden, p_partners, p_limit, p_pieces;
end $$;
