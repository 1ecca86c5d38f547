-- Rows that a transaction is going to write, so that what refers to them may come first: a run writes an invoice's lines before it takes
-- the number under whose lock everybody waits. Whoever breaks the promise cannot commit.
create table promised_rows (
  tenant_id uuid not null references tenants,
  id uuid not null default uuidv7(),
  xid xid8 not null default pg_current_xact_id(),
  parent text not null,
  ids uuid[] not null,
  partner_ids uuid[] not null,
  primary key (tenant_id, id),
  check (cardinality(ids) = cardinality(partner_ids))
);
select guard_table('promised_rows');

create function keep_promise() returns trigger
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
  missing uuid;
begin
  execute format('
    select p.id
    from unnest($1, $2) as p(id, partner_id)
    where not exists (select from %I x where x.tenant_id = $3 and x.id = p.id and x.partner_id = p.partner_id offset 0)
    limit 1', new.parent)
  into missing
  using new.ids, new.partner_ids, new.tenant_id;
  if missing is not null then
    raise foreign_key_violation using table = new.parent, column = 'id',
      message = format('a row of table "%s" was promised and never written', new.parent);
  end if;
  delete from promised_rows where tenant_id = new.tenant_id and id = new.id;
  return null;
end $$;
create constraint trigger keep_promise after insert on promised_rows deferrable initially deferred for each row
  execute function keep_promise();

-- What this transaction has promised of a table.
create function promised(p_parent text) returns table (tenant_id uuid, id uuid, partner_id uuid)
language sql stable as $$
  select p.tenant_id, u.id, u.partner_id
  from promised_rows p
  cross join lateral unnest(p.ids, p.partner_ids) as u(id, partner_id)
  where p.parent = p_parent and p.xid = pg_current_xact_id()
$$;
