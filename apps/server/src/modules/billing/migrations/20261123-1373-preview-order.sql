-- The order in which a clerk looks at a preview: what bears a warning, then the largest difference either way.
alter table billing_run_previews add column oddity bigint not null generated always as (
  abs(difference) + case when jsonb_array_length(warnings) > 0 then 4000000000000000000 else 0 end) stored;
create index on billing_run_previews (tenant_id, billing_run_id, oddity, customer_id);
create index on billing_run_previews (tenant_id, billing_run_id, customer_name, customer_id);
