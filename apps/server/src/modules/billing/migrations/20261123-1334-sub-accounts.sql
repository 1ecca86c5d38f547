-- Whose line it is on the document of an account that is billed with others; null: the account's own.
alter table invoice_lines add column sub_account_id uuid;
select refer('invoice_lines', 'sub_account_id', 'customers');
create index on invoice_lines (tenant_id, sub_account_id, id) where sub_account_id is not null;
