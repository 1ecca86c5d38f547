-- As on invoice lines: whose line it is, where several accounts are billed together.
alter table credit_note_lines
  add column sub_account_id uuid,
  add foreign key (tenant_id, sub_account_id) references customers (tenant_id, id);
create index on credit_note_lines (tenant_id, sub_account_id, id) where sub_account_id is not null;

-- It is never due itself.
update customers set next_billing_on = null where billed_by_id is not null and next_billing_on is not null;
alter table customers add constraint billed_with_another_on_its_day check (billed_by_id is null or next_billing_on is null);
