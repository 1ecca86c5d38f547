-- Files of rows brought in from elsewhere: the file, how it is read, and what became of each of its rows.

create table imports (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  partner_id uuid not null,
  noun text not null check (noun in ('customer')),
  mode text not null check (mode in ('validate', 'run')),
  status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed')),
  file_name text,
  encoding text not null,
  delimiter text not null check (length(delimiter) = 1),
  columns jsonb not null,
  mapping jsonb not null,
  total integer,
  done integer not null default 0,
  ok integer not null default 0,
  failed integer not null default 0,
  skipped integer not null default 0,
  problem text,
  result_url text not null,
  actor jsonb not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, partner_id) references partners
);
create index on imports (tenant_id, partner_id, id);
create index on imports (tenant_id, status, id);
select guard_table('imports');

-- As UTF-8, whatever it came in.
create table import_files (
  tenant_id uuid not null,
  import_id uuid not null,
  content bytea not null,
  primary key (tenant_id, import_id),
  foreign key (tenant_id, import_id) references imports
);
select guard_table('import_files');

-- Written in the transaction that writes the row itself: an import that was killed goes on after the last of these.
create table import_rows (
  tenant_id uuid not null,
  import_id uuid not null,
  -- From 0; the header is not counted.
  index integer not null,
  status text not null check (status in ('ok', 'failed', 'skipped')),
  action text check (action in ('created', 'updated')),
  error jsonb,
  row_id uuid,
  primary key (tenant_id, import_id, index),
  foreign key (tenant_id, import_id) references imports
);
select guard_table('import_rows');
