-- What is left of a customer that was merged into another: it points there, and nothing happens to it any more.
alter table customers
  add column merged_into_id uuid,
  add foreign key (tenant_id, merged_into_id) references customers (tenant_id, id),
  add constraint merged_into_another check (merged_into_id <> id),
  add constraint merged_is_disabled check (merged_into_id is null or (status = 'disabled' and next_billing_on is null));
create index on customers (tenant_id, merged_into_id) where merged_into_id is not null;
