-- How a customer is billed, reminded and blocked: terms of its own, or those of its partner, who may have them from above.

alter table customers
  add column billing_type text not null default 'recurring' check (billing_type in ('recurring', 'prepaid', 'prepaid_daily')),
  -- ISO 8601, which PostgreSQL reads as an interval.
  add column prepaid_period text not null default 'P1M' check (prepaid_period ~ '^P[1-9][0-9]{0,2}[MD]$'),
  add column payment_method text not null default 'bank_transfer' check (payment_method in ('bank_transfer', 'card', 'direct_debit', 'cash', 'other')),
  add column invoice_delivery text not null default 'email' check (invoice_delivery in ('email', 'print', 'email_and_print', 'none')),
  add column reminders boolean not null default false,
  add column reminder_channel text not null default 'email' check (reminder_channel in ('email', 'sms', 'email_and_sms')),
  -- Days after the due date; negative: before it.
  add column reminder_days jsonb not null default '[3, 10]' check (jsonb_typeof(reminder_days) = 'array'),
  add column tax_exempt boolean not null default false,
  add column tax_exempt_reason text,
  -- Names of the terms that were given to the customer itself. The others hold what the partner's terms say, kept in step with them.
  add column billing_own jsonb not null default '[]' check (jsonb_typeof(billing_own) = 'array'),
  add constraint tax_exempt_needs_reason check (not tax_exempt or tax_exempt_reason is not null);
create index on customers (tenant_id, billing_type, id);
create index on customers (tenant_id, payment_method, id);

-- Never was null, which now asks for the inherited value.
alter table customers drop constraint customers_grace_days_check;
update customers set grace_days = 0 where grace_days is null;
alter table customers
  alter column grace_days set default 0,
  alter column grace_days set not null,
  add constraint customers_grace_days_check check (grace_days between 0 and 365);

-- What differs from what everybody had is the customer's own.
update customers
set billing_own = (
  select jsonb_agg(term)
  from (values ('billing_day', billing_day <> 1), ('due_days', due_days <> 15), ('auto_block', not auto_block),
    ('blocking_days', blocking_days <> 0), ('grace_days', grace_days <> 0), ('min_balance', min_balance <> 0)) as terms (term, own)
  where own)
where billing_day <> 1 or due_days <> 15 or not auto_block or blocking_days <> 0 or grace_days <> 0 or min_balance <> 0;

-- A partner's terms; null is what the partner above it has.
create table billing_defaults (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  partner_id uuid not null,
  billing_type text check (billing_type in ('recurring', 'prepaid', 'prepaid_daily')),
  prepaid_period text check (prepaid_period ~ '^P[1-9][0-9]{0,2}[MD]$'),
  billing_day smallint check (billing_day between 1 and 31),
  due_days smallint check (due_days between 0 and 90),
  auto_block boolean,
  blocking_days smallint check (blocking_days between 0 and 365),
  grace_days smallint check (grace_days between 0 and 365),
  min_balance bigint,
  payment_method text check (payment_method in ('bank_transfer', 'card', 'direct_debit', 'cash', 'other')),
  invoice_delivery text check (invoice_delivery in ('email', 'print', 'email_and_print', 'none')),
  reminders boolean,
  reminder_channel text check (reminder_channel in ('email', 'sms', 'email_and_sms')),
  reminder_days jsonb check (jsonb_typeof(reminder_days) = 'array'),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, partner_id),
  foreign key (tenant_id, partner_id) references partners on delete cascade
);
select guard_table('billing_defaults');

-- What holds for each partner's customers, worked out down the tree so that a new customer needs one row; and who said so.
create table partner_billing_terms (
  tenant_id uuid not null references tenants,
  partner_id uuid not null,
  terms jsonb not null,
  sources jsonb not null,
  primary key (tenant_id, partner_id),
  foreign key (tenant_id, partner_id) references partners on delete cascade
);
select guard_table('partner_billing_terms');

