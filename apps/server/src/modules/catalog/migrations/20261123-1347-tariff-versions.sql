-- What a tariff said and from when on: a snapshot of it whenever it changes, and the prices it will have.

create table tariff_versions (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  tariff_id uuid not null,
  -- In the order in which they came into force; null for one that has not yet.
  number integer check (number > 0),
  status text not null check (status in ('planned', 'in_force', 'withdrawn')),
  -- For services sold from this day on.
  effective_new date not null,
  -- For services that were sold before it: a day, each one's next period, or never.
  existing text not null default 'never' check (existing in ('never', 'next_period', 'date')),
  effective_existing date,
  include_custom_prices boolean not null default false,
  -- Stored values of a tariff's fields: those that will change, and all of them once it is in force.
  changes jsonb not null default '{}',
  terms jsonb,
  reason text,
  actor jsonb not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, tariff_id, number),
  foreign key (tenant_id, tariff_id) references tariffs on delete cascade,
  constraint version_in_force_has_its_terms check ((status = 'in_force') = (number is not null) and (status = 'in_force') = (terms is not null)),
  constraint version_says_its_day check ((existing = 'date') = (effective_existing is not null))
);
create index on tariff_versions (tenant_id, tariff_id, id);
create index on tariff_versions (tenant_id, status, id);
create index tariff_versions_planned on tariff_versions (tenant_id, effective_new) where status = 'planned';
select guard_table('tariff_versions');

-- A tariff as it stands, in stored values.
create function tariff_terms(t tariffs) returns jsonb
language sql immutable parallel safe as $$
  select to_jsonb(t) - '{tenant_id,id,version,created_at,updated_at}'::text[]
$$;

insert into tariff_versions (tenant_id, tariff_id, number, status, effective_new, terms, reason, actor, created_at, updated_at)
select t.tenant_id, t.id, 1, 'in_force', (t.created_at at time zone n.time_zone)::date, tariff_terms(t), 'as it stood', '{"kind": "system", "id": null, "name": "ISP Framework"}', t.created_at, t.created_at
from tariffs t
join tenants n on n.id = t.tenant_id;
