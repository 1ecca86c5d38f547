-- Notes and to-dos on any row.

create table notes (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  noun text not null,
  row_id uuid not null,
  text text not null check (text <> ''),
  pinned boolean not null default false,
  author_id uuid,
  author_name text not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);
create index on notes (tenant_id, row_id, id);
create index on notes (tenant_id, noun, id);
create index on notes (tenant_id, author_id, id);
create index on notes (tenant_id, pinned, id);
select guard_table('notes');

create table todos (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  noun text not null,
  row_id uuid not null,
  title text not null check (title <> ''),
  details text,
  due_date date,
  assignee_id uuid,
  pinned boolean not null default false,
  status text not null default 'open' check (status in ('open', 'done')),
  done_at timestamptz(3),
  done_by text,
  author_id uuid,
  author_name text not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, assignee_id) references users,
  check ((status = 'done') = (done_at is not null))
);
create index on todos (tenant_id, row_id, id);
create index on todos (tenant_id, noun, id);
create index on todos (tenant_id, assignee_id, status, due_date, id);
create index on todos (tenant_id, due_date, id);
create index on todos (tenant_id, status, id);
create index on todos (tenant_id, pinned, id);
select guard_table('todos');
