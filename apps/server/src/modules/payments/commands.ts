import { collectionCommand, command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { currencyDigits, formatDecimal, printMoney } from '#kernel/money.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change, find, insert, lock } from '#kernel/store.ts'
import { invoices } from '#modules/billing/index.ts'
import { billingAccountOf, customers } from '#modules/customers/index.ts'
import { post, reverse } from '#modules/ledger/index.ts'
import { accountOf, methods } from './methods.ts'
import { allocations, payments, type Payment } from './payments.ts'
import { settle, unsettle } from './settle.ts'

export const receivePayment = collectionCommand(
  payments,
  'create',
  {
    label: 'Receive payment',
    money: true,
    help: 'Pays the invoice named, then what is due earliest; what is left stays as credit. For a sub-account that is billed with another, it is booked there.',
    input: {
      customer_id: { kind: 'reference', to: 'customer' },
      amount: { kind: 'money', min: 0, max: 10_000_000_000 },
      method: {
        kind: 'choice',
        values: methods,
        default: 'bank_transfer',
      },
      date: { kind: 'date', nullable: true, help: 'Today when left out' },
      reference: { kind: 'text', max: 140, nullable: true },
      comment: { kind: 'text', max: 500, nullable: true },
      invoice_id: { kind: 'reference', to: 'invoice', nullable: true, help: 'Paid first' },
      external_id: { kind: 'text', max: 100, nullable: true },
    },
  },
  async (ctx, { invoice_id, date: wanted, ...input }) => {
    const date = wanted ?? today(ctx).toString()
    if (input.amount === 0n) throw invalidField('amount', 'out_of_range', 'Amount must be more than zero.')
    if (date > today(ctx).toString())
      throw invalidField(
        'date',
        'in_future',
        'A payment cannot have been received on a day that is still to come.',
      )
    const known = await find(ctx, customers, input.customer_id)
    if (!known)
      throw invalidField(
        'customer_id',
        'no_such_customer',
        'There is no customer with this id, or you may not see it.',
      )
    // Who is billed with another account has no bill of its own to pay, unless it names one from before.
    const payer_id = invoice_id ? known.id : await billingAccountOf(ctx, known.id)
    const customer = await lock(asSystem(ctx), customers, payer_id)
    if (invoice_id) await mustBeOpen(ctx, invoice_id, customer.id)
    const payment = await insert(
      ctx,
      payments,
      {
        ...input,
        customer_id: customer.id,
        method: input.method ?? 'bank_transfer',
        date,
        status: 'succeeded',
        unallocated: input.amount,
        currency: ctx.tenant.currency,
        partner_id: customer.partner_id,
      },
      {
        action: 'received',
        data: {
          customer_id: customer.id,
          amount: formatDecimal(input.amount, currencyDigits(ctx.tenant.currency)),
        },
      },
    )
    await post(ctx, [
      {
        date,
        kind: 'payment',
        description: `Payment${input.reference ? ` ${input.reference}` : ''}`,
        debit: accountOf[payment.method],
        credit: 'receivables',
        amount: payment.amount,
        customer_id: customer.id,
        partner_id: customer.partner_id,
        source_noun: 'payment',
        source_id: payment.id,
      },
    ])
    if (invoice_id) await settle(ctx, [customer.id], { payment_id: payment.id, invoice_id })
    if (!customer.no_auto_payment) await settle(ctx, [customer.id])
    return again(ctx, payment.id)
  },
)

export const refundPayment = command(
  payments,
  'refund',
  {
    danger: true,
    money: true,
    input: { reason: { kind: 'text', min: 1, max: 500 } },
    help: 'The money goes back: the posting is reversed and the invoices it paid are open again.',
    unless: (payment) =>
      payment.status === 'refunded' ? `This payment was refunded on ${payment.refunded_on}.` : null,
  },
  async (ctx, payment, { reason }) => {
    await lock(ctx, customers, payment.customer_id)
    await mustNotBePaidOut(ctx, payment)
    await unsettle(ctx, { payment_id: payment.id })
    await reverse(ctx, payment.id, {
      kind: 'refund',
      description: `Refund: ${reason}`.slice(0, 500),
      customer_id: payment.customer_id,
    })
    return change(
      ctx,
      payments,
      await again(ctx, payment.id),
      { status: 'refunded', unallocated: 0n, refund_reason: reason, refunded_on: today(ctx).toString() },
      { action: 'refunded', reason, data: { customer_id: payment.customer_id } },
    )
  },
)

export const undoAllocation = command(
  allocations,
  'undo',
  {
    danger: true,
    input: { reason: { kind: 'text', max: 500, nullable: true } },
    help: 'The invoice is open again, the money is credit again.',
    answers: 'json',
    unless: (allocation) =>
      allocation.refund_id
        ? 'This was paid out to the customer. Say that the refund came back instead.'
        : null,
  },
  async (ctx, allocation) => {
    await lock(ctx, customers, allocation.customer_id)
    await unsettle(ctx, { allocation_id: allocation.id })
    return { id: allocation.id, undone: true }
  },
)

/** Credit that lies with us and invoices that are due find each other again, oldest first. */
export const allocatePayment = command(
  payments,
  'allocate',
  {
    input: {
      invoice_id: {
        kind: 'reference',
        to: 'invoice',
        nullable: true,
        help: 'Otherwise what is due earliest',
      },
    },
    help: 'Puts what is left of the payment towards invoices.',
    unless: (payment) =>
      payment.status === 'refunded'
        ? 'This payment was refunded.'
        : payment.unallocated === 0n
          ? 'Nothing is left of this payment.'
          : null,
  },
  async (ctx, payment, { invoice_id }) => {
    await lock(ctx, customers, payment.customer_id)
    if (invoice_id) await mustBeOpen(ctx, invoice_id, payment.customer_id)
    await settle(ctx, [payment.customer_id], {
      payment_id: payment.id,
      ...(invoice_id ? { invoice_id } : {}),
    })
    return again(ctx, payment.id)
  },
)

const again = (ctx: Ctx, payment_id: string): Promise<Payment> =>
  ctx.db.one(sql<Payment>`select * from payments where id = ${payment_id}`)

async function mustNotBePaidOut(ctx: Ctx, payment: Payment): Promise<void> {
  const { paid_out } = await ctx.db.one(sql<{ paid_out: bigint }>`
    select coalesce(sum(amount), 0)::bigint as paid_out from allocations where payment_id = ${payment.id} and refund_id is not null`)
  if (paid_out > 0n)
    throw new Refused(
      409,
      'paid_out',
      `${printMoney(paid_out, payment.currency)} of this payment was paid out to the customer. If that came back, say so first.`,
    )
}

async function mustBeOpen(ctx: Ctx, invoice_id: string, customer_id: string): Promise<void> {
  const invoice = await find(ctx, invoices, invoice_id)
  if (!invoice || invoice.customer_id !== customer_id)
    throw invalidField('invoice_id', 'no_such_invoice', 'This customer has no invoice with this id.')
  if (invoice.due_total === 0n)
    throw new Refused(
      409,
      'invoice_not_open',
      `Invoice ${invoice.number} is ${invoice.status}; nothing is due on it.`,
    )
}
