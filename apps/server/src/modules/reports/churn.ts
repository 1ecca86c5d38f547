import type { Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { mustBeAbleTo, visiblePartners } from '#kernel/permissions.ts'
import { rowsOf } from '#kernel/rows.ts'
import { empty, sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { statusChanges, uncounted } from '#modules/customers/index.ts'
import { revenueMoves } from './revenue-moves.ts'
import type { Periods } from './periods.ts'

/** How many customers did what; `net` is what `customers_end` has more than `customers_start`. */
type Counts = {
  new: number
  activated: number
  returned: number
  blocked: number
  unblocked: number
  disabled: number
}

/**
 * Who came and who left, period by period, from the dated log. A customer is counted while it is served: active or blocked. Money only
 * for who may read prices and balances; test accounts and merged ones never.
 */
export async function churn(ctx: Ctx, { by, list }: Periods) {
  mustBeAbleTo(ctx, asResource(statusChanges), 'list')
  const [before, moves] = await Promise.all([servedBefore(ctx, list[0]!.from), movesIn(ctx, list)])
  const mayReadMoney = ctx.access.can('invoice', 'list') && !ctx.access.hidden('customer').has('balance')
  const revenue = mayReadMoney ? await revenueMoves(ctx, list) : undefined
  const money = (units: bigint) => formatDecimal(units, currencyDigits(ctx.tenant.currency))
  let served = before
  const data = list.map(({ from, until }, n) => {
    const counts = moves[n]!
    const net = counts.activated + counts.returned - counts.disabled
    const customers_start = served
    served += net
    return {
      from,
      to: Temporal.PlainDate.from(until).subtract({ days: 1 }).toString(),
      ...counts,
      net,
      customers_start,
      customers_end: served,
      churn_rate: percent(counts.disabled, customers_start),
      mrr: revenue
        ? Object.fromEntries(Object.entries(revenue[n]!).map(([name, amount]) => [name, money(amount)]))
        : null,
    }
  })
  return { by, currency: ctx.tenant.currency, data }
}

const seen = (ctx: Ctx) => {
  const partners = visiblePartners(ctx)
  return sql`${partners ? sql`and s.partner_id = any(${partners}::uuid[])` : empty} and s.customer_id not in ${uncounted}`
}

const served = sql`any('{active,blocked}'::text[])`

async function servedBefore(ctx: Ctx, date: string): Promise<number> {
  const { n } = await ctx.db.one(sql<{ n: number }>`
    select coalesce(sum((s.to_status = ${served})::integer - coalesce(s.from_status = ${served}, false)::integer), 0)::integer as n
    from customer_status_changes s
    where s.date < ${date}::date ${seen(ctx)}`)
  return n
}

async function movesIn(ctx: Ctx, list: Periods['list']): Promise<Counts[]> {
  const numbered = list.map(({ from: first_day, until }, n) => ({ n, first_day, until }))
  const rows = await ctx.db.all(sql<Counts & { n: number }>`
    select p.n,
      (count(*) filter (where s.from_status is null))::integer as new,
      (count(*) filter (where s.to_status = 'active' and coalesce(s.from_status, 'new') = 'new'))::integer as activated,
      (count(*) filter (where s.to_status = 'active' and s.from_status = 'disabled'))::integer as returned,
      (count(*) filter (where s.to_status = 'blocked'))::integer as blocked,
      (count(*) filter (where s.to_status = 'active' and s.from_status = 'blocked'))::integer as unblocked,
      (count(*) filter (where s.to_status = 'disabled' and s.from_status = ${served}))::integer as disabled
    from ${rowsOf('p', numbered, { n: 'integer', first_day: 'date', until: 'date' })}
    join customer_status_changes s on s.date >= p.first_day and s.date < p.until ${seen(ctx)}
    group by p.n`)
  const byPeriod = new Map(rows.map(({ n, ...counts }) => [n, counts]))
  return list.map((_, n) => byPeriod.get(n) ?? none)
}
const none: Counts = { new: 0, activated: 0, returned: 0, blocked: 0, unblocked: 0, disabled: 0 }

/** Two digits after the point; null where there is nothing to take a part of. */
const percent = (part: number, whole: number): string | null =>
  whole === 0 ? null : ((part * 100) / whole).toFixed(2)
