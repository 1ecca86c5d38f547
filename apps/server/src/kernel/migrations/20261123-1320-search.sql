-- Search in two forms. search_terms: each word of a row by its beginning, in order, so that a beginning is found and cut off at once.
-- search_documents: a row's words together, under trigrams, for several words and for what stands in the middle of one.
-- Both say from which field a word comes, since a role that hides the field must not find by it. Neither has foreign keys: triggers
-- write them from rows that have theirs, and a check for each word would cost more than the word.

alter table search_terms rename to search_terms_before;
alter table search_terms_before rename constraint search_terms_pkey to search_terms_before_pkey;

create table search_terms (
  tenant_id uuid not null,
  noun text not null,
  term text collate "C" not null,
  row_id uuid not null,
  field text not null,
  partner_id uuid,
  primary key (tenant_id, noun, term, row_id, field) include (partner_id)
);
select guard_table('search_terms');

create table search_documents (
  tenant_id uuid not null,
  noun text not null,
  row_id uuid not null,
  partner_id uuid,
  -- The fields that have words, and their words in the same order, parted by U+0001; each word stands between spaces.
  fields text[] not null,
  words text not null,
  primary key (tenant_id, noun, row_id)
);
select guard_table('search_documents');

-- Fields of administrators that are searched, on nouns whose rows bear `custom`.
create table searched_custom_fields (
  tenant_id uuid not null references tenants,
  noun text not null,
  name text not null,
  kind text not null,
  primary key (tenant_id, noun, name)
);
select guard_table('searched_custom_fields');

-- The collation is named because a server of one's own may have been made with another. Here and below: a SQL function that PostgreSQL
-- does not inline costs several times as much a call as one of plpgsql.
create or replace function search_fold(value text) returns text
language plpgsql immutable parallel safe as $$
begin
  return lower(public.unaccent('public.unaccent', normalize(value, NFKC)) collate pg_c_utf8);
end $$;

-- Digits of a telephone number as they may be typed: with the country's code and without, neither with a leading zero.
-- ITU-T E.164: codes are 1 and 7, these of two digits, and all others of three.
create function search_phone(value text) returns text
language plpgsql immutable parallel safe as $$
declare
  digits text := regexp_replace(replace(value, '(0)', ''), '\D', '', 'g');
  code integer;
  national text;
begin
  if not (value ~ '^\s*\+' or digits ~ '^00') then return coalesce(nullif(ltrim(digits, '0'), ''), digits); end if;
  digits := regexp_replace(digits, '^00', '');
  code := case when digits ~ '^[17]' then 1 when digits ~ '^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])' then 2 else 3 end;
  national := ltrim(substr(digits, code + 1), '0');
  return case when national = '' then digits else left(digits, code) || national || ' ' || national end;
end $$;

-- A field's value as words between spaces.
create function search_section(kind text, value text) returns text
language sql immutable parallel safe as $$
  select case kind
    when 'phone' then search_phone(value)
    when 'mac' then regexp_replace(lower(value), '[^0-9a-f]', '', 'g')
    when 'ip' then host(value::inet)
    else left(translate(search_fold(value), E'\t\n\r\u0001,;()"''', '          '), 1000) end
$$;

-- What a section is found by in search_terms: each word, and what follows punctuation in it (the domain of an e-mail address).
create function search_words(section text) returns setof text
language sql immutable parallel safe as $$
  select left(word, 60) from string_to_table(section, ' ') as word where word <> ''
  union
  select substr(word, place + 1, 60)
  from string_to_table(section, ' ') as word, generate_series(1, least(length(word), 60) - 3) as place
  where word ~ '[^[:alnum:]]' collate pg_c_utf8
    and substr(word, place, 1) ~ '[^[:alnum:]]' collate pg_c_utf8
    and substr(word, place + 1, 1) ~ '[[:alnum:]]' collate pg_c_utf8
    and not (strpos(word, '@') between 1 and place and strpos(substr(word, place + 1), '.') = 0)
$$;

-- A section as it stands in search_documents: punctuated words once more in their pieces.
create function search_document(section text) returns text
language sql immutable parallel safe as $$
  select ' ' || section || ' ' || case when section ~ '[^[:alnum:] ]' collate pg_c_utf8
    then regexp_replace(section, '[^[:alnum:]]+' collate pg_c_utf8, ' ', 'g') || ' ' else '' end
$$;

