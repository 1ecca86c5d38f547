-- The words on documents, and what documents were issued with.

create table document_templates (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  partner_id uuid not null,
  name text not null,
  kind text not null check (kind in ('invoice', 'credit_note', 'contract')),
  language text not null default 'en',
  is_default boolean not null default false,
  title text,
  before_lines text,
  after_lines text,
  footer text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, partner_id) references partners
);
create unique index document_templates_default on document_templates (tenant_id, kind, partner_id) where is_default;
create index on document_templates (tenant_id, partner_id, id);
create index on document_templates (tenant_id, kind, id);
create index on document_templates (tenant_id, is_default, id);
create index on document_templates (tenant_id, name, id);
select guard_table('document_templates');

-- Never changed: its id is told by its content.
create table letterheads (
  tenant_id uuid not null references tenants,
  id uuid not null,
  content jsonb not null,
  -- What documents were printed with that were issued before letterheads were kept.
  for_older boolean not null default false,
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);
create unique index letterheads_for_older on letterheads (tenant_id) where for_older;
select guard_table('letterheads');
select keep_rows('letterheads');
do $$ begin execute format('revoke update, delete on letterheads from %I', current_setting('isp.app_role')); end $$;

insert into letterheads (tenant_id, id, content, for_older)
select id, uuidv7(), jsonb_strip_nulls(jsonb_build_object(
    'seller', jsonb_build_object(
      'name', coalesce(nullif(legal_name, ''), name),
      'address_lines', (
        select jsonb_agg(line order by place)
        from unnest(array[street, concat_ws(' ', nullif(postal_code, ''), nullif(city, '')), country]) with ordinality as l(line, place)
        where line <> ''),
      'tax_id', nullif(tax_id, ''),
      'registration_number', nullif(registration_number, ''),
      'email', nullif(email, ''),
      'phone', nullif(phone, ''),
      'website', nullif(website, '')),
    'bank', (
      select coalesce(jsonb_agg(jsonb_build_object('label', label, 'value', value) order by label desc), '[]'::jsonb)
      from (values ('IBAN', regexp_replace(iban, '(.{4})(?=.)', '\1 ', 'g')), ('BIC', bic)) as b(label, value)
      where value <> ''),
    'footer', nullif(document_footer, ''))), true
from tenants;
