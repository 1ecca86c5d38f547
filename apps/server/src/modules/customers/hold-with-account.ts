import { asSystem, inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'
import { customers, type Customer } from './customers.ts'
import { called } from './hierarchy-rules.ts'
import { activateCustomer, blockCustomer, disableCustomer, unblockCustomer } from './status.ts'

/** Who acts when an account stands as the one that pays for it stands. */
const follower = 'Billing account'

/**
 * An account that is billed with another has service as long as that one has: it is blocked and disabled with it, and comes back with
 * it. Whatever else moves its status ends that tie.
 */
export const holdWithAccount = inside(
  'customers.hold_with_account',
  ['customer.blocked', 'customer.unblocked', 'customer.disabled', 'customer.activated'],
  async (ctx, event) => {
    if (event.actor.kind !== 'system' || event.actor.name !== follower)
      await ctx.db.run(
        sql`update customers set held_with_account = false where id = ${event.row_id} and held_with_account`,
      )
    const account = await find(ctx, customers, event.row_id)
    if (!account || account.billed_by_id) return
    const acting = asSystem(ctx, follower)
    const reason = `${called(account)}, which pays for it, is ${account.status}`.slice(0, 500)
    const holds = account.status === 'blocked' || account.status === 'disabled'
    const concerned = await ctx.db.all(sql<Customer>`
      select * from customers
      where billed_by_id = ${account.id} and ${
        account.status === 'blocked'
          ? sql`status = 'active' and not never_block`
          : holds
            ? sql`(status = 'active' or status = 'blocked')`
            : sql`held_with_account and status in ('blocked', 'disabled')`
      }
      order by id
      for no key update`)
    for (const sub of concerned) {
      if (account.status === 'blocked') await blockCustomer(acting, sub, { reason })
      else if (account.status === 'disabled') await disableCustomer(acting, sub, { reason })
      else if (sub.status === 'blocked') await unblockCustomer(acting, sub, { reason })
      else await activateCustomer(acting, sub, { reason })
      await ctx.db.run(sql`update customers set held_with_account = ${holds} where id = ${sub.id}`)
    }
  },
)
