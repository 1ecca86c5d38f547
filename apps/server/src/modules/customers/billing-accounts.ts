import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'

/**
 * Who is billed for a customer: the account above that an aggregated sub-account is billed with, otherwise the customer itself. In SQL
 * it is `coalesce(billed_by_id, id)`, and the accounts billed with one are those whose `billed_by_id` it is, at whatever depth.
 */
export async function billingAccountOf(ctx: Ctx, customer_id: string): Promise<string> {
  const { id } = await ctx.db.one(
    sql<{ id: string }>`select coalesce(billed_by_id, id) as id from customers where id = ${customer_id}`,
  )
  return id
}
