-- The account that a revenue category's earnings are posted to; null: by the kind of tariff.

alter table revenue_categories
  add column account_id uuid,
  add foreign key (tenant_id, account_id) references accounts;
create index on revenue_categories (tenant_id, account_id, id) where account_id is not null;
