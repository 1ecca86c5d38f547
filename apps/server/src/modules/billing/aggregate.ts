import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'

/**
 * A sub-account comes on another's document, or leaves it: the run looks back as far for the one as it would have for the other, and
 * does not wait longer. Days charged before stay charged, so none is billed twice.
 */
export const followHierarchy = inside(
  'billing.follow_hierarchy',
  ['customer.parent_set', 'customer.parent_left'],
  async (ctx, event) => {
    const { billed_by_id, next_billing_on } = event.data
    if (typeof billed_by_id !== 'string') return
    if (event.type === 'customer.parent_left') {
      await ctx.db.run(sql`
        update customers c
        set unbilled_from = account.unbilled_from
        from customers account
        where c.id = ${event.row_id} and account.id = ${billed_by_id}`)
      return
    }
    if (typeof next_billing_on !== 'string') return
    await ctx.db.run(sql`
      update customers account
      set unbilled_from = case when sub.unbilled_from is null or account.unbilled_from is null then null else least(account.unbilled_from, sub.unbilled_from) end,
        next_billing_on = least(account.next_billing_on, ${next_billing_on}::date)
      from customers sub
      where account.id = ${billed_by_id} and sub.id = ${event.row_id}`)
  },
)
