import { command } from '#kernel/commands.ts'
import { today } from '#kernel/ctx.ts'
import { printMoney } from '#kernel/money.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change, lock } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import { reverse } from '#modules/ledger/index.ts'
import { invoices } from './invoices.ts'

/** Takes an invoice back: its postings are reversed, its number stays, and its days can be billed again. */
export const voidInvoice = command(
  invoices,
  'void',
  {
    danger: true,
    input: { reason: { kind: 'text', min: 1, max: 500 } },
    help: 'Its postings are reversed and its days can be billed again; the number stays taken.',
    unless: (invoice, ctx) =>
      invoice.status === 'void'
        ? `This invoice was voided on ${invoice.voided_on}.`
        : invoice.paid_total > 0n
          ? `${printMoney(invoice.paid_total, ctx.tenant.currency)} was put towards this invoice. Undo that allocation or refund the payment first.`
          : null,
  },
  async (ctx, invoice, { reason }) => {
    const credited = await ctx.db.maybe(sql<{ number: string }>`
      select n.number
      from credit_note_lines l
      join credit_notes n on n.tenant_id = l.tenant_id and n.id = l.credit_note_id
      where l.invoice_id = ${invoice.id}
      limit 1`)
    if (credited)
      throw new Refused(
        409,
        'credited',
        `Part of this invoice was given back by credit note ${credited.number}, so it can no longer be voided.`,
      )
    const customer = await lock(ctx, customers, invoice.customer_id)
    await reverse(ctx, invoice.id, {
      kind: 'void',
      description: `Invoice ${invoice.number} voided: ${reason}`,
      customer_id: invoice.customer_id,
    })
    const billed = sql`invoice_id = ${invoice.id} and service_id in (select service_id from invoice_lines where invoice_id = ${invoice.id})`
    await ctx.db.run(sql`delete from charges where ${billed}`)
    await ctx.db.run(sql`delete from surcharge_charges where invoice_id = ${invoice.id}`)
    await ctx.db.run(sql`delete from one_time_charges where ${billed}`)
    // The next run looks back to the freed days, that of whoever pays by now. A disabled customer is not billed again by itself.
    const from = invoice.period_from ?? invoice.date
    await ctx.db.run(sql`
      update customers
      set unbilled_from = least(unbilled_from, ${from}::date),
        next_billing_on = case when status = 'disabled' then next_billing_on else least(next_billing_on, ${invoice.date}::date) end
      where id = (select coalesce(billed_by_id, id) from customers where id = ${customer.id})`)
    return change(
      ctx,
      invoices,
      invoice,
      { status: 'void', void_reason: reason, voided_on: today(ctx).toString() },
      { action: 'voided', reason, data: { customer_id: invoice.customer_id, total: String(invoice.total) } },
    )
  },
)
