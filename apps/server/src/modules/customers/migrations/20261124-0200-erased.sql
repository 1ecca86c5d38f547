-- A customer whose person was erased. The row stays for the books.
alter table customers add column erased_at timestamptz(3);
create index on customers (tenant_id, erased_at, id) where erased_at is not null;

-- Nothing new comes to an erased customer. Whoever gives a row to a customer asks here for its partner anyway.
create or replace function take_partner_of_customer() returns trigger
language plpgsql as $$
declare
  gone timestamptz;
begin
  select c.partner_id, c.erased_at into new.partner_id, gone
  from customers c
  where c.tenant_id = new.tenant_id and c.id = new.customer_id;
  if new.partner_id is null then
    raise foreign_key_violation using message = 'no such customer', table = tg_table_name, column = 'customer_id';
  end if;
  if gone is not null then
    raise exception using errcode = 'IR001', hint = 'erased',
      message = 'This customer was erased. What is left is kept for the books and cannot be changed.';
  end if;
  return new;
end $$;
