-- Accounts above accounts: for sight only, or billed together.

alter table customers
  -- How the account stands to its parent. aggregated: billed on the document of the account above.
  add column sub_billing_mode text not null default 'independent' check (sub_billing_mode in ('independent', 'aggregated')),
  -- The account on whose document this one is billed, however many aggregated accounts lie between; null: its own.
  add column billed_by_id uuid,
  -- Blocked or disabled only because the account that pays for it is.
  add column held_with_account boolean not null default false;

-- Until now nothing refused a loop, nor a parent of another partner: such links end here, and the audit says so.
with recursive above as (
  select c.tenant_id, c.id, c.parent_id, false as loops, array[c.id] as seen
  from customers c
  where c.parent_id is not null
  union all
  select a.tenant_id, a.id, p.parent_id, p.parent_id = a.id, a.seen || p.id
  from above a
  join customers p on p.tenant_id = a.tenant_id and p.id = a.parent_id
  where not a.loops and not p.id = any (a.seen[2:])
), ended as (
  update customers c
  set parent_id = null
  from (
    select tenant_id, id from above where loops
    union
    select s.tenant_id, s.id
    from customers s
    join customers p on p.tenant_id = s.tenant_id and p.id = s.parent_id
    where p.partner_id <> s.partner_id
  ) wrong
  join customers was on was.tenant_id = wrong.tenant_id and was.id = wrong.id
  where c.tenant_id = wrong.tenant_id and c.id = wrong.id
  returning c.tenant_id, c.id, was.parent_id
)
insert into audit_events (id, tenant_id, at, noun, row_id, action, reason, changes, actor_kind, actor_name)
select uuidv7(), tenant_id, now(), 'customer', id, 'parent_left', 'the parent was below it, or of another partner',
  jsonb_build_object('parent_id', jsonb_build_array(parent_id, null)), 'system', 'ISP Framework'
from ended;

alter table customers
  add constraint aggregated_below_a_parent check (sub_billing_mode = 'independent' or parent_id is not null),
  add constraint aggregated_is_billed_by_another check ((sub_billing_mode = 'aggregated') = (billed_by_id is not null)),
  add constraint billed_by_another check (billed_by_id <> id),
  add foreign key (tenant_id, billed_by_id) references customers (tenant_id, id),
  drop constraint customers_tenant_id_parent_id_fkey,
  -- A family has one partner, and moves to another as a whole.
  add constraint customers_tenant_id_parent_id_fkey foreign key (tenant_id, parent_id, partner_id)
    references customers (tenant_id, id, partner_id) on update cascade;
create index on customers (tenant_id, billed_by_id) where billed_by_id is not null;
create index on customers (tenant_id, sub_billing_mode, id);

-- The last word on the shape of the tree, whatever path writes it. Trees are at most twenty accounts deep.
create function check_place_in_hierarchy() returns trigger
language plpgsql as $$
declare
  deepest constant integer := 20;
  above integer;
  below integer := 0;
begin
  -- Two who move at once could make a loop that neither sees.
  if tg_op = 'UPDATE' then
    perform pg_advisory_xact_lock(hashtextextended('hierarchy of customers ' || new.tenant_id, 0));
  end if;
  with recursive up as (
    select new.parent_id as id, 1 as height
    union all
    select c.parent_id, u.height + 1
    from up u
    join customers c on c.tenant_id = new.tenant_id and c.id = u.id
    where c.parent_id is not null and u.height <= deepest and u.id <> new.id
  )
  select case when bool_or(id = new.id) then null else max(height) end into above from up;
  if above is null then
    raise exception 'An account cannot lie below itself.' using errcode = 'IR001', hint = 'hierarchy_loop';
  end if;
  if tg_op = 'UPDATE' then
    with recursive down as (
      select new.id, 0 as depth
      union all
      select c.id, d.depth + 1
      from down d
      join customers c on c.tenant_id = new.tenant_id and c.parent_id = d.id
      where d.depth <= deepest
    )
    select max(depth) into below from down;
  end if;
  if above + below >= deepest then
    raise exception 'Accounts can lie at most % deep.', deepest using errcode = 'IR001', hint = 'hierarchy_too_deep';
  end if;
  return null;
end $$;
create trigger check_place_in_hierarchy after insert or update of parent_id on customers for each row
  when (new.parent_id is not null) execute function check_place_in_hierarchy();

-- Said before the foreign key would say that there is no such parent.
create function refuse_parent_of_another_partner() returns trigger
language plpgsql as $$
begin
  if exists (select from customers p where p.tenant_id = new.tenant_id and p.id = new.parent_id and p.partner_id <> new.partner_id) then
    raise exception 'An account and its parent belong to the same partner.' using errcode = 'IR001', hint = 'other_partner';
  end if;
  return new;
end $$;
create trigger refuse_parent_of_another_partner before insert or update of parent_id on customers for each row
  when (new.parent_id is not null) execute function refuse_parent_of_another_partner();
