-- A run writes three entries an invoice, and each was checked against three other rows.
select keep_rows('accounts');
select keep_rows('customers');
alter table journal_entries
  drop constraint journal_entries_tenant_id_debit_account_id_fkey,
  drop constraint journal_entries_tenant_id_credit_account_id_fkey,
  drop constraint journal_entries_tenant_id_customer_id_partner_id_fkey;
select refer('journal_entries', 'debit_account_id', 'accounts');
select refer('journal_entries', 'credit_account_id', 'accounts');
select refer_with_partner('journal_entries', 'customer_id', 'customers');
