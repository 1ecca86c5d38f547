-- What was agreed about a service: taken from its tariff when it is made, its own from then on.

alter table services
  add column minimum_months integer check (minimum_months between 1 and 120),
  add column renewal text not null default 'none' check (renewal in ('none', 'monthly', 'same_term')),
  add column notice_days integer not null default 0 check (notice_days between 0 and 366),
  add column early_fee text not null default 'none' check (early_fee in ('none', 'fixed', 'remaining', 'formula')),
  add column early_fee_amount bigint check (early_fee_amount >= 0),
  add column early_fee_percent bigint check (early_fee_percent between 1 and 1000000),
  add column early_fee_formula text,
  add column contract_start date,
  -- The last day of the minimum term.
  add column contract_end date,
  add constraint service_early_fee_has_its_value check (
    (early_fee = 'fixed') = (early_fee_amount is not null)
    and (early_fee = 'remaining') = (early_fee_percent is not null)
    and (early_fee = 'formula') = (early_fee_formula is not null)),
  add constraint service_fee_needs_a_term check (minimum_months is not null or (renewal = 'none' and early_fee = 'none')),
  add constraint contract_ends_with_its_term check ((contract_end is null) = (contract_start is null or minimum_months is null));
create index on services (tenant_id, contract_end, id) where contract_end is not null;

-- However a service is made, one by one or thousands at once, it has its tariff's contract unless it says another.
create function take_contract_of_tariff() returns trigger language plpgsql as $$
begin
  if new.minimum_months is null and new.notice_days = 0 then
    select t.minimum_months, t.renewal, t.notice_days, t.early_fee, t.early_fee_amount, t.early_fee_percent, t.early_fee_formula
    into new.minimum_months, new.renewal, new.notice_days, new.early_fee, new.early_fee_amount, new.early_fee_percent, new.early_fee_formula
    from tariffs t
    where t.tenant_id = new.tenant_id and t.id = new.tariff_id;
  end if;
  return new;
end
$$;
create trigger take_contract_of_tariff before insert on services for each row execute function take_contract_of_tariff();
