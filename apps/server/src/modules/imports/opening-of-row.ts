import { today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { invalidField } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import type { OpeningBalance } from '#modules/payments/index.ts'
import type { OpeningOfRow } from './ready.ts'

/** The opening balance that a row brings; none where it is nothing. */
export function openingOf(ctx: Ctx, input: Record<string, unknown>): OpeningOfRow | undefined {
  const { opening_balance: amount, opening_balance_date: date = null } = input
  if (typeof amount !== 'bigint') return undefined
  if (typeof date === 'string' && date > today(ctx).toString())
    throw invalidField(
      'opening_balance_date',
      'in_future',
      'An opening balance cannot be of a day that is still to come.',
    )
  return { amount, date: typeof date === 'string' ? date : null }
}

export type KnownOpenings = {
  /** Whether nothing is left to post; refused where another amount, or the same of another day, was posted. */
  settled: (customer_id: string, opening: OpeningOfRow) => boolean
}

/** What was posted stays posted: the same again is no news, something else is a mistake in one of the files. */
export async function openingsOf(ctx: Ctx, customer_ids: readonly string[]): Promise<KnownOpenings> {
  const posted =
    customer_ids.length === 0
      ? []
      : await ctx.db.all(sql<OpeningBalance>`
          select *
          from opening_balances
          where customer_id = any(${customer_ids}::uuid[]) and status = 'posted'`)
  const byCustomer = Map.groupBy(posted, ({ customer_id }) => customer_id)
  return {
    settled(customer_id, { amount, date }) {
      const [one, ...others] = byCustomer.get(customer_id) ?? []
      if (!one) return amount === 0n
      const same = [one, ...others].some(
        (held) => held.amount === amount && (date === null || date === held.date),
      )
      if (same) return true
      const shown = formatDecimal(one.amount, currencyDigits(ctx.tenant.currency))
      throw invalidField(
        one.amount === amount ? 'opening_balance_date' : 'opening_balance',
        'posted_otherwise',
        `The opening balance of this customer was posted as ${shown} of ${one.date}. An import does not change it; if it is wrong, withdraw it and import again.`,
      )
    },
  }
}