-- A row's searched fields. Arguments are column:kind pairs.
create function search_sections(p_noun text, p_arguments text[], p_tenant uuid, p_row jsonb)
returns table (field text, section text)
language sql stable as $$
  select v.field, s.section
  from (
    select split_part(a.argument, ':', 1) as field, split_part(a.argument, ':', 2) as kind,
      p_row ->> split_part(a.argument, ':', 1) as value
    from unnest(p_arguments) as a(argument)
    union all
    select 'custom.' || c.name, c.kind, p_row -> 'custom' ->> c.name
    from searched_custom_fields c
    where c.tenant_id = p_tenant and c.noun = p_noun and p_row ? 'custom'
  ) v, lateral (select search_section(v.kind, v.value) as section offset 0) s
  where v.value <> '' and s.section <> ''
$$;

create or replace function index_for_search() returns trigger
language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
  if tg_op = 'INSERT' then
    with sections as materialized (
      select r.tenant_id, r.id, (r.row ->> 'partner_id')::uuid as partner_id, f.field, f.section
      -- "offset 0": each row is made into JSON once, not at every mention of it.
      from (select n.tenant_id, n.id, to_jsonb(n) as row from new_rows n offset 0) r,
        lateral search_sections(tg_argv[0], tg_argv[1:], r.tenant_id, r.row) f
    ), documents as (
      insert into search_documents (tenant_id, noun, row_id, partner_id, fields, words)
      select s.tenant_id, tg_argv[0], s.id, s.partner_id, array_agg(s.field), string_agg(search_document(s.section), U&'\0001')
      from sections s
      group by s.tenant_id, s.id, s.partner_id
    )
    insert into search_terms (tenant_id, noun, term, row_id, field, partner_id)
    select s.tenant_id, tg_argv[0], w.term, s.id, s.field, s.partner_id
    from sections s, lateral search_words(s.section) as w(term);
  elsif tg_op = 'DELETE' then
    delete from search_terms t
    using (select o.tenant_id, o.id, to_jsonb(o) as row from old_rows o offset 0) r,
      lateral search_sections(tg_argv[0], tg_argv[1:], r.tenant_id, r.row) f,
      lateral search_words(f.section) as w(term)
    where t.tenant_id = r.tenant_id and t.noun = tg_argv[0] and t.term = w.term and t.row_id = r.id and t.field = f.field;
    delete from search_documents d using old_rows o
    where d.tenant_id = o.tenant_id and d.noun = tg_argv[0] and d.row_id = o.id;
  else
    with new_sections as materialized (
      select f.field, f.section from search_sections(tg_argv[0], tg_argv[1:], new.tenant_id, to_jsonb(new)) f
    ), old_terms as materialized (
      select f.field, w.term
      from search_sections(tg_argv[0], tg_argv[1:], old.tenant_id, to_jsonb(old)) f, lateral search_words(f.section) as w(term)
    ), new_terms as materialized (
      select f.field, w.term from new_sections f, lateral search_words(f.section) as w(term)
    ), gone as (
      delete from search_terms t
      using (select * from old_terms except select * from new_terms) g
      where t.tenant_id = old.tenant_id and t.noun = tg_argv[0] and t.term = g.term and t.row_id = old.id and t.field = g.field
    ), emptied as (
      delete from search_documents d
      where d.tenant_id = new.tenant_id and d.noun = tg_argv[0] and d.row_id = new.id and not exists (select from new_sections)
    ), documents as (
      insert into search_documents (tenant_id, noun, row_id, partner_id, fields, words)
      select new.tenant_id, tg_argv[0], new.id, (to_jsonb(new) ->> 'partner_id')::uuid,
        array_agg(s.field), string_agg(search_document(s.section), U&'\0001')
      from new_sections s
      having count(*) > 0
      on conflict (tenant_id, noun, row_id) do update
      set partner_id = excluded.partner_id, fields = excluded.fields, words = excluded.words
    )
    insert into search_terms (tenant_id, noun, term, row_id, field, partner_id)
    select new.tenant_id, tg_argv[0], n.term, new.id, n.field, (to_jsonb(new) ->> 'partner_id')::uuid
    from new_terms n
    where (to_jsonb(new) ->> 'partner_id') is distinct from (to_jsonb(old) ->> 'partner_id')
      or not exists (select from old_terms o where o.field = n.field and o.term = n.term)
    on conflict (tenant_id, noun, term, row_id, field) do update set partner_id = excluded.partner_id;
  end if;
  return null;
end $$;

drop function search_tokens(text, text);

-- make_searchable('customers', 'customer', 'name:words', 'phone:phone')
create or replace function make_searchable(target regclass, noun text, variadic columns text[]) returns void
language plpgsql as $$
declare
  arguments text := (select string_agg(quote_literal(a), ', ') from unnest(noun || columns) as a);
  bears text[] := array(select attname from pg_attribute where attrelid = target and attname in ('partner_id', 'custom') and not attisdropped);
  changed text := (select string_agg(format('old.%1$I is distinct from new.%1$I', c), ' or ')
    from unnest(array(select split_part(c, ':', 1) from unnest(columns) as c) || bears) as c);
