-- Customers who pay before they use: up to when they have paid, and whose services stand still until money comes.
create table prepaid_cycles (
  tenant_id uuid not null,
  customer_id uuid not null,
  partner_id uuid not null,
  -- Day of the month on which its months begin.
  day smallint not null check (day between 1 and 31),
  -- Paid up to and without this day.
  until_date date not null,
  held_since date,
  -- The stops that belong to the hold, and what its end costs in minor units.
  group_id uuid,
  needed bigint,
  primary key (tenant_id, customer_id),
  check ((held_since is null) = (group_id is null)),
  foreign key (tenant_id, customer_id, partner_id) references customers (tenant_id, id, partner_id) on update cascade
);
select guard_table('prepaid_cycles');
create trigger take_partner_of_customer before insert on prepaid_cycles for each row execute function take_partner_of_customer();
