-- What the end of a service costs is charged once, too.
alter table one_time_charges
  drop constraint one_time_charges_kind_check,
  add constraint one_time_charges_kind_check check (kind in ('one_time', 'setup_fee', 'termination_fee', 'early_fee'));
