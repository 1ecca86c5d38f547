-- How the period is charged in which a service begins, how months of a longer period count, and from which amount on an invoice is made:
-- by partner, or for one customer. Empty is what the partner (above) has; where nobody says: by the day, whatever it comes to.

alter table billing_policies
  add column customer_id uuid,
  add column first_period text check (first_period in ('by_day', 'full', 'rounded', 'plus_full', 'deferred')),
  add column longer_periods text check (longer_periods in ('by_day', 'equal_months')),
  add column min_invoice bigint check (min_invoice >= 0),
  add foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  drop constraint billing_policies_tenant_id_partner_id_key;
create unique index billing_policies_of_partner on billing_policies (tenant_id, partner_id) where customer_id is null;
create unique index billing_policies_of_customer on billing_policies (tenant_id, customer_id) where customer_id is not null;
create index on billing_policies (tenant_id, partner_id, id);
create trigger take_partner_of_customer before insert on billing_policies for each row
  when (new.customer_id is not null) execute function take_partner_of_customer();

-- The rule a service was sold under, where it is not by the day. It stays the service's, so that days given back cost what they did.
create table service_prorations (
  tenant_id uuid not null references tenants,
  service_id uuid not null,
  rule text not null check (rule in ('by_day', 'full', 'rounded', 'plus_full', 'deferred')),
  equal_months boolean not null,
  -- Amounts are rounded to it, in minor units.
  unit integer not null check (unit > 0),
  policy_id uuid,
  primary key (tenant_id, service_id),
  foreign key (tenant_id, service_id) references services,
  foreign key (tenant_id, policy_id) references billing_policies on delete set null (policy_id)
);
create index on service_prorations (tenant_id, policy_id) where policy_id is not null;
select guard_table('service_prorations');

-- What the days of a charge were shares of, where that is not simply their period.
alter table charges add column proration jsonb;
alter table surcharge_charges add column proration jsonb;
comment on column charges.proration is 'How its period was shared out by days: {first, rule, equal_months, unit}; first is a day since 1970-01-01.';

-- A service that is sold takes the rule of its customer, or else of the nearest partner who says one. Whoever pays before using pays
-- whole periods.
create function take_proration() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (
    select from billing_policies b
    where b.tenant_id = any (select tenant_id from new_rows) and (b.first_period is not null or b.longer_periods is not null)
  ) then
    return null;
  end if;
  insert into service_prorations (tenant_id, service_id, rule, equal_months, unit, policy_id)
  select s.tenant_id, s.id, coalesce(f.first_period, 'by_day'), coalesce(l.longer_periods = 'equal_months', false),
    10 ^ (case
      when t.currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 0
      when t.currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
      else 2 end),
    coalesce(f.id, l.id)
  from new_rows s
  join tenants t on t.id = s.tenant_id
  join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id and c.billing_type = 'recurring'
  left join lateral (select * from policy_saying(s.tenant_id, s.customer_id, s.partner_id, 'first_period')) f on true
  left join lateral (select * from policy_saying(s.tenant_id, s.customer_id, s.partner_id, 'longer_periods')) l on true
  where s.service_type <> 'one_time' and (f.first_period <> 'by_day' or l.longer_periods <> 'by_day');
  return null;
end $$;

-- The nearest policy that says something: the customer's, its partner's, that of the partner above, …
create function policy_saying(p_tenant uuid, p_customer uuid, p_partner uuid, p_what text) returns setof billing_policies
language sql stable security definer set search_path = public, pg_temp as $$
  with recursive above as (
    select p.id, p.parent_id, 1 as height from partners p where p.tenant_id = p_tenant and p.id = p_partner
    union all
    select p.id, p.parent_id, a.height + 1
    from above a
    join partners p on p.tenant_id = p_tenant and p.id = a.parent_id
    where a.height < 100
  )
  select b.*
  from billing_policies b
  left join above a on a.id = b.partner_id and b.customer_id is null
  where b.tenant_id = p_tenant and (b.customer_id = p_customer or a.id is not null)
    and (case p_what when 'first_period' then b.first_period when 'longer_periods' then b.longer_periods else b.min_invoice::text end) is not null
  order by b.customer_id is null, a.height
  limit 1
$$;
do $$ begin
  execute format('revoke execute on function policy_saying(uuid, uuid, uuid, text) from public');
end $$;
create trigger take_proration after insert on services referencing new table as new_rows for each statement execute function take_proration();
