import { scale } from '#kernel/money.ts'
import type { Days } from '#kernel/calendar.ts'
import { dueBefore, periodAt, type Rhythm } from './proration.ts'

export { periodAt, type Rhythm } from './proration.ts'

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
    sum +=
      dueBefore(price, until, period, billing_day, rhythm) -
      dueBefore(price, from, period, billing_day, rhythm)
    from = until
  }
  return sum
}

/** Tax on a net amount. `rate` is percent × 10^4: 21 % is 210000n. */
export const taxOn = (net: bigint, rate: bigint): bigint => scale(net, rate, 1_000_000n)