create function own_billing_terms(p_tenant uuid, p_partner uuid) returns table (terms jsonb, sources jsonb)
language sql stable as $$
  select coalesce(jsonb_object_agg(key, value), '{}'), coalesce(jsonb_object_agg(key, p_partner), '{}')
  from billing_defaults d
  cross join jsonb_each(to_jsonb(d) - array['id', 'tenant_id', 'partner_id', 'version', 'created_at', 'updated_at'])
  where d.tenant_id = p_tenant and d.partner_id = p_partner and value <> 'null'
$$;

create function refresh_billing_terms(p_tenant uuid, p_partner uuid) returns void
language plpgsql as $$
begin
  -- One at a time: whoever works out a branch must see what was decided above it.
  perform from partners where tenant_id = p_tenant and parent_id is null for no key update;
  with recursive down as (
    select p.id, coalesce(above.terms, '{}') || own.terms as terms, coalesce(above.sources, '{}') || own.sources as sources
    from partners p
    left join partner_billing_terms above on above.tenant_id = p.tenant_id and above.partner_id = p.parent_id
    cross join own_billing_terms(p.tenant_id, p.id) own
    where p.tenant_id = p_tenant and p.id = p_partner
    union all
    select p.id, d.terms || own.terms, d.sources || own.sources
    from down d
    join partners p on p.tenant_id = p_tenant and p.parent_id = d.id
    cross join own_billing_terms(p_tenant, p.id) own
  )
  insert into partner_billing_terms as t (tenant_id, partner_id, terms, sources)
  select p_tenant, id, terms, sources from down
  on conflict (tenant_id, partner_id) do update set terms = excluded.terms, sources = excluded.sources
  where (t.terms, t.sources) is distinct from (excluded.terms, excluded.sources);
end $$;

-- The ISP itself stands above all and says everything.
create function begin_billing_terms() returns trigger
language plpgsql as $$
begin
  if new.parent_id is null then
    insert into billing_defaults (tenant_id, partner_id, billing_type, prepaid_period, billing_day, due_days, auto_block, blocking_days, grace_days,
      min_balance, payment_method, invoice_delivery, reminders, reminder_channel, reminder_days)
    values (new.tenant_id, new.id, 'recurring', 'P1M', 1, 15, true, 0, 0, 0, 'bank_transfer', 'email', false, 'email', '[3, 10]');
  else
    perform refresh_billing_terms(new.tenant_id, new.id);
  end if;
  return null;
end $$;
create function follow_billing_defaults() returns trigger
language plpgsql as $$
begin
  perform refresh_billing_terms(new.tenant_id, new.partner_id);
  return null;
end $$;
create function follow_partner_tree() returns trigger
language plpgsql as $$
begin
  perform refresh_billing_terms(new.tenant_id, new.id);
  return null;
end $$;
create trigger follow_billing_defaults after insert or update on billing_defaults for each row execute function follow_billing_defaults();
create trigger begin_billing_terms after insert on partners for each row execute function begin_billing_terms();
create trigger follow_partner_tree after update of parent_id on partners for each row execute function follow_partner_tree();

insert into billing_defaults (tenant_id, partner_id, billing_type, prepaid_period, billing_day, due_days, auto_block, blocking_days, grace_days,
  min_balance, payment_method, invoice_delivery, reminders, reminder_channel, reminder_days)
select tenant_id, id, 'recurring', 'P1M', 1, 15, true, 0, 0, 0, 'bank_transfer', 'email', false, 'email', '[3, 10]'
from partners
where parent_id is null;

-- The lock lets no customer slip between a change of the partner's terms and the customers who follow it.
create function inherit_billing_terms() returns trigger
language plpgsql as $$
declare
  above jsonb;
begin
  select terms into above
  from partner_billing_terms
  where tenant_id = new.tenant_id and partner_id = new.partner_id
  for share;
  if found then
    new := jsonb_populate_record(new, above - array(select jsonb_array_elements_text(new.billing_own))
      -- An account billed with another keeps what it has from that one.
      - case when new.billed_by_id is null then array[]::text[] else array['billing_day', 'billing_type'] end);
  end if;
  return new;
end $$;
create trigger inherit_billing_terms before insert or update of partner_id on customers for each row execute function inherit_billing_terms();
