-- How long documents are kept by law, and how long an export of personal data lies ready.
alter table tenants
  add column keep_books_years smallint not null default 10 check (keep_books_years between 0 and 100),
  add column export_days smallint not null default 14 check (export_days between 1 and 90);
