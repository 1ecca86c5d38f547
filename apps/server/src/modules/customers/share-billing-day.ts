import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'
import { customers } from './customers.ts'

/** The billing day of an account is that of every account billed with it. */
export const sharedBillingDay = inside(
  'customers.share_billing_day',
  ['customer.updated'],
  async (ctx, event) => {
    const { changed } = event.data
    if (!Array.isArray(changed) || !changed.includes('billing_day')) return
    const account = await find(ctx, customers, event.row_id)
    if (!account) return
    await ctx.db.run(sql`
      update customers
      set billing_day = ${account.billing_day}, version = version + 1, updated_at = ${ctx.now}
      where billed_by_id = ${account.id} and billing_day <> ${account.billing_day}`)
  },
)
