-- One person of a customer's can be erased by itself; the report of it names the contact, who stands there without a name.
alter table contacts add column erased_at timestamptz(3);
alter table erasures
  add column contact_id uuid,
  add foreign key (tenant_id, contact_id) references contacts,
  drop constraint erasures_tenant_id_customer_id_key;
create unique index erasures_customer on erasures (tenant_id, customer_id) where contact_id is null;
create unique index erasures_contact on erasures (tenant_id, contact_id) where contact_id is not null;
create index on erasures (tenant_id, customer_id, id);
