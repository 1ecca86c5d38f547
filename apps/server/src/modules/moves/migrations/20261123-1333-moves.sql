-- What went from one customer to another: a whole customer (merge) or one service; and each row that went, so that it can go back.

create table customer_moves (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('merge', 'service')),
  from_customer_id uuid not null,
  to_customer_id uuid not null,
  partner_id uuid not null,
  service_id uuid,
  status text not null default 'done' check (status in ('done', 'undone')),
  -- The balance that came over; for a merge.
  balance_moved bigint,
  -- How many rows of which noun.
  moved jsonb not null default '[]',
  reason text,
  actor jsonb not null,
  undo_until timestamptz(3) not null,
  undone_at timestamptz(3),
  undone_by jsonb,
  undo_reason text,
  -- How the customer stood that gave, for the way back.
  was jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  check ((kind = 'service') = (service_id is not null)),
  check ((status = 'undone') = (undone_at is not null)),
  foreign key (tenant_id, from_customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, to_customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, service_id) references services
);
create index on customer_moves (tenant_id, from_customer_id, id);
create index on customer_moves (tenant_id, to_customer_id, id);
create index on customer_moves (tenant_id, service_id, id) where service_id is not null;
create index on customer_moves (tenant_id, partner_id, id);
create index on customer_moves (tenant_id, kind, id);
create index on customer_moves (tenant_id, status, id);
select guard_table('customer_moves');
do $$ begin execute format('revoke delete on customer_moves from %I', current_setting('isp.app_role')); end $$;

create table customer_move_rows (
  tenant_id uuid not null,
  customer_move_id uuid not null,
  noun text not null,
  field text not null,
  row_id uuid not null,
  primary key (tenant_id, customer_move_id, noun, field, row_id),
  foreign key (tenant_id, customer_move_id) references customer_moves
);
select guard_table('customer_move_rows');
