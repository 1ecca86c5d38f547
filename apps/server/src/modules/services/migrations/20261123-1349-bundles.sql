-- A service inside a bundle is a real one that the bundle's price pays for.

alter table services
  add column bundle_service_id uuid,
  add foreign key (tenant_id, bundle_service_id) references services (tenant_id, id),
  add check (bundle_service_id <> id);
create index on services (tenant_id, bundle_service_id, id) where bundle_service_id is not null;
