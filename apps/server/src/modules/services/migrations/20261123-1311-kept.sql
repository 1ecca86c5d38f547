-- Invoices and charged days name services for good.
select keep_rows('services');

-- A billing run looks up the periods of hundreds of thousands of services, which through the temporal key costs six times as much.
create index on service_periods (tenant_id, service_id);
