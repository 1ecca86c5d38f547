-- Everything about somebody, put together on request. The file itself hangs on the row, and goes when its days are over.
create table personal_data_exports (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid not null,
  partner_id uuid not null,
  -- Null: about the customer as a whole.
  contact_id uuid,
  status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed', 'expired')),
  rows_total integer not null default 0,
  rows_done integer not null default 0,
  size_bytes bigint,
  problem text,
  actor jsonb not null,
  expires_at timestamptz(3),
  finished_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id)
);
create index on personal_data_exports (tenant_id, customer_id, id);
create index on personal_data_exports (tenant_id, contact_id, id) where contact_id is not null;
create index on personal_data_exports (tenant_id, partner_id, id);
create index on personal_data_exports (tenant_id, status, id);
select guard_table('personal_data_exports');
create trigger take_partner_of_customer before insert on personal_data_exports for each row execute function take_partner_of_customer();
