-- Who may do what. Roles are data; users and API keys hold roles, and may be limited to a partner's subtree.

create table partners (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  parent_id uuid,
  status text not null default 'active' check (status in ('active', 'suspended')),
  email text,
  phone text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name),
  foreign key (tenant_id, parent_id) references partners,
  check (parent_id <> id)
);
-- One root a tenant: the ISP itself.
create unique index one_root_partner on partners (tenant_id) where parent_id is null;
create index on partners (tenant_id, parent_id);
select guard_table('partners');

create function refuse_partner_cycle() returns trigger
language plpgsql as $$
begin
  if exists (
    with recursive above as (
      select p.id, p.parent_id, 1 as depth from partners p where p.tenant_id = new.tenant_id and p.id = new.parent_id
      union all
      select p.id, p.parent_id, a.depth + 1 from partners p join above a on p.tenant_id = new.tenant_id and p.id = a.parent_id
      where a.depth < 100
    )
    select from above where id = new.id
  ) then
    raise exception 'A partner cannot be placed below itself.' using errcode = 'IR001', hint = 'partner_cycle';
  end if;
  return new;
end $$;
create trigger refuse_partner_cycle before update of parent_id on partners for each row execute function refuse_partner_cycle();
create trigger bump_access_version after insert or update or delete on partners for each row execute function bump_access_version();

create table roles (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  description text,
  grants jsonb not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
select guard_table('roles');
create trigger bump_access_version after update or delete on roles for each row execute function bump_access_version();

create table users (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  email text not null check (email = lower(email)),
  password_hash text,
  status text not null default 'active' check (status in ('invited', 'active', 'suspended')),
  partner_id uuid not null,
  role_ids uuid[] not null default '{}',
  last_signed_in_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, email),
  foreign key (tenant_id, partner_id) references partners
);
create index on users (tenant_id, partner_id);
select guard_table('users');

create table api_keys (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  name text not null check (name <> ''),
  prefix text not null,
  token_hash bytea not null unique,
  partner_id uuid not null,
  role_ids uuid[] not null default '{}',
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, partner_id) references partners
);
create index on api_keys (tenant_id, partner_id);
select guard_table('api_keys');

create table sign_in_sessions (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  user_id uuid not null,
  token_hash bytea not null unique,
  ip inet,
  user_agent text,
  last_seen_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users
);
create index on sign_in_sessions (tenant_id, user_id);
select guard_table('sign_in_sessions');

-- A role named by a user or key must exist in the tenant: arrays have no foreign keys of their own.
create function roles_must_exist() returns trigger
language plpgsql as $$
begin
  if exists (
    select from unnest(new.role_ids) as wanted
    where not exists (select from roles r where r.tenant_id = new.tenant_id and r.id = wanted)
  ) then
    raise exception 'There is no role with this id.' using errcode = 'IR001', hint = 'no_such_role';
  end if;
  return new;
end $$;
create trigger roles_must_exist before insert or update of role_ids on users for each row execute function roles_must_exist();
create trigger roles_must_exist before insert or update of role_ids on api_keys for each row execute function roles_must_exist();

create function role_still_used() returns trigger
language plpgsql as $$
begin
  if exists (select from users u where u.tenant_id = old.tenant_id and old.id = any (u.role_ids))
    or exists (select from api_keys k where k.tenant_id = old.tenant_id and old.id = any (k.role_ids) and k.revoked_at is null) then
    raise exception 'This role is still held by a user or an API key.' using errcode = 'IR001', hint = 'still_used';
  end if;
  return old;
end $$;
create trigger role_still_used before delete on roles for each row execute function role_still_used();

create trigger bump_access_version after update of status, role_ids, partner_id on users for each row execute function bump_access_version();
create trigger bump_access_version after update of role_ids, partner_id, expires_at, revoked_at on api_keys for each row execute function bump_access_version();
create trigger bump_access_version after update of revoked_at on sign_in_sessions for each row execute function bump_access_version();

-- From a token to its tenant: before this nothing is known, so these functions look across tenants, by a 256-bit hash only.
create function find_api_key(p_hash bytea)
returns table (tenant_id uuid, id uuid, name text, partner_id uuid, role_ids uuid[], expires_at timestamptz, last_used_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select tenant_id, id, name, partner_id, role_ids, expires_at, last_used_at from api_keys where token_hash = p_hash and revoked_at is null
$$;
create function find_sign_in_session(p_hash bytea)
returns table (tenant_id uuid, id uuid, user_id uuid, last_seen_at timestamptz, expires_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select tenant_id, id, user_id, last_seen_at, expires_at from sign_in_sessions where token_hash = p_hash and revoked_at is null
$$;
create function find_users_by_email(p_email text)
returns table (tenant_id uuid, tenant_name text, id uuid, password_hash text, status text)
language sql stable security definer set search_path = public, pg_temp as $$
  select u.tenant_id, t.name, u.id, u.password_hash, u.status
  from users u join tenants t on t.id = u.tenant_id
  where u.email = p_email
  order by u.created_at
  limit 20
$$;
create index users_by_email on users (email);

create table saved_views (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  noun text not null,
  name text not null check (name <> ''),
  query jsonb not null,
  shared boolean not null default false,
  user_id uuid,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);
create index on saved_views (tenant_id, noun);
select guard_table('saved_views');

select make_searchable('partners', 'partner', 'name:words', 'email:words', 'phone:phone');
select make_searchable('users', 'user', 'name:words', 'email:words');
