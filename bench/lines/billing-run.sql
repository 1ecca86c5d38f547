-- The billing run as one transaction of pure SQL: the same invoices, lines, charged days, postings, balances and events in the same
-- tables under the same constraints. :tenant, :date and :run are replaced.
begin;
set local app.tenant = ':tenant';

create temp table line on commit drop as
select c.id as customer_id, c.partner_id, s.id as service_id, s.service_type, p.tariff_id, p.price, p.quantity, days.during,
  t.title || coalesce(' (' || s.login || ')', '') as description, coalesce(x.rate, 0) as tax_rate, priced.net,
  round(priced.net * coalesce(x.rate, 0) / 1000000.0)::bigint as tax,
  row_number() over (partition by c.id order by s.id, lower(days.during)) as position
from (
  select *, (date_trunc('month', date ':date') + interval '1 month')::date as billed_until
  from customers
  where tenant_id = ':tenant' and next_billing_on <= ':date'
  for no key update
) c
join services s on s.tenant_id = c.tenant_id and s.customer_id = c.id and s.service_type <> 'one_time'
join service_periods p on p.tenant_id = s.tenant_id and p.service_id = s.id and p.status = 'active'
join tariffs t on t.tenant_id = p.tenant_id and t.id = p.tariff_id
left join taxes x on x.tenant_id = t.tenant_id and x.id = t.tax_id
cross join lateral (select p.during * daterange(c.unbilled_from, c.billed_until) as during) days
cross join lateral (
  select round(p.price * p.quantity * (upper(days.during) - lower(days.during))::numeric / (c.billed_until - date ':date'))::bigint as net
) priced
where not isempty(days.during)
  and not exists (select from charges h where h.tenant_id = s.tenant_id and h.service_id = s.id and h.during && days.during);
analyze line;

create temp table bill on commit drop as
select uuidv7() as id, b.*, c.number as customer_number, c.name, c.email, c.street, c.city, c.postal_code, c.country, c.tax_id, c.due_days,
  to_char(date ':date', 'YYYY') || '-' || lpad((series.next + row_number() over (order by b.customer_id) - 1)::text, 6, '0') as number
from (
  select customer_id, partner_id, min(lower(during)) as period_from, max(upper(during)) as until, sum(net)::bigint as net, sum(tax)::bigint as tax
  from line
  group by customer_id, partner_id
) b
join customers c on c.tenant_id = ':tenant' and c.id = b.customer_id
cross join (select next from number_series where tenant_id = ':tenant' and name = 'invoice' for update) series;
analyze bill;
update number_series set next = next + (select count(*) from bill) where tenant_id = ':tenant' and name = 'invoice';

insert into invoices (tenant_id, id, number, customer_id, partner_id, billing_run_id, status, date, due_date, period_from, period_to,
  net_total, tax_total, total, currency, bill_to)
select ':tenant', id, number, customer_id, partner_id, ':run', 'final', ':date', date ':date' + due_days, period_from, until - 1,
  net, tax, net + tax, 'EUR',
  jsonb_build_object('number', customer_number, 'name', name, 'email', email, 'street', street, 'city', city,
    'postal_code', postal_code, 'country', country, 'tax_id', tax_id)
from bill;

insert into invoice_lines (tenant_id, invoice_id, partner_id, position, service_id, tariff_id, description, quantity, unit_price,
  net, tax_rate, tax, total, period_from, period_to)
select ':tenant', b.id, l.partner_id, l.position, l.service_id, l.tariff_id, l.description, l.quantity, l.price,
  l.net, l.tax_rate, l.tax, l.net + l.tax, lower(l.during), upper(l.during) - 1
from line l
join bill b using (customer_id);

insert into charges (tenant_id, service_id, during, invoice_id, tariff_id, price, quantity, billing_day, net, tax_rate, tax)
select ':tenant', l.service_id, l.during, b.id, l.tariff_id, l.price, l.quantity, 1, l.net, l.tax_rate, l.tax
from line l
join bill b using (customer_id);

with posted as (
  insert into journal_entries (tenant_id, date, kind, description, debit_account_id, credit_account_id, amount, customer_id, partner_id, source_noun, source_id)
  select ':tenant', ':date', 'invoice', 'Invoice ' || b.number, d.id, c.id, e.amount, b.customer_id, b.partner_id, 'invoice', b.id
  from (
    select customer_id, case service_type when 'internet' then ':internet_revenue' else ':recurring_revenue' end as code, sum(net)::bigint as amount
    from line
    group by 1, 2
    union all
    select customer_id, ':tax_payable', tax from bill where tax > 0
  ) e
  join bill b using (customer_id)
  join accounts d on d.tenant_id = ':tenant' and d.code = ':receivables'
  join accounts c on c.tenant_id = ':tenant' and c.code = e.code
  returning customer_id, amount
), moved as (
  select customer_id, sum(amount)::bigint as amount from posted group by customer_id
)
update customers set balance = balance - moved.amount, next_billing_on = bill.until, unbilled_from = bill.until
from moved
join bill using (customer_id)
where customers.tenant_id = ':tenant' and customers.id = moved.customer_id;

insert into events (id, tenant_id, at, type, noun, row_id, data, actor)
select uuidv7(), ':tenant', now(), 'invoice.finalized', 'invoice', id,
  jsonb_build_object('number', number, 'customer_id', customer_id, 'due_date', date ':date' + due_days, 'total', (net + tax)::text, 'billing_run_id', ':run'),
  '{"id": null, "kind": "system", "name": "bench"}'
from bill;
commit;
