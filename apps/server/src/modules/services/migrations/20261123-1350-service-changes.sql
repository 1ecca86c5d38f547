-- How a service stands follows from its changes, in whatever order they were entered; service_periods are what they add up to.

alter table services add column period_months smallint not null default 1 check (period_months in (1, 3, 6, 12, 24));

alter table service_periods
  add column price_is_custom boolean not null default false,
  add column period_months smallint not null default 1,
  -- Where periods longer than a month are counted from.
  add column anchor date check ((anchor is null) = (period_months = 1));
comment on column service_periods.price is 'For one unit and period, in minor units.';

create table service_changes (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  service_id uuid not null,
  partner_id uuid not null,
  -- From the beginning of this day on.
  date date not null,
  -- Order of entry; of two changes of one day the later entered one counts.
  seq integer not null check (seq > 0),
  kind text not null check (kind in ('create', 'activate', 'stop', 'resume', 'disable', 'enable', 'terminate', 'terms')),
  status text not null check (status in ('planned', 'in_force', 'withdrawn')),
  -- Terms: what is null stays as it was.
  tariff_id uuid,
  price bigint check (price >= 0),
  price_is_custom boolean,
  quantity integer check (quantity between 1 and 10000),
  period_months smallint check (period_months in (1, 3, 6, 12, 24)),
  -- Counts only where the service is on this tariff then: a price change of the tariff, a phase.
  for_tariff_id uuid,
  -- Entered together: a stop from one day to another is a stop and a resumption.
  group_id uuid,
  reason text,
  actor jsonb not null,
  withdrawn_at timestamptz(3),
  withdrawn_by jsonb,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, service_id, seq),
  check ((status = 'withdrawn') = (withdrawn_at is not null)),
  constraint created_with_all_terms check (kind <> 'create' or (tariff_id is not null and price is not null and price_is_custom is not null and quantity is not null and period_months is not null)),
  foreign key (tenant_id, service_id, partner_id) references services (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, tariff_id) references tariffs,
  foreign key (tenant_id, for_tariff_id) references tariffs
);
create index on service_changes (tenant_id, date, id);
-- What midnight looks for.
create index service_changes_planned on service_changes (tenant_id, date) where status = 'planned';
select guard_table('service_changes');

-- What stood in the periods before, said as changes.
update service_periods p
set price_is_custom = true
from services s
where s.tenant_id = p.tenant_id and s.id = p.service_id and s.price = p.price;

with stretches as (
  select p.*, lower(p.during) as date, row_number() over own as n,
    lag(p.status) over own as old_status, lag(p.tariff_id) over own as old_tariff_id, lag(p.price) over own as old_price,
    lag(p.quantity) over own as old_quantity
  from service_periods p
  window own as (partition by p.tenant_id, p.service_id order by p.during)
), said as (
  select s.tenant_id, s.service_id, s.date, s.n * 10 as place, 'create' as kind, s.tariff_id, s.price, s.price_is_custom, s.quantity, s.period_months
  from stretches s
  where s.n = 1
  union all
  select s.tenant_id, s.service_id, s.date, s.n * 10, 'terms', s.tariff_id, s.price, s.price_is_custom, s.quantity, null
  from stretches s
  where s.n > 1 and (s.tariff_id, s.price, s.quantity) is distinct from (s.old_tariff_id, s.old_price, s.old_quantity)
  union all
  select s.tenant_id, s.service_id, s.date, s.n * 10 + k.place, k.kind, null, null, null, null, null
  from stretches s
  cross join lateral unnest(case
    when s.status = s.old_status then '{}'
    when s.status = 'terminated' then '{terminate}'
    when coalesce(s.old_status, 'pending') = 'pending' then
      case s.status when 'active' then '{activate}' when 'stopped' then '{activate,stop}' when 'disabled' then '{activate,disable}' else '{}' end
    when s.status = 'disabled' then '{disable}'
    when s.old_status = 'disabled' then case s.status when 'active' then '{enable,resume}' else '{enable,stop}' end
    when s.status = 'stopped' then '{stop}'
    else '{resume}'
  end::text[]) with ordinality as k(kind, place)
  union all
  select s.tenant_id, s.id, s.start_date, 1, 'create', s.tariff_id, coalesce(s.price, t.price), s.price is not null, s.quantity, 1
  from services s
  join tariffs t on t.tenant_id = s.tenant_id and t.id = s.tariff_id
  where not exists (select from service_periods p where p.tenant_id = s.tenant_id and p.service_id = s.id)
)
insert into service_changes (tenant_id, service_id, partner_id, date, seq, kind, status, tariff_id, price, price_is_custom, quantity, period_months, reason, actor)
select c.tenant_id, c.service_id, s.partner_id, c.date,
  row_number() over (partition by c.tenant_id, c.service_id order by c.date, c.place), c.kind,
  case when c.kind <> 'create' and c.date >= (coalesce(t.clock_at, now()) at time zone t.time_zone)::date then 'planned' else 'in_force' end,
  c.tariff_id, c.price, c.price_is_custom, c.quantity, c.period_months, 'taken over from what stood before', '{"kind": "system", "id": null, "name": "ISP Framework"}'
from said c
join services s on s.tenant_id = c.tenant_id and s.id = c.service_id
join tenants t on t.id = c.tenant_id;
