import { today, type Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { job } from '#kernel/jobs.ts'
import { sql } from '#kernel/sql.ts'
import { cashier, chargePrepaid } from './prepaid.ts'

const customersAtOnce = 50
const customersANight = 500_000

/** Every night: prepaid customers whose period has ended. */
export async function startPrepaid(ctx: Ctx): Promise<void> {
  const due = await ctx.db.all(sql<{ id: string }>`
    select c.id
    from customer_standing due
    join customers c on c.id = due.customer_id
    where due.next_billing_on <= ${today(ctx)} and c.billing_type <> 'recurring' and not c.no_auto_billing
    order by c.id
    limit ${customersANight}`)
  for (let n = 0; n < due.length; n += customersAtOnce)
    chargePrepaidCustomers.later(ctx, { customer_ids: due.slice(n, n + customersAtOnce).map(({ id }) => id) })
}

/** One who cannot be charged must not hold up the others; the job is repeated for it. */
export const chargePrepaidCustomers = job<{ customer_ids: string[] }>(
  'billing.charge_prepaid',
  { max_attempts: 12 },
  async (work) => {
    let failure: unknown
    for (const customer_id of work.payload.customer_ids) {
      try {
        await work.act((ctx) => chargePrepaid(ctx, customer_id, false))
      } catch (error) {
        work.app.log.error({ err: error, customer_id }, 'a prepaid customer could not be charged')
        failure = error
      }
    }
    if (failure) throw failure
  },
)

/** Money came, or something else is to be paid for: a prepaid customer is charged, held or let go at once. */
export const followPrepaid = inside(
  'billing.follow_prepaid',
  [
    'payment.received',
    'credit_note.finalized',
    'invoice.voided',
    'customer.updated',
    'customer.activated',
    'customer.tag_removed',
    'service.added_many',
    'service.activated',
    'service.resumed',
    'service.tariff_changed',
    'service.terms_changed',
    'service.price_changed',
  ],
  async (ctx, { type, row_id, data, actor }) => {
    if (actor.kind === 'system' && actor.name === cashier) return
    const named = data.due
      ? Object.keys(data.due)
      : [type.startsWith('customer.') ? row_id : data.customer_id]
    const { changed } = data
    if (type === 'customer.activated' && data.from === 'new') return
    // `service.added_many` tells of all of them.
    if (type === 'service.activated' && data.with_many === true) return
    if (type === 'customer.updated' && !(Array.isArray(changed) && changed.some((name) => terms.has(name))))
      return
    const prepaid = await ctx.db.all(sql<{ id: string }>`
      select c.id
      from customers c
      where c.id = any(${named.filter((id) => typeof id === 'string')}::uuid[])
        and (c.billing_type <> 'recurring' or exists (select from prepaid_cycles p where p.customer_id = c.id))
      order by c.id`)
    const anew = type.startsWith('service.') || type.startsWith('customer.')
    for (const { id } of prepaid) await chargePrepaid(ctx, id, anew)
  },
)

const terms = new Set(['billing_type', 'prepaid_period', 'min_balance'])
