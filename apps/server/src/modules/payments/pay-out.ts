import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal, printMoney } from '#kernel/money.ts'
import { asResource, change, insert, lock } from '#kernel/store.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { called, customers, type Customer } from '#modules/customers/index.ts'
import { post, reverse } from '#modules/ledger/index.ts'
import { accountOf, methods } from './methods.ts'
import { refunds, type Refund } from './refunds.ts'
import { paidByThemselves } from './reactions.ts'
import { openCredits, sourceColumns, useCredits } from './open-credits.ts'
import { settle, unsettle } from './settle.ts'

/** Pays a customer's credit out, all of it or a part. It is taken from the oldest payments and credit notes first. */
export const refundCredit = command(
  customers,
  'refund_credit',
  {
    label: 'Pay out credit',
    danger: true,
    money: true,
    answers: asResource(refunds),
    input: {
      amount: {
        kind: 'money',
        min: 0,
        max: 10_000_000_000,
        nullable: true,
        help: 'All credit when left out',
      },
      method: { kind: 'choice', values: methods, default: 'bank_transfer' },
      date: { kind: 'date', nullable: true, help: 'Today when left out' },
      reference: { kind: 'text', max: 140, nullable: true },
      reason: { kind: 'text', min: 1, max: 500 },
    },
    help: 'The money goes back to the customer; the balance falls by it.',
    unless: (customer) =>
      customer.balance > 0n ? null : 'This customer has no credit that could be paid out.',
  },
  async (ctx, customer, { amount: wanted = null, method, date: on, reference = null, reason }) => {
    const date = on ?? today(ctx).toString()
    if (date > today(ctx).toString())
      throw invalidField(
        'date',
        'in_future',
        'Money cannot have been paid out on a day that is still to come.',
      )
    if (wanted === 0n) throw invalidField('amount', 'out_of_range', 'Amount must be more than zero.')
    const free = await freeCredit(ctx, customer)
    const amount = wanted ?? free
    if (amount > free || amount === 0n)
      throw new Refused(
        409,
        'above_credit',
        `${called(customer)} has ${printMoney(free, ctx.tenant.currency)} of credit that can be paid out.`,
      )
    const refund = await insert(
      ctx,
      refunds,
      {
        customer_id: customer.id,
        partner_id: customer.partner_id,
        amount,
        method: method ?? 'bank_transfer',
        date,
        reference,
        reason,
        status: 'paid_out',
        currency: ctx.tenant.currency,
      },
      {
        action: 'paid_out',
        reason,
        data: {
          customer_id: customer.id,
          amount: formatDecimal(amount, currencyDigits(ctx.tenant.currency)),
        },
      },
    )
    await takeFromCredit(ctx, refund)
    await post(ctx, [
      {
        date,
        kind: 'refund',
        description: `Credit paid out: ${reason}`.slice(0, 500),
        debit: 'receivables',
        credit: accountOf[refund.method],
        amount,
        customer_id: customer.id,
        partner_id: customer.partner_id,
        source_noun: 'refund',
        source_id: refund.id,
      },
    ])
    return refund
  },
)

/** The money did not arrive, or should not have gone: it is credit again, and pays what is open. */
export const returnRefund = command(
  refunds,
  'return',
  {
    label: 'Money came back',
    danger: true,
    money: true,
    input: { reason: { kind: 'text', min: 1, max: 500 } },
    help: 'The posting is reversed and the customer has the credit again.',
    unless: (refund) => (refund.status === 'returned' ? `It came back on ${refund.returned_on}.` : null),
  },
  async (ctx, refund, { reason }) => {
    await lock(ctx, customers, refund.customer_id)
    await unsettle(ctx, { refund_id: refund.id })
    await reverse(ctx, refund.id, {
      kind: 'refund',
      description: `Credit paid out came back: ${reason}`.slice(0, 500),
      customer_id: refund.customer_id,
    })
    const returned = await change(
      ctx,
      refunds,
      refund,
      { status: 'returned', return_reason: reason, returned_on: today(ctx).toString() },
      { action: 'returned', reason, data: { customer_id: refund.customer_id } },
    )
    await settle(ctx, await paidByThemselves(ctx, [refund.customer_id]))
    return returned
  },
)

/** What is neither owed on an invoice nor put towards one. */
async function freeCredit(ctx: Ctx, customer: Customer): Promise<bigint> {
  const { unallocated } = await ctx.db.one(sql<{ unallocated: bigint }>`
    select (coalesce((select sum(unallocated) from payments where customer_id = ${customer.id}), 0)
      + coalesce((select sum(unallocated) from credit_notes where customer_id = ${customer.id}), 0)
      + coalesce((select sum(open) from opening_balances where customer_id = ${customer.id} and amount > 0), 0))::bigint as unallocated`)
  const free = customer.balance < unallocated ? customer.balance : unallocated
  return free > 0n ? free : 0n
}

/** Oldest first, laid end to end. */
const takeFromCredit = (ctx: Ctx, refund: Refund): Promise<number> =>
  ctx.db.run(sql`
    with open_credits as (
      ${openCredits([refund.customer_id])}
    ), laid as (
      select *, (sum(open) over (order by date, id))::bigint as upto
      from open_credits
    ), taken as (
      select source, id as source_id, least(upto, ${refund.amount}::bigint) - (upto - open) as amount
      from laid
      where upto - open < ${refund.amount}::bigint
    ), ${useCredits(ctx, sql`taken`)}
    insert into allocations (tenant_id, customer_id, partner_id, payment_id, credit_note_id, opening_credit_id, refund_id, amount, date, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, ${refund.customer_id}::uuid, ${refund.partner_id}::uuid, ${sourceColumns}, ${refund.id}::uuid, amount,
      ${refund.date}::date, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
    from taken`)
