import type { Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { settle } from './settle.ts'

/** New invoices are paid from what the customer has with us, and new credit pays what is open. */
export const applyCredit = inside(
  'payments.apply_credit',
  ['invoice.finalized', 'credit_note.finalized', 'billing_run.invoiced'],
  async (ctx, event) => {
    const { customer_id, customer_ids } = event.data
    const concerned = typeof customer_id === 'string' ? [customer_id] : customer_ids
    if (Array.isArray(concerned))
      await settle(
        ctx,
        await paidByThemselves(
          ctx,
          concerned.filter((id) => typeof id === 'string'),
        ),
      )
  },
)

/** The tag comes off: what lay waiting is put towards what is due. */
export const catchUp = inside('payments.catch_up', ['customer.tag_removed'], async (ctx, event) => {
  if (event.data.tag === 'no_auto_payment') await settle(ctx, [event.row_id])
})

/** Of these customers, those whose credit pays their invoices without anybody saying so. */
export async function paidByThemselves(ctx: Ctx, customer_ids: readonly string[]): Promise<string[]> {
  if (customer_ids.length === 0) return []
  const rows = await ctx.db.all(sql<{ id: string }>`
    select id from customers where id = any(${customer_ids}::uuid[]) and not no_auto_payment`)
  return rows.map((row) => row.id)
}
