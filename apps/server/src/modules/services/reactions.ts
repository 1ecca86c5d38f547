import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { activateService, standLike } from './commands.ts'
import type { Service } from './services.ts'

/** A disabled customer's services stop being billed; a customer who comes back has them again from that day. */
export const followCustomer = inside(
  'services.follow_customer',
  ['customer.disabled', 'customer.activated'],
  async (ctx, event) => {
    const disabling = event.type === 'customer.disabled'
    const affected = await ctx.db.all(sql<Service>`
    select * from services
    where customer_id = ${event.row_id} and status = any(${disabling ? ['active', 'stopped'] : ['disabled']}::text[])
    order by id
    for no key update`)
    for (const service of affected) {
      if (disabling) await standLike(ctx, service, null, 'disabled', 'disabled', 'the customer was disabled')
      else await activateService(ctx, service, {})
    }
  },
)
