import { today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { visiblePartners } from '#kernel/permissions.ts'
import { join, sql, type Sql } from '#kernel/sql.ts'
import { trafficSince } from '#modules/usage/index.ts'

/** The figures of the home screen. They read whole tables, so they are kept for ten seconds for everybody who sees the same rows. */
export async function dashboard(ctx: Ctx): Promise<object> {
  const key = `${ctx.tenant.id}|${visiblePartners(ctx)?.join() ?? ''}|${showsMoney(ctx)}|${ctx.tenant.clock_at}`
  const known = kept.get(key)
  if (known && known.until_ms > Date.now()) return known.figures
  const figures = count(ctx)
  if (kept.size > 1000) kept.clear()
  kept.set(key, { figures, until_ms: Date.now() + keptFor_ms })
  figures.catch(() => kept.delete(key))
  return figures
}
const keptFor_ms = 10_000
const kept = new Map<string, { figures: Promise<object>; until_ms: number }>()

const showsMoney = (ctx: Ctx) =>
  ctx.access.can('invoice', 'list') && !ctx.access.hidden('customer').has('balance')

async function count(ctx: Ctx) {
  const date = today(ctx)
  const month = date.with({ day: 1 })
  const partners = visiblePartners(ctx)
  const mine = (...conditions: Sql[]): Sql => {
    const all = partners ? [sql`partner_id = any(${partners}::uuid[])`, ...conditions] : conditions
    return all.length === 0 ? sql`` : sql`where ${join(all, ' and ')}`
  }
  const [customers, sessions, traffic, money] = await Promise.all([
    ctx.db.all(sql<{ status: string; n: bigint; fresh: bigint; credit: bigint; owed: bigint }>`
      select status, count(*) as n, count(*) filter (where activated_on >= ${month}) as fresh,
        coalesce(sum(balance) filter (where balance > 0), 0)::bigint as credit, coalesce(-sum(balance) filter (where balance < 0), 0)::bigint as owed
      from customers ${mine()} group by status`),
    ctx.db.one(sql<{ n: bigint }>`select count(*) as n from sessions ${mine(sql`status = 'online'`)}`),
    partners ? [] : trafficSince(ctx, ctx.now.subtract({ hours: 24 })),
    showsMoney(ctx) ? countMoney(ctx, date, mine) : null,
  ])
  const of = (status: string) => Number(customers.find((row) => row.status === status)?.n ?? 0n)
  return {
    customers_by_status: {
      new: of('new'),
      active: of('active'),
      blocked: of('blocked'),
      disabled: of('disabled'),
    },
    new_customers_this_month: Number(customers.reduce((sum, row) => sum + row.fresh, 0n)),
    sessions_online: Number(sessions.n),
    traffic,
    ...(money
      ? {
          ...money,
          receivables: print(
            ctx,
            customers.reduce((sum, row) => sum + row.owed, 0n),
          ),
        }
      : {}),
    currency: ctx.tenant.currency,
  }
}

async function countMoney(ctx: Ctx, date: Temporal.PlainDate, mine: (...conditions: Sql[]) => Sql) {
  const since = date.with({ day: 1 }).subtract({ months: 11 })
  const [mrr, before, overdue, invoiced, paid] = await Promise.all([
    monthly(ctx, date, mine),
    monthly(ctx, date.subtract({ months: 1 }), mine),
    ctx.db.one(
      sql<{
        n: bigint
        due: bigint
      }>`select count(*) as n, coalesce(sum(due_total), 0)::bigint as due from invoices ${mine(sql`status = 'overdue'`)}`,
    ),
    ctx.db.all(sql<{ month: string; total: bigint }>`
      select date_trunc('month', date)::date as month, sum(total)::bigint as total
      from invoices ${mine(sql`date >= ${since}`, sql`status <> 'void'`)} group by 1`),
    ctx.db.all(sql<{ month: string; total: bigint }>`
      select date_trunc('month', date)::date as month, sum(amount)::bigint as total
      from payments ${mine(sql`date >= ${since}`, sql`status = 'succeeded'`)} group by 1`),
  ])
  const months = Array.from({ length: 12 }, (_, n) => since.add({ months: n }).toString())
  const totalOf = (rows: readonly { month: string; total: bigint }[], month: string) =>
    print(ctx, rows.find((row) => row.month === month)?.total ?? 0n)
  return {
    mrr: print(ctx, mrr),
    mrr_last_month: print(ctx, before),
    overdue: print(ctx, overdue.due),
    overdue_invoices: Number(overdue.n),
    revenue_by_month: months.map((month) => ({
      month: month.slice(0, 7),
      invoiced: totalOf(invoiced, month),
      paid: totalOf(paid, month),
    })),
  }
}

/** Monthly recurring revenue, net: what the services active on a day cost a month. */
async function monthly(
  ctx: Ctx,
  date: Temporal.PlainDate,
  mine: (...conditions: Sql[]) => Sql,
): Promise<bigint> {
  const { total } = await ctx.db.one(sql<{ total: bigint }>`
    select coalesce(sum(p.price * p.quantity), 0)::bigint as total
    from service_periods p
    join (select id, tenant_id, service_type from services ${mine()}) s on s.tenant_id = p.tenant_id and s.id = p.service_id
    where p.status = 'active' and s.service_type <> 'one_time' and p.during @> ${date}::date`)
  return total
}

const print = (ctx: Ctx, units: bigint) => formatDecimal(units, currencyDigits(ctx.tenant.currency))
