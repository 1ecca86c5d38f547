-- Lines and charged days come before their invoice where it was promised: of the others there is one, as ever.
create or replace function invoice_lines_invoice_id_refers() returns trigger
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
  wanted bigint;
  known bigint;
  foreign_rows boolean;
begin
  perform from new_rows n
  where (n.tenant_id, n.invoice_id, n.partner_id) not in (select p.tenant_id, p.id, p.partner_id from promised('invoices') p)
  limit 1;
  if not found then return null; end if;
  select count(*), count(p.id), bool_or(p.xmin <> pg_current_xact_id()::xid) into wanted, known, foreign_rows
  from (select distinct tenant_id, invoice_id as id, partner_id from new_rows) n
  left join lateral (
    select x.id, x.xmin from invoices x where x.tenant_id = n.tenant_id and x.id = n.id and x.partner_id = n.partner_id offset 0
  ) p on true;
  if foreign_rows then
    select count(*) into known
    from (
      select from (select distinct tenant_id, invoice_id as id, partner_id from new_rows) n
      join invoices p on p.tenant_id = n.tenant_id and p.id = n.id and p.partner_id = n.partner_id
      for key share of p
    ) held;
  end if;
  if known < wanted then perform refers_to_nothing('invoice_lines', 'invoice_id'); end if;
  return null;
end $$;

create or replace function charges_invoice_id_refers() returns trigger
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  perform from new_rows n
  where (n.tenant_id, n.invoice_id) not in (select p.tenant_id, p.id from promised('invoices') p)
  limit 1;
  if not found then return null; end if;
  perform from (select distinct tenant_id, invoice_id as id from new_rows) n
  where not exists (select from invoices p where p.tenant_id = n.tenant_id and p.id = n.id offset 0)
  limit 1;
  if found then perform refers_to_nothing('charges', 'invoice_id'); end if;
  return null;
end $$;

-- There are few of these, so they keep their foreign keys, and are asked at the end.
alter table one_time_charges alter constraint one_time_charges_tenant_id_invoice_id_fkey deferrable initially deferred;
alter table surcharge_charges alter constraint surcharge_charges_tenant_id_invoice_id_fkey deferrable initially deferred;
