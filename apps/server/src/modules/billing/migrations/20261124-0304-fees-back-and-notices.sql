-- The credit note with which the fee of a change that was taken back was returned.
alter table change_fees
  add column credit_note_id uuid,
  add foreign key (tenant_id, credit_note_id) references credit_notes;
create index on change_fees (tenant_id, credit_note_id) where credit_note_id is not null;

-- Whether it was said of a run's invoices that they are to be delivered.
alter table billing_runs add column delivery_asked boolean not null default false;
update billing_runs set delivery_asked = true;
