import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'

/** So many active customers, each with three services (30.00, 10.00 and 5.00 a month, 23 % tax), all due on 1 January 2027. */
export async function manyCustomers(ctx: Ctx, count: number): Promise<void> {
  const tenant = ctx.tenant.id
  await ctx.db.run(sql`insert into taxes (tenant_id, name, rate) values (${tenant}, 'VAT', 230000)`)
  await ctx.db.run(sql`
    insert into tariffs (tenant_id, title, service_type, price, tax_id, speed_download_kbps, speed_upload_kbps)
    select ${tenant}::uuid, t.title, t.service_type, t.price, x.id, t.speed, t.speed
    from (values ('Fibre', 'internet', 3000::bigint, 100000::bigint), ('Television', 'recurring', 1000, null), ('Static address', 'recurring', 500, null)) as t(title, service_type, price, speed), taxes x`)
  await ctx.db.run(sql`
    insert into customers (tenant_id, number, name, status, email, street, city, postal_code, country, partner_id, currency, next_billing_on, activated_on)
    select ${tenant}::uuid, (10000 + n)::text, 'Customer ' || n, 'active', 'c' || n || '@example.com', n || ' Harbour Street', 'Gdynia', '81-' || n % 1000, 'PL', ${ctx.tenant.root_partner_id}::uuid, 'EUR', '2027-01-01', '2027-01-01'
    from generate_series(1, ${count}::integer) n`)
  await ctx.db.run(sql`
    insert into services (tenant_id, customer_id, partner_id, tariff_id, service_type, status, login, password, start_date)
    select c.tenant_id, c.id, c.partner_id, t.id, t.service_type, 'active', case when t.service_type = 'internet' then 'login-' || c.number end, case when t.service_type = 'internet' then '\\x00'::bytea end, '2027-01-01'
    from customers c, tariffs t
    order by c.id, t.id`)
  await ctx.db.run(sql`
    insert into service_periods (tenant_id, service_id, during, status, tariff_id, price, quantity)
    select s.tenant_id, s.id, daterange('2027-01-01', null), 'active', s.tariff_id, t.price, 1
    from services s
    join tariffs t on t.id = s.tariff_id`)
  await ctx.db.run(sql`
    insert into service_changes (tenant_id, service_id, partner_id, date, seq, kind, status, tariff_id, price, price_is_custom, quantity, period_months, actor)
    select s.tenant_id, s.id, s.partner_id, s.start_date, k.seq, k.kind, 'in_force', k.tariff_id, k.price, k.custom, k.quantity, k.months, '{}'
    from services s
    join tariffs t on t.id = s.tariff_id
    cross join lateral (
      values (1, 'create', t.id, t.price, false, 1, 1), (2, 'activate', null, null, null, null, null)
    ) as k(seq, kind, tariff_id, price, custom, quantity, months)`)
}
