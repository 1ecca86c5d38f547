-- Files: what hangs on customers and other rows. The bytes lie in a store outside of the database, once a tenant and content.

-- A content the store holds, or is about to. It goes when no file and no upload names it any more.
create table file_contents (
  tenant_id uuid not null references tenants,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes bigint not null check (size_bytes >= 0),
  primary key (tenant_id, sha256)
);
select guard_table('file_contents');

-- Uploads on their way. A content is claimed here before the store gets it, so that what a crash leaves behind is known.
create table file_uploads (
  tenant_id uuid not null references tenants,
  id uuid not null,
  sha256 text not null,
  started_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, sha256) references file_contents
);
create index on file_uploads (tenant_id, sha256);
create index on file_uploads (tenant_id, started_at);
select guard_table('file_uploads');

create table files (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  noun text not null,
  row_id uuid not null,
  name text not null check (name <> ''),
  category text not null default 'other' check (category in ('contract', 'id', 'photo', 'invoice', 'other')),
  description text,
  portal_visible boolean not null default false,
  content_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 text not null,
  author_id uuid,
  author_name text not null,
  deleted_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, sha256) references file_contents
);
create index on files (tenant_id, row_id, id);
create index on files (tenant_id, noun, id);
create index on files (tenant_id, category, id);
create index on files (tenant_id, name, id);
create index on files (tenant_id, size_bytes, id);
create index on files (tenant_id, sha256);
create index on files (tenant_id, deleted_at, id) where deleted_at is not null;
select guard_table('files');
select make_searchable('files', 'file', 'name:words');
