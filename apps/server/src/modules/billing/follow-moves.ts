import { today, type Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'

/**
 * Services that go to another customer are billed there from the first day that was not charged. What was used and not charged yet
 * would be billed to somebody who did not use it: a service moves only when that is billed.
 */
export const followMoves = inside(
  'billing.follow_moves',
  ['customer.merged', 'service.moved', 'customer_move.undone'],
  async (ctx, { type, row_id, data }) => {
    const { from_customer_id } = data
    const customer_id = type === 'customer.merged' ? row_id : data.customer_id
    if (typeof from_customer_id !== 'string' || typeof customer_id !== 'string') return
    if (type === 'service.moved') await mustBeCharged(ctx, row_id)
    const since = typeof data.next_billing_on === 'string' ? data.next_billing_on : null
    await ctx.db.run(sql`
      update customers payer
      set unbilled_from = case when giver.unbilled_from is null or payer.unbilled_from is null then null else least(payer.unbilled_from, giver.unbilled_from) end,
        next_billing_on = least(payer.next_billing_on, coalesce(${since}::date, giver.next_billing_on))
      from customers giver
      where payer.id = (select coalesce(billed_by_id, id) from customers where id = ${customer_id})
        and giver.id = (select coalesce(billed_by_id, id) from customers where id = ${from_customer_id})
        and payer.status <> 'disabled'`)
  },
)

async function mustBeCharged(ctx: Ctx, service_id: string): Promise<void> {
  const { unbilled } = await ctx.db.one(sql<{ unbilled: string | null }>`
    select min(lower(p.during)) as unbilled
    from service_periods p
    join services s on s.tenant_id = p.tenant_id and s.id = p.service_id
    where p.service_id = ${service_id} and p.status = 'active' and s.service_type <> 'one_time' and lower(p.during) < ${today(ctx)}::date
      and not daterange(lower(p.during), least(upper(p.during), ${today(ctx)}::date)) <@ (
        select coalesce(range_agg(c.during), '{}') from charges c where c.service_id = ${service_id}
      )`)
  if (unbilled)
    throw new Refused(
      409,
      'unbilled',
      'Days of this service that have passed are not billed yet. Run billing for its customer first.',
    )
}
