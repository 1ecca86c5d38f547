-- Prices for longer periods than a month: what a charged day was part of, so that it can be given back at what it cost.
alter table charges
  add column period_months smallint not null default 1,
  add column anchor date,
  add constraint charges_anchor_where_longer check ((anchor is null) = (period_months = 1));
comment on column charges.price is 'For one unit and period, in minor units, as it was charged.';
