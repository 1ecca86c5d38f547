-- A field of an entity goes to the bin with its column and comes back with it; after 30 days the column is dropped.
alter table entity_fields add column removed_at timestamptz(3);
alter table entity_fields drop constraint entity_fields_tenant_id_entity_id_name_key;
create unique index entity_fields_name on entity_fields (tenant_id, entity_id, name) where removed_at is null;
create index on entity_fields (tenant_id, removed_at) where removed_at is not null;
