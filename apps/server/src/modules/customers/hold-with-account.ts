import type { Ctx } from '#kernel/ctx.ts'
import { asSystem, inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'
import { customers, type Customer } from './customers.ts'
import { called } from './hierarchy-rules.ts'
import { activateCustomer, blockCustomer, disableCustomer, unblockCustomer } from './status.ts'

/** Who acts when an account stands as the one that pays for it stands. */
const follower = 'Billing account'

const ofStatus = ['customer.blocked', 'customer.unblocked', 'customer.disabled', 'customer.activated']

/**
 * An account that is billed with another has service as long as that one has: it is blocked and disabled with it, and comes back with
 * it, or when it leaves. Whatever else moves its status ends that tie.
 */
export const holdWithAccount = inside(
  'customers.hold_with_account',
  [...ofStatus, 'customer.parent_left', 'customer.merged', 'customer.merge_undone'],
  async (ctx, event) => {
    // Who was new has held nobody, and was held by nobody.
    if (event.type === 'customer.activated' && event.data.from === 'new') return
    const account = await find(ctx, customers, event.row_id)
    if (!account) return
    const acting = asSystem(ctx, follower)
    if (event.type === 'customer.parent_left') return letGo(acting, account, 'it is billed by itself')
    const byItself = event.actor.kind !== 'system' || event.actor.name !== follower
    if (byItself && ofStatus.includes(event.type)) await hold(ctx, event.row_id, false)
    if (account.billed_by_id) return
    await followAccount(acting, account)
  },
)

async function followAccount(acting: Ctx, account: Customer): Promise<void> {
  const { status } = account
  const reason = `${called(account)}, which pays for it, is ${status}`.slice(0, 500)
  const concerned = await acting.db.all(sql<Customer>`
    select * from customers
    where billed_by_id = ${account.id} and ${
      status === 'blocked'
        ? sql`status = 'active' and not never_block`
        : status === 'disabled'
          ? sql`status in ('active', 'blocked')`
          : sql`held_with_account`
    }
    order by id
    for no key update`)
  for (const sub of concerned) {
    if (status === 'blocked') await blockCustomer(acting, sub, { reason })
    else if (status === 'disabled') await disableCustomer(acting, sub, { reason })
    else await letGo(acting, sub, reason)
    if (status === 'blocked' || status === 'disabled') await hold(acting, sub.id, true)
  }
}

/** It comes back; who had been blocked for a reason of its own is blocked again. */
async function letGo(acting: Ctx, sub: Customer, reason: string): Promise<void> {
  const { held } = await acting.db.one(
    sql<{ held: boolean }>`select held_with_account as held from customers where id = ${sub.id}`,
  )
  if (!held) return
  if (sub.status === 'blocked') await unblockCustomer(acting, sub, { reason })
  else if (sub.status === 'disabled') {
    const back = await activateCustomer(acting, sub, { reason })
    const own = await blockedBefore(acting, sub)
    if (own && !back.never_block) await blockCustomer(acting, back, { reason: own })
  }
  await hold(acting, sub.id, false)
}

async function blockedBefore(ctx: Ctx, { id }: Customer): Promise<string | null> {
  const last = await ctx.db.maybe(sql<{ reason: string | null; by: string | null }>`
    select blocked.reason, blocked.actor ->> 'name' as by
    from (
      select id, from_status from customer_status_changes
      where customer_id = ${id} and to_status = 'disabled'
      order by id desc
      limit 1
    ) disabled
    cross join lateral (
      select reason, actor from customer_status_changes
      where customer_id = ${id} and to_status = 'blocked' and id < disabled.id
      order by id desc
      limit 1
    ) blocked
    where disabled.from_status = 'blocked'`)
  return last && last.by !== follower ? (last.reason ?? 'blocked before') : null
}

const hold = (ctx: Ctx, customer_id: string, held: boolean): Promise<number> =>
  ctx.db.run(
    sql`update customers set held_with_account = ${held} where id = ${customer_id} and held_with_account <> ${held}`,
  )
