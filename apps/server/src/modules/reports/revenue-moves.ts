import type { Ctx } from '#kernel/ctx.ts'
import { visiblePartners } from '#kernel/permissions.ts'
import { rowsOf } from '#kernel/rows.ts'
import { empty, sql } from '#kernel/sql.ts'
import { uncounted } from '#modules/customers/index.ts'
import type { Period } from './periods.ts'

/** Monthly recurring revenue, net, in minor units: start + new + returned + up + down + lost = end. */
export type RevenueMoves = {
  start: bigint
  /** Of customers who had never had an active service before. */
  new: bigint
  returned: bigint
  up: bigint
  /** Not positive, like `lost`. */
  down: bigint
  lost: bigint
  end: bigint
}

/**
 * Each customer's recurring revenue on the eve of a period against its last day, on the terms of those days. A discount that is no
 * term of the service is not seen here.
 */
export async function revenueMoves(ctx: Ctx, list: readonly Period[]): Promise<RevenueMoves[]> {
  const partners = visiblePartners(ctx)
  const eves = list
    .map((period, n) => ({ n, day: period.from }))
    .concat({ n: list.length, day: list.at(-1)!.until })
  const rows = await ctx.db.all(sql<RevenueMoves & { n: number }>`
    with eve as (
      select n, day - 1 as day from ${rowsOf('eve', eves, { n: 'integer', day: 'date' })}
    ), served as (
      select s.customer_id, p.during, round(p.price * p.quantity::numeric / p.period_months)::bigint as amount
      from service_periods p
      join services s on s.tenant_id = p.tenant_id and s.id = p.service_id
      where p.status = 'active' and s.service_type <> 'one_time' and s.customer_id not in ${uncounted}
        ${partners ? sql`and s.partner_id = any(${partners}::uuid[])` : empty}
    ), first as (
      select customer_id, min(lower(during)) as day from served group by customer_id
    ), stood as (
      select e.n, v.customer_id, sum(v.amount)::bigint as amount
      from eve e
      join served v on v.during @> e.day
      group by e.n, v.customer_id
    ), moved as (
      select coalesce(o.n, c.n - 1) as n, coalesce(o.customer_id, c.customer_id) as customer_id,
        coalesce(o.amount, 0) as before, coalesce(c.amount, 0) as after
      from stood o
      full join stood c on c.n = o.n + 1 and c.customer_id = o.customer_id
    )
    select m.n, sum(m.before)::bigint as start,
      coalesce(sum(m.after) filter (where m.before = 0 and f.day > e.day), 0)::bigint as new,
      coalesce(sum(m.after) filter (where m.before = 0 and f.day <= e.day), 0)::bigint as returned,
      coalesce(sum(m.after - m.before) filter (where m.before > 0 and m.after > m.before), 0)::bigint as up,
      coalesce(sum(m.after - m.before) filter (where m.before > m.after and m.after > 0), 0)::bigint as down,
      coalesce(- sum(m.before) filter (where m.before > 0 and m.after = 0), 0)::bigint as lost,
      sum(m.after)::bigint as end
    from moved m
    join eve e on e.n = m.n
    join first f on f.customer_id = m.customer_id
    where m.n between 0 and ${list.length - 1}
    group by m.n`)
  const byPeriod = new Map(rows.map(({ n, ...moves }) => [n, moves]))
  return list.map((_, n) => byPeriod.get(n) ?? nothing)
}
const nothing: RevenueMoves = { start: 0n, new: 0n, returned: 0n, up: 0n, down: 0n, lost: 0n, end: 0n }
