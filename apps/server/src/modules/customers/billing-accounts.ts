import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'

/**
 * Who is billed for a customer: the account above that an aggregated sub-account is billed with, otherwise the customer itself, or the
 * one it was merged into. In SQL it is `coalesce(billed_by_id, id)`, and the accounts billed with one are those whose `billed_by_id` it
 * is, at whatever depth.
 */
export async function billingAccountOf(ctx: Ctx, customer_id: string): Promise<string> {
  const { id } = await ctx.db.one(sql<{ id: string }>`
    select coalesce(account.billed_by_id, account.id) as id
    from customers c
    join customers account on account.id = coalesce(c.merged_into_id, c.id)
    where c.id = ${customer_id}`)
  return id
}
