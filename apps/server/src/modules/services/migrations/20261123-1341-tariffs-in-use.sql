-- Which tariffs a partner's customers have, without reading those customers.
create index services_by_tariff on services (tenant_id, tariff_id, partner_id, id);
drop index services_tenant_id_tariff_id_id_idx;
