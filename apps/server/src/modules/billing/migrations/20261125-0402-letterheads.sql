-- What a document was issued with. Empty: it is from before letterheads were kept.
alter table invoices add column letterhead_id uuid;
alter table credit_notes add column letterhead_id uuid;
select refer('invoices', 'letterhead_id', 'letterheads');
select refer('credit_notes', 'letterhead_id', 'letterheads');
