-- Nouns that an administrator declares: what they are called and what fields they have. Their rows live in tables of schema dyn.

create table entities (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  plural text not null check (plural ~ '^[a-z][a-z0-9_]{0,41}$'),
  label text not null check (label <> ''),
  label_plural text not null check (label_plural <> ''),
  title_field text not null,
  -- partner: each row belongs to a customer or service and follows its partner.
  scope text not null check (scope in ('tenant', 'partner')),
  status text not null default 'active' check (status in ('active', 'in_bin')),
  -- Opaque, so that a name can never be too long, reserved or harmful.
  table_name text not null unique check (table_name ~ '^e_[a-z2-7]{26}$'),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);
create unique index entities_name on entities (tenant_id, name) where status = 'active';
create unique index entities_plural on entities (tenant_id, plural) where status = 'active';
select guard_table('entities');
create trigger bump_access_version after insert or update or delete on entities for each row execute function bump_access_version();

create table entity_fields (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  entity_id uuid not null,
  position integer not null,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  label text,
  help text,
  "group" text,
  unit text,
  kind text not null,
  required boolean not null,
  immutable boolean not null,
  "values" jsonb,
  "to" text,
  min integer,
  max integer,
  "default" jsonb,
  filterable boolean not null,
  sortable boolean not null,
  "unique" boolean not null,
  searchable boolean not null,
  in_list boolean not null,
  column_name text not null check (column_name ~ '^f_[a-z2-7]{26}$'),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, entity_id, name),
  foreign key (tenant_id, entity_id) references entities
);
select guard_table('entity_fields');
create trigger bump_access_version after insert or update or delete on entity_fields for each row execute function bump_access_version();

-- Fields added to built-in nouns; their values live in the row's custom jsonb.
create table custom_fields (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  noun text not null,
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  label text,
  help text,
  "group" text,
  unit text,
  kind text not null,
  required boolean not null default false,
  "values" jsonb,
  min integer,
  max integer,
  "default" jsonb,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, noun, name)
);
select guard_table('custom_fields');
create trigger bump_access_version after insert or update or delete on custom_fields for each row execute function bump_access_version();

-- partner_id of an entity's row is that of the customer or service it refers to. Arguments: the referring column, the table referred to.
create function take_partner_of_reference() returns trigger
language plpgsql as $$
declare
  wanted uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
begin
  execute format('select partner_id from %s where tenant_id = $1 and id = $2', tg_argv[1]) into new.partner_id using new.tenant_id, wanted;
  if new.partner_id is null then
    raise foreign_key_violation using message = 'no such row', table = tg_table_name,
      detail = format('Key (tenant_id, %s) is not present in table "%s".', tg_argv[0], tg_argv[1]);
  end if;
  return new;
end $$;
