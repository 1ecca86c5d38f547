import { scale } from '#kernel/money.ts'
import { spanOf, type Day, type Days } from '#kernel/calendar.ts'

/** For how many billing months a price is paid at a time, counted from the one in which `anchor` lies. */
export type Rhythm = { period_months: number; anchor: Day | null }
export const monthly: Rhythm = { period_months: 1, anchor: null }

/**
 * The price of some days of something that costs `price` (minor units) a period: so many billing months, each from one billing day to
 * the next, so that who is billed on the 15th pays the month's price as well. A day's share is the difference between
 * what is due up to it and what was due before it, each rounded half away from zero; so the parts of a period add up to its price
 * however it is cut, and days credited later cost exactly what they were charged at.
 */
export function priceOfDays(
  price: bigint,
  days: Days,
  billing_day: number,
  rhythm: Rhythm = monthly,
): bigint {
  let sum = 0n
  for (let from = days.from; from < days.until;) {
    const period = periodAt(from, billing_day, rhythm)
    const until = Math.min(days.until, period.until)
    const length = period.until - period.from
    sum += dueBy(price, until - period.from, length) - dueBy(price, from - period.from, length)
    from = until
  }
  return sum
}

/** The period of a price that a day lies in. */
export function periodAt(day: Day, billing_day: number, { period_months, anchor }: Rhythm): Days {
  const { first, length } = spanOf(day, { billing_day, months: period_months, anchor })
  return { from: first, until: first + length }
}

/** Tax on a net amount. `rate` is percent × 10^4: 21 % is 210000n. */
export const taxOn = (net: bigint, rate: bigint): bigint => scale(net, rate, 1_000_000n)

const dueBy = (price: bigint, days: number, length: number): bigint =>
  days === 0 ? 0n : days === length ? price : scale(price, BigInt(days), BigInt(length))
