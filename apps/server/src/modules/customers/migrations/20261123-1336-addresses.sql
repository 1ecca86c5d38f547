-- Places that are served, billed or written to. They may be known before anybody lives there.

create table addresses (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenants,
  customer_id uuid,
  partner_id uuid not null,
  street text not null check (street <> ''),
  unit text,
  city text,
  postal_code text,
  region text,
  country text check (country ~ '^[A-Z]{2}$'),
  -- Degrees × 10⁶.
  latitude bigint check (latitude between -90000000 and 90000000),
  longitude bigint check (longitude between -180000000 and 180000000),
  building_id uuid check (building_id <> id),
  directions text,
  external_id text,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, partner_id) references partners,
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade,
  foreign key (tenant_id, building_id) references addresses,
  constraint a_place_has_both_coordinates check ((latitude is null) = (longitude is null))
);
create index on addresses (tenant_id, customer_id) where customer_id is not null;
create index on addresses (tenant_id, partner_id, id);
create index on addresses (tenant_id, building_id) where building_id is not null;
create index on addresses (tenant_id, street, id);
create index on addresses (tenant_id, city, id);
create index on addresses (tenant_id, postal_code, id);
create unique index addresses_external_id on addresses (tenant_id, external_id) where external_id is not null;
select guard_table('addresses');
select make_searchable('addresses', 'address', 'street:words', 'city:words', 'postal_code:words', 'external_id:words');

create trigger take_partner_of_customer before insert on addresses for each row
  when (new.customer_id is not null) execute function take_partner_of_customer();
create trigger take_partner_of_next_customer before update of customer_id on addresses for each row
  when (new.customer_id is not null and new.customer_id is distinct from old.customer_id) execute function take_partner_of_customer();

-- The billing address is printed on documents: street, city, postal code and country of the customer are kept in step with it.
alter table customers
  add column billing_address_id uuid,
  add column service_address_id uuid,
  add column postal_address_id uuid,
  add foreign key (tenant_id, billing_address_id) references addresses,
  add foreign key (tenant_id, service_address_id) references addresses,
  add foreign key (tenant_id, postal_address_id) references addresses;
create index on customers (tenant_id, billing_address_id) where billing_address_id is not null;
create index on customers (tenant_id, service_address_id) where service_address_id is not null;
create index on customers (tenant_id, postal_address_id) where postal_address_id is not null;
