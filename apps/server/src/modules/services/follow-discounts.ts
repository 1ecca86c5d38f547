import { today, type Ctx } from '#kernel/ctx.ts'
import { insertMany } from '#kernel/many.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { asResource, change, lock } from '#kernel/store.ts'
import { lastOf } from './discount-verbs.ts'
import { discounts, type Discount } from './discounts.ts'

/**
 * Services that came to another customer cost what they cost before: each is given the discounts that their former customer had on
 * all of its services, or by percent off its invoices (from the next one on, `from_invoice`). Of one for so many invoices, as many of
 * the service's periods are left as invoices were (`invoices_used`, by discount). Answers the new discounts' ids.
 */
export async function followDiscounts(
  ctx: Ctx,
  of: {
    from_customer_id: string
    to_customer_id: string
    from_invoice: string | null
    invoices_used: ReadonlyMap<string, number>
  },
  service_ids: Sql,
): Promise<string[]> {
  const now = today(ctx).toString()
  const [wide, moved] = await Promise.all([
    ctx.db.all(sql<Discount>`
      select * from discounts
      where customer_id = ${of.from_customer_id} and service_id is null and status = 'given' and (to_date is null or to_date >= ${now}::date)
        and (applies_to = 'line' or kind = 'percent')
      order by applies_to desc, position, id`),
    ctx.db.all(sql<{ id: string; period_months: number }>`
      select id, period_months from services
      where id in (${service_ids}) and customer_id = ${of.to_customer_id} and status <> 'terminated'
      order by id`),
  ])
  const rows = wide.flatMap(
    ({ id, label, applies_to, kind, percent, amount, position, periods, ...days }) => {
      const first = applies_to === 'line' ? days.from_date : laterOf(days.from_date, of.from_invoice ?? now)
      const left =
        applies_to === 'invoice' && periods !== null ? periods - (of.invoices_used.get(id) ?? 0) : null
      if ((days.to_date !== null && days.to_date < first) || (left !== null && left <= 0)) return []
      return moved.map(({ id: service_id, period_months }) => ({
        customer_id: of.to_customer_id,
        service_id,
        label,
        applies_to: 'line',
        kind,
        percent,
        amount,
        // What is off the whole invoice comes last.
        position: applies_to === 'line' ? position : lastPosition,
        from_date: first,
        to_date: left === null ? days.to_date : lastOf(first, left * period_months),
        status: 'given',
      }))
    },
  )
  return (await insertMany(ctx, asResource(discounts), rows)).map(({ id }) => id)
}

/** Takes discounts back that stood in for others, which count again: nothing costs more or less. */
export async function withdrawDiscounts(ctx: Ctx, ids: readonly string[], reason: string): Promise<void> {
  for (const id of ids) {
    const discount = await lock(ctx, discounts, id)
    if (discount.status === 'given')
      await change(ctx, discounts, discount, { status: 'withdrawn' }, { action: 'withdrawn', reason })
  }
}

const lastPosition = 1000
const laterOf = (a: string, b: string): string => (a > b ? a : b)
