import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change, everyColumn } from '#kernel/store.ts'
import { discounts, type Discount } from './discounts.ts'
import { lastOf } from './discount-verbs.ts'

/** A discount for so many periods that was given before its service began, begins with it: the customer has all of them. */
export const startDiscounts = inside(
  'services.start_discounts',
  ['service.activated'],
  async (ctx, event) => {
    const { from } = event.data
    if (typeof from !== 'string') return
    const early = await ctx.db.all(sql<Discount & { period_months: number }>`
    select ${everyColumn(asResource(discounts))},
      (select s.period_months from services s where s.tenant_id = discounts.tenant_id and s.id = discounts.service_id) as period_months
    from discounts
    where service_id = ${event.row_id} and periods is not null and status = 'given' and from_date < ${from}::date
      and not exists (
        select from service_periods p
        where p.tenant_id = discounts.tenant_id and p.service_id = discounts.service_id and lower(p.during) < ${from}::date)
    order by id
    for no key update`)
    for (const { period_months, ...discount } of early)
      await change(
        ctx,
        discounts,
        discount,
        { from_date: from, to_date: lastOf(from, (discount.periods ?? 1) * period_months) },
        { action: 'started', reason: 'its service began' },
      )
  },
)
