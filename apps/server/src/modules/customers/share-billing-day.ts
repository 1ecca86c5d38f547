import type { Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'

/** The billing day of an account is that of every account billed with it. */
export const sharedBillingDay = inside(
  'customers.share_billing_day',
  ['customer.updated'],
  async (ctx, event) => {
    const { changed } = event.data
    if (Array.isArray(changed) && changed.includes('billing_day')) await shareBillingDay(ctx, [event.row_id])
  },
)

export const shareBillingDay = (ctx: Ctx, account_ids: readonly string[]): Promise<number> =>
  ctx.db.run(sql`
    update customers c
    set billing_day = account.billing_day, version = c.version + 1, updated_at = ${ctx.now}
    from customers account
    where account.id = any(${account_ids}::uuid[]) and c.billed_by_id = account.id and c.billing_day <> account.billing_day`)
