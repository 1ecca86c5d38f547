import { collectionCommand, command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { insertMany } from '#kernel/many.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change, find, lock } from '#kernel/store.ts'
import { called, customers } from '#modules/customers/index.ts'
import { post, reverse } from '#modules/ledger/index.ts'
import { openingBalances, type OpeningBalance } from './opening-balances.ts'
import { paidByThemselves } from './reactions.ts'
import { settle, unsettle } from './settle.ts'

/** In minor units, as the customer's balance: more than nothing is credit with us. `date`: today when left out. */
export type NewOpeningBalance = {
  customer_id: string
  amount: bigint
  date?: string | null
  reference?: string | null
}

export const createOpeningBalance = collectionCommand(
  openingBalances,
  'create',
  {
    label: 'Post opening balance',
    money: true,
    help: 'What a customer brings along from another system, once.',
    input: {
      customer_id: { kind: 'reference', to: 'customer' },
      amount: {
        kind: 'money',
        min: -10_000_000_000,
        max: 10_000_000_000,
        help: 'More than nothing is credit, less is owed to us',
      },
      date: { kind: 'date', nullable: true, help: 'Today when left out' },
      reference: { kind: 'text', max: 140, nullable: true },
    },
  },
  async (ctx, input) => {
    if (input.amount === 0n)
      throw invalidField('amount', 'out_of_range', 'An opening balance of nothing need not be posted.')
    await lock(ctx, customers, input.customer_id)
    const held = await ctx.db.maybe(sql`
      select from opening_balances where customer_id = ${input.customer_id} and status = 'posted' limit 1`)
    if (held)
      throw new Refused(
        409,
        'already_posted',
        'This customer has an opening balance already. Withdraw that one first, if it is wrong.',
      )
    const [posted] = await postOpeningBalances(ctx, [input])
    return (await find(ctx, openingBalances, posted!.id))!
  },
)

/** As if it had never been posted: the entry is reversed, what it paid or what paid it is open again. */
export const withdrawOpeningBalance = command(
  openingBalances,
  'withdraw',
  {
    danger: true,
    money: true,
    input: { reason: { kind: 'text', min: 1, max: 500 } },
    help: 'The posting is reversed; what was put towards it, or paid with it, is open again.',
    unless: ({ status, withdrawn_on }) =>
      status === 'withdrawn' ? `It was withdrawn on ${withdrawn_on}.` : null,
  },
  async (ctx, balance, { reason }) => {
    await lock(ctx, customers, balance.customer_id)
    const paid_out = await ctx.db.maybe(sql`
      select from allocations where opening_credit_id = ${balance.id} and refund_id is not null limit 1`)
    if (paid_out)
      throw new Refused(
        409,
        'paid_out',
        'Credit of this opening balance was paid out. If the money came back, say so first.',
      )
    await unsettle(ctx, { opening_balance_id: balance.id })
    await reverse(ctx, balance.id, {
      kind: 'opening_balance',
      description: `Opening balance withdrawn: ${reason}`.slice(0, 500),
      customer_id: balance.customer_id,
    })
    const { version } = await ctx.db.one(
      sql<{ version: number }>`select version from opening_balances where id = ${balance.id}`,
    )
    const withdrawn = await change(
      ctx,
      openingBalances,
      { ...balance, version },
      { status: 'withdrawn', open: 0n, withdraw_reason: reason, withdrawn_on: today(ctx).toString() },
      { action: 'withdrawn', reason, data: { customer_id: balance.customer_id } },
    )
    await settle(ctx, await paidByThemselves(ctx, [balance.customer_id]))
    return withdrawn
  },
)

/**
 * Posts opening balances of customers that are locked, in a statement for all of them, against the account for them, and lets them settle
 * what is open.
 */
export async function postOpeningBalances(
  ctx: Ctx,
  wanted: readonly NewOpeningBalance[],
): Promise<OpeningBalance[]> {
  if (wanted.length === 0) return []
  const now = today(ctx).toString()
  await mustBearTheirOwn(
    ctx,
    wanted.map(({ customer_id }) => customer_id),
  )
  const rows = (await insertMany(
    ctx,
    asResource(openingBalances),
    wanted.map(({ customer_id, amount, date, reference = null }) => {
      if (date && date > now)
        throw invalidField(
          'date',
          'in_future',
          'An opening balance cannot be of a day that is still to come.',
        )
      return {
        customer_id,
        amount,
        date: date ?? now,
        open: amount < 0n ? -amount : amount,
        reference,
        status: 'posted',
        currency: ctx.tenant.currency,
      }
    }),
    ({ customer_id }) => ({ customer_id }),
  )) as OpeningBalance[]
  await post(
    ctx,
    rows.map(({ id, amount, date, customer_id, partner_id, reference }) => ({
      date,
      kind: 'opening_balance',
      description: `Opening balance${reference ? ` ${reference}` : ''}`,
      ...(amount < 0n
        ? ({ debit: 'receivables', credit: 'opening_balances' } as const)
        : ({ debit: 'opening_balances', credit: 'receivables' } as const)),
      amount: amount < 0n ? -amount : amount,
      customer_id,
      partner_id,
      source_noun: 'opening_balance',
      source_id: id,
    })),
  )
  await settle(
    ctx,
    await paidByThemselves(
      ctx,
      rows.map(({ customer_id }) => customer_id),
    ),
  )
  return rows
}

/** Accounts that are billed with another have no balance of their own. */
async function mustBearTheirOwn(ctx: Ctx, customer_ids: readonly string[]): Promise<void> {
  const aggregated = await ctx.db.maybe(sql<{ name: string; number: string }>`
    select name, number from customers where id = any(${customer_ids}::uuid[]) and billed_by_id is not null limit 1`)
  if (aggregated)
    throw new Refused(
      409,
      'aggregated',
      `${called(aggregated)} is billed with the account above it. Give that one the opening balance.`,
    )
}
