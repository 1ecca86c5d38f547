-- What a run writes a hundred thousand times is checked by the statement.
select keep_rows('billing_runs');
select keep_rows('invoices');
alter table invoice_lines
  drop constraint invoice_lines_tenant_id_invoice_id_partner_id_fkey,
  drop constraint invoice_lines_tenant_id_service_id_fkey;
alter table invoices
  drop constraint invoices_tenant_id_customer_id_partner_id_fkey,
  drop constraint invoices_tenant_id_billing_run_id_fkey,
  drop constraint invoices_tenant_id_id_partner_id_key;
select refer_with_partner('invoices', 'customer_id', 'customers');
select refer('invoices', 'billing_run_id', 'billing_runs');
select refer_with_partner('invoice_lines', 'invoice_id', 'invoices');
select refer('invoice_lines', 'service_id', 'services');
select keep_rows('tariffs');
select refer('invoice_lines', 'tariff_id', 'tariffs');

-- Charged days: the key says that no two charges of a service end on the same day, the guard below that none shares a day with another.
-- As a temporal key this cost more than all else about a charge.
alter table charges
  drop constraint charges_tenant_id_invoice_id_fkey,
  drop constraint charges_tenant_id_service_id_fkey,
  drop constraint charges_pkey,
  add primary key (tenant_id, service_id, until_date);
drop index charges_tenant_id_service_id_until_date_idx;
select refer('charges', 'invoice_id', 'invoices');
select refer('charges', 'tariff_id', 'tariffs');

create function charge_each_day_once() returns trigger
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
  charged record;
begin
  -- Whoever charges a service holds its customer until the end of the transaction, so that two cannot charge the same days at once.
  for charged in
    select n.tenant_id, array_agg(distinct s.customer_id) as customer_ids, bool_or(s.customer_id is null) as unknown
    from new_rows n
    left join lateral (select customer_id from services where tenant_id = n.tenant_id and id = n.service_id offset 0) s on true
    group by n.tenant_id
  loop
    if charged.unknown then perform refers_to_nothing('charges', 'service_id'); end if;
    perform from customers
    where tenant_id = charged.tenant_id and id = any (charged.customer_ids) and xmin <> pg_current_xact_id()::xid
    order by id
    for no key update;
  end loop;
  -- A statement of its own, so that it sees what was committed while a customer was waited for.
  perform from new_rows n
  where exists (
    select from charges c
    where c.tenant_id = n.tenant_id and c.service_id = n.service_id and c.until_date > lower(n.during)
      and c.until_date <> n.until_date and lower(c.during) < n.until_date
    offset 0)
  limit 1;
  if found then
    raise exclusion_violation using table = 'charges', column = 'during', constraint = 'charges_each_day_once',
      message = 'a day of a service would be charged twice';
  end if;
  return null;
end $$;
create trigger charges_each_day_once after insert on charges referencing new table as new_rows for each statement execute function charge_each_day_once();

-- Days are charged and given back, never moved.
create function refuse_to_move() returns trigger
language plpgsql as $$
begin
  raise restrict_violation using table = tg_table_name, message = 'charged days are given back and charged anew, never moved';
end $$;
create trigger charges_stay before update of tenant_id, service_id, during on charges for each row
  when (old.tenant_id is distinct from new.tenant_id or old.service_id is distinct from new.service_id or old.during is distinct from new.during)
  execute function refuse_to_move();

-- A service that goes to another customer is charged under another's lock from then on: nobody may be charging meanwhile.
create function nobody_charges() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  lock table charges in share mode;
  return new;
end $$;
create trigger nobody_charges before update of customer_id on services for each row
  when (old.customer_id is distinct from new.customer_id) execute function nobody_charges();
