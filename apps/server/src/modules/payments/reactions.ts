import { inside } from '#kernel/insiders.ts'
import { settle } from './settle.ts'

/** New invoices are paid from what the customer has with us, and new credit pays what is open. */
export const applyCredit = inside(
  'payments.apply_credit',
  ['invoice.finalized', 'credit_note.finalized', 'billing_run.invoiced'],
  async (ctx, event) => {
    const { customer_id, customer_ids } = event.data
    if (typeof customer_id === 'string') await settle(ctx, [customer_id])
    else if (Array.isArray(customer_ids))
      await settle(
        ctx,
        customer_ids.filter((id) => typeof id === 'string'),
      )
  },
)
