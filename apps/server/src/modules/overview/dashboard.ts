import { startOf, today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { mustBeAbleTo, visiblePartners } from '#kernel/permissions.ts'
import { empty, sql, type Sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { customers, uncounted } from '#modules/customers/index.ts'
import { trafficSince } from '#modules/usage/index.ts'

/** The ISP at a glance without test accounts, for the part of it the actor sees; money only for who may read invoices. */
export async function dashboard(ctx: Ctx) {
  mustBeAbleTo(ctx, asResource(customers), 'list')
  const partners = visiblePartners(ctx)
  const seen = (alias: string) => sql`
    ${partners ? sql`and ${columnOf(alias, 'partner_id')} = any(${partners}::uuid[])` : empty}
    and ${columnOf(alias, alias === 'customers' ? 'id' : 'customer_id')} not in ${uncounted}`
  const month = today(ctx).with({ day: 1 })
  const mayReadMoney = ctx.access.can('invoice', 'list') && !ctx.access.hidden('customer').has('balance')
  const money = (units: bigint) => formatDecimal(units, currencyDigits(ctx.tenant.currency))
  const [byStatus, newest, online, traffic] = await Promise.all([
    ctx.db.all(
      sql<{
        status: string
        n: number
      }>`select status, count(*)::integer as n from customers where true ${seen('customers')} group by status`,
    ),
    ctx.db.one(
      sql<{
        n: number
      }>`select count(*)::integer as n from customers where created_at >= ${startOf(ctx, month)} ${seen('customers')}`,
    ),
    ctx.db.one(
      sql<{
        n: number
      }>`select count(*)::integer as n from sessions where status = 'online' ${seen('sessions')}`,
    ),
    partners ? [] : trafficSince(ctx, ctx.now.subtract({ hours: 24 })),
  ])
  return {
    customers_by_status: {
      new: 0,
      active: 0,
      blocked: 0,
      disabled: 0,
      ...Object.fromEntries(byStatus.map(({ status, n }) => [status, n])),
    },
    new_customers_this_month: newest.n,
    sessions_online: online.n,
    traffic,
    ...(mayReadMoney ? await moneyOf(ctx, seen, month, money) : noMoney),
    currency: ctx.tenant.currency,
  }
}

const noMoney = {
  mrr: null,
  mrr_last_month: null,
  receivables: null,
  overdue: null,
  overdue_invoices: null,
  revenue_by_month: [],
}

async function moneyOf(
  ctx: Ctx,
  seen: (alias: string) => Sql,
  month: Temporal.PlainDate,
  money: (units: bigint) => string,
) {
  const first = month.subtract({ months: 11 })
  const [mrr, mrr_last_month, owed, overdue, invoiced, credited, paid] = await Promise.all([
    monthlyRevenue(ctx, seen, today(ctx)),
    monthlyRevenue(ctx, seen, today(ctx).subtract({ months: 1 })),
    ctx.db.one(
      sql<{
        total: bigint
      }>`select coalesce(- sum(balance), 0)::bigint as total from customers where id in (select customer_id from customer_standing where balance < 0) ${seen('customers')}`,
    ),
    ctx.db.one(
      sql<{
        total: bigint
        n: number
      }>`select coalesce(sum(due_total), 0)::bigint as total, count(*)::integer as n from invoices where status = 'overdue' ${seen('invoices')}`,
    ),
    byMonth(
      ctx,
      sql`select date, total from invoices where status <> 'void' and date >= ${first} ${seen('invoices')}`,
    ),
    byMonth(ctx, sql`select date, total from credit_notes where date >= ${first} ${seen('credit_notes')}`),
    byMonth(
      ctx,
      sql`select date, amount as total from payments where status = 'succeeded' and date >= ${first} ${seen('payments')}`,
    ),
  ])
  return {
    mrr: money(mrr),
    mrr_last_month: money(mrr_last_month),
    receivables: money(owed.total),
    overdue: money(overdue.total),
    overdue_invoices: overdue.n,
    revenue_by_month: Array.from({ length: 12 }, (_, n) => {
      const name = first.add({ months: n }).toPlainYearMonth().toString()
      return {
        month: name,
        invoiced: money((invoiced.get(name) ?? 0n) + (credited.get(name) ?? 0n)),
        paid: money(paid.get(name) ?? 0n),
      }
    }),
  }
}

/** What recurring services bring a month, net, on the terms of a day. */
async function monthlyRevenue(
  ctx: Ctx,
  seen: (alias: string) => Sql,
  date: Temporal.PlainDate,
): Promise<bigint> {
  const { total } = await ctx.db.one(sql<{ total: bigint }>`
    select coalesce(sum(round(p.price * p.quantity::numeric / p.period_months)), 0)::bigint as total
    from service_periods p
    join services on services.tenant_id = p.tenant_id and services.id = p.service_id
    where p.status = 'active' and p.during @> ${date}::date and services.service_type <> 'one_time' ${seen('services')}`)
  return total
}

async function byMonth(ctx: Ctx, dated: Sql): Promise<Map<string, bigint>> {
  const rows = await ctx.db.all(sql<{ month: string; total: bigint }>`
    select to_char(date, 'YYYY-MM') as month, sum(total)::bigint as total from (${dated}) as dated group by 1`)
  return new Map(rows.map((row) => [row.month, row.total]))
}

/** The names are those written above. */
const columnOf = (table: string, column: string): Sql => ({ text: [`${table}.${column}`], values: [] })
