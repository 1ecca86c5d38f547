-- What lists of people are filtered by.
create index on customers (tenant_id, id) where tax_exempt;
create index on consents (tenant_id, status, id);
