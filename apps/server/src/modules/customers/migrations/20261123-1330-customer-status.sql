-- A customer's status over time, what is planned for it, and the control tags.

alter table customers
  -- Who last moved the status; null where nobody said.
  add column status_actor jsonb,
  add column no_auto_billing boolean not null default false,
  add column no_auto_payment boolean not null default false,
  add column never_block boolean not null default false,
  -- Counts in no report.
  add column test boolean not null default false;
create index on customers (tenant_id, id) where no_auto_billing;
create index on customers (tenant_id, id) where no_auto_payment;
create index on customers (tenant_id, id) where never_block;
create index on customers (tenant_id, id) where test;

create table customer_status_changes (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  at timestamptz(3) not null,
  -- The day in the ISP's time zone.
  date date not null,
  -- Null: the customer was created.
  from_status text,
  to_status text not null,
  reason text,
  actor jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on customer_status_changes (tenant_id, customer_id, id);
create index on customer_status_changes (tenant_id, date, id);
create index on customer_status_changes (tenant_id, to_status, id);
create index on customer_status_changes (tenant_id, partner_id, id);
select guard_table('customer_status_changes');
-- What was recorded stays recorded.
do $$ begin execute format('revoke update, delete on customer_status_changes from %I', current_setting('isp.app_role')); end $$;

-- What happened before the log was kept, from the audit; customers that were never audited start with how they stand.
insert into customer_status_changes (id, tenant_id, customer_id, partner_id, at, date, from_status, to_status, reason, actor)
select a.id, a.tenant_id, c.id, c.partner_id, a.at, (a.at at time zone t.time_zone)::date, a.changes -> 'status' ->> 0, a.changes -> 'status' ->> 1, a.reason,
  jsonb_build_object('kind', a.actor_kind, 'id', a.actor_id, 'name', a.actor_name)
from audit_events a
join tenants t on t.id = a.tenant_id
join customers c on c.tenant_id = a.tenant_id and c.id = a.row_id
where a.noun = 'customer' and a.changes -> 'status' ->> 1 is not null;
insert into customer_status_changes (tenant_id, customer_id, partner_id, at, date, from_status, to_status, reason, actor)
select c.tenant_id, c.id, c.partner_id, c.status_since, (c.status_since at time zone t.time_zone)::date, null, c.status, c.status_reason,
  '{"kind": "system", "id": null, "name": "ISP Framework"}'
from customers c
join tenants t on t.id = c.tenant_id
where not exists (select from customer_status_changes s where s.tenant_id = c.tenant_id and s.customer_id = c.id);

create function log_customer_status() returns trigger
language plpgsql as $$
declare
  nobody constant jsonb := '{"kind": "system", "id": null, "name": "ISP Framework"}';
begin
  if tg_op = 'INSERT' then
    insert into customer_status_changes (tenant_id, customer_id, partner_id, at, date, from_status, to_status, reason, actor)
    select n.tenant_id, n.id, n.partner_id, n.status_since, (n.status_since at time zone t.time_zone)::date, null, n.status, n.status_reason,
      coalesce(n.status_actor, nobody)
    from new_rows n
    join tenants t on t.id = n.tenant_id;
  else
    insert into customer_status_changes (tenant_id, customer_id, partner_id, at, date, from_status, to_status, reason, actor)
    select new.tenant_id, new.id, new.partner_id, new.status_since, (new.status_since at time zone t.time_zone)::date, old.status, new.status, new.status_reason,
      coalesce(new.status_actor, nobody)
    from tenants t
    where t.id = new.tenant_id;
  end if;
  return null;
end $$;
create trigger log_first_status after insert on customers referencing new table as new_rows for each statement execute function log_customer_status();
create trigger log_status after update of status on customers for each row when (old.status <> new.status) execute function log_customer_status();

create table scheduled_changes (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  verb text not null check (verb in ('activate', 'block', 'unblock', 'disable')),
  date date not null,
  reason text,
  status text not null default 'planned' check (status in ('planned', 'done', 'refused', 'cancelled')),
  refusal text,
  planned_by jsonb not null,
  cause jsonb not null default '[]',
  finished_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
create index on scheduled_changes (tenant_id, customer_id, date);
create index on scheduled_changes (tenant_id, date, id);
create index on scheduled_changes (tenant_id, status, date, id);
create index on scheduled_changes (tenant_id, partner_id, id);
select guard_table('scheduled_changes');
