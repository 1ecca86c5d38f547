-- A hold (for lack of money) is no stop that the customer wanted: it does not count towards those that its tariff allows.
alter table service_changes add column held boolean not null default false;
update service_changes set held = true
where kind in ('stop', 'resume') and group_id is not null and actor ->> 'kind' = 'system'
  and (reason like '%does not cover%' or reason like '%covers the next period%' or reason = 'invoiced from now on');
