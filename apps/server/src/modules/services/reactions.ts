import { today } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { enter } from './enter.ts'
import type { Service } from './services.ts'

/**
 * A disabled customer's services stop being billed; a customer who comes back has them again from that day, as they would stand
 * without it: what was stopped is stopped still, what was to begin begins.
 */
export const followCustomer = inside(
  'services.follow_customer',
  ['customer.disabled', 'customer.activated'],
  async (ctx, event) => {
    const kind = event.type === 'customer.disabled' ? 'disable' : 'enable'
    // Who was new has had nothing that could come back.
    if (event.type === 'customer.activated' && event.data.from === 'new') return
    const affected = await ctx.db.all(sql<Service>`
      select s.*
      from services s
      cross join lateral (
        select
          bool_or(kind = 'activate') as begins,
          (array_agg(kind order by date desc, seq desc) filter (where kind in ('disable', 'enable')))[1] as last
        from service_changes
        where service_id = s.id and status <> 'withdrawn'
      ) c
      where s.customer_id = ${event.row_id} and s.status <> 'terminated'
        and ${kind === 'disable' ? sql`c.begins and c.last is distinct from 'disable'` : sql`c.last = 'disable'`}
      order by s.id
      for no key update of s`)
    const date = today(ctx).toString()
    const reason = kind === 'disable' ? 'the customer was disabled' : 'the customer is active again'
    for (const service of affected) await enter(ctx, service, { add: [{ kind, date }] }, { reason })
  },
)
