-- What was entered for one price change of a tariff, on however many services.
create index on service_changes (tenant_id, group_id, service_id) where group_id is not null;
