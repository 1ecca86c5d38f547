-- Through which one customer's balance becomes another's; always nothing in sum.
insert into accounts (tenant_id, code, name, type)
select id, '1190', 'Transfers between customers', 'asset'
from tenants
on conflict do nothing;