begin
  execute format('create trigger search_insert after insert on %s referencing new table as new_rows for each statement execute function index_for_search(%s)', target, arguments);
  execute format('create trigger search_update after update on %s for each row when (%s) execute function index_for_search(%s)', target, changed, arguments);
  execute format('create trigger search_delete after delete on %s referencing old table as old_rows for each statement execute function index_for_search(%s)', target, arguments);
end $$;

-- Writes the words of rows that stand already, as if they had just been inserted: of all, or of some of the caller's tenant.
create function index_again(target regclass, p_tenant uuid default null, p_rows uuid[] default null) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  arguments text[];
begin
  select string_to_array(rtrim(encode(t.tgargs, 'escape'), '\000'), '\000') into arguments
  from pg_trigger t
  where t.tgrelid = target and t.tgname = 'search_insert';
  if arguments is null then return; end if;
  execute format($q$
    with sections as materialized (
      select r.tenant_id, r.id, (r.row ->> 'partner_id')::uuid as partner_id, f.field, f.section
      from (select n.tenant_id, n.id, to_jsonb(n) as row from %s n
        where ($3 is null or n.tenant_id = $3) and ($4 is null or n.id = any ($4)) offset 0) r,
        lateral search_sections($1, $2, r.tenant_id, r.row) f
    ), documents as (
      insert into search_documents (tenant_id, noun, row_id, partner_id, fields, words)
      select s.tenant_id, $1, s.id, s.partner_id, array_agg(s.field), string_agg(search_document(s.section), U&'\0001')
      from sections s
      group by s.tenant_id, s.id, s.partner_id
      on conflict (tenant_id, noun, row_id) do update
      set partner_id = excluded.partner_id, fields = excluded.fields, words = excluded.words
    )
    insert into search_terms (tenant_id, noun, term, row_id, field, partner_id)
    select s.tenant_id, $1, w.term, s.id, s.field, s.partner_id
    from sections s, lateral search_words(s.section) as w(term)
    on conflict do nothing $q$, target)
  using arguments[1], arguments[2:], p_tenant, p_rows;
end $$;

do $$
declare
  searched record;
begin
  for searched in
    select t.tgrelid::regclass as target, string_to_array(rtrim(encode(t.tgargs, 'escape'), '\000'), '\000') as arguments
    from pg_trigger t
    where t.tgname = 'search_insert'
  loop
    execute format('drop trigger search_insert on %1$s; drop trigger search_update on %1$s; drop trigger search_delete on %1$s', searched.target);
    perform make_searchable(searched.target, searched.arguments[1], variadic searched.arguments[2:]);
    perform index_again(searched.target);
  end loop;
end $$;

-- New entries wait in a list that each search reads through; at 1 MB that is well below a millisecond.
create index search_documents_inside on search_documents using gin (words gin_trgm_ops) with (gin_pending_list_limit = 1024);

-- Invoices have no trigger; their numbers are written when a run has ended.
insert into search_terms (tenant_id, noun, term, row_id, field, partner_id)
select tenant_id, noun, term, row_id, 'number', partner_id from search_terms_before where noun = 'invoice';
drop table search_terms_before;

drop function search_rows(text, text[], uuid[], integer);

-- Rows whose words hold all pieces; a piece that starts with a space begins a word. Called by search_rows only.
create function search_documents_with(
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

  -- What stands in every tenth row is found among the newest at once, and would be found slowly by its trigrams.
  if p_limit <= 100 and (select bool_and(length(p) < 5 or p not like ' %') from unnest(p_pieces) as p) then
    return query execute format(
      '%s from unnest($1) as asked(noun),
        lateral (select s.* from search_documents s where s.tenant_id = %L and s.noun = asked.noun order by s.row_id desc limit 500) d
       where %s limit $4', answered, p_tenant, holds)
    using p_nouns, p_hidden, p_partners, p_limit, p_pieces;
    get diagnostics n = row_count;
    if n >= p_limit then return; end if;
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

-- Rows found by what was typed: by a handle (the first that finds any) that begins a word; else by words that each begin one; else by
-- pieces that stand anywhere. By a handle p_limit rows of each noun, in order of their terms; otherwise p_limit in all. A row may come
-- twice. A noun whose numbers are found in its own table has a function find_{noun}_by_number, which is asked along with the terms.
-- p_hidden are noun.field pairs that must not be found by. It applies the tenant itself, because under row-level security the
-- trigram index could not be used.
create function search_rows(
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
