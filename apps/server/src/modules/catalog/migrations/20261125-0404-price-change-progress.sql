-- How far a price change has come: many services take a while.
alter table tariff_versions
  add column services_total integer not null default 0,
  add column services_done integer not null default 0;
