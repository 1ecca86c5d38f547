-- What an ISP sets for itself, each in a column that can be seen, changed and audited.
alter table tenants
  add column auto_billing boolean not null default false,
  add column legal_name text,
  add column street text,
  add column city text,
  add column postal_code text,
  add column country text,
  add column tax_id text,
  add column registration_number text,
  add column email text,
  add column phone text,
  add column website text,
  add column iban text,
  add column bic text,
  add column document_footer text,
  add column contract_conditions text;
update tenants
set auto_billing = coalesce(settings ->> 'auto_billing', 'off') = 'on',
  legal_name = settings -> 'supplier' ->> 'name',
  street = settings -> 'supplier' -> 'address_lines' ->> 0,
  city = settings -> 'supplier' -> 'address_lines' ->> 1,
  tax_id = settings -> 'supplier' ->> 'tax_id',
  registration_number = settings -> 'supplier' ->> 'registration_number',
  email = settings -> 'supplier' ->> 'email',
  phone = settings -> 'supplier' ->> 'phone',
  website = settings -> 'supplier' ->> 'website',
  iban = settings -> 'supplier' ->> 'iban',
  bic = settings -> 'supplier' ->> 'bic',
  document_footer = settings -> 'supplier' ->> 'footer',
  contract_conditions = settings -> 'contract' ->> 'conditions'
where settings <> '{}';
alter table tenants drop column settings;

-- Its name is kept in memory by every process.
create function rename_tenant() returns trigger
language plpgsql as $$
begin
  new.access_version := old.access_version + 1;
  return new;
end $$;
create trigger rename_tenant before update of name on tenants for each row
  when (old.name <> new.name) execute function rename_tenant();

alter table number_series
  add column id uuid not null default uuidv7(),
  add column version integer not null default 1,
  add column created_at timestamptz(3) not null default now(),
  add column updated_at timestamptz(3) not null default now();
create unique index on number_series (tenant_id, id);
