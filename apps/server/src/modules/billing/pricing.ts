import { scale } from '#kernel/money.ts'
import { monthOf, type Days } from '#kernel/calendar.ts'

/**
 * The price of some days of something that costs `monthly` (minor units) a billing month: from one billing day to the next, so that
 * who is billed on the 15th pays the month's price as well. A day's share is the difference between
 * what is due up to it and what was due before it, each rounded half away from zero; so the parts of a month add up to the month
 * however it is cut, and days credited later cost exactly what they were charged at.
 */
export function priceOfDays(monthly: bigint, days: Days, billing_day: number): bigint {
  let sum = 0n
  for (let from = days.from; from < days.until;) {
    const month = monthOf(from, billing_day)
    const until = Math.min(days.until, month.first + month.length)
    sum +=
      dueBy(monthly, until - month.first, month.length) - dueBy(monthly, from - month.first, month.length)
    from = until
  }
  return sum
}

/** Tax on a net amount. `rate` is percent × 10^4: 21 % is 210000n. */
export const taxOn = (net: bigint, rate: bigint): bigint => scale(net, rate, 1_000_000n)

const dueBy = (monthly: bigint, days: number, length: number): bigint =>
  days === 0 ? 0n : days === length ? monthly : scale(monthly, BigInt(days), BigInt(length))
