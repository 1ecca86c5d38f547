import { amountOf, forMonths, type Amount, type Reduction } from './amount.ts'

/** A reduction on the days from `from` up to and without `until` (Infinity: for good), as whole numbers since 1970-01-01. */
export type DatedReduction = Reduction & { from: number; until: number }

export type PricedDays = {
  from: number
  until: number
  /** List price, for one unit and a period of so many months, in minor units. */
  price: bigint
  quantity: number
  period_months: number
}

/** Days with one amount for a whole period, and what makes it less than the list price. */
export type ReducedDays = { from: number; until: number } & Amount

/** Cuts days on one list price wherever a reduction begins or ends, so that each piece has one amount. `reductions` are in their order. */
export function reducedDays(days: PricedDays, reductions: readonly DatedReduction[]): ReducedDays[] {
  const within = reductions.filter(({ from, until }) => from < days.until && until > days.from)
  const cuts = within
    .flatMap(({ from, until }) => [from, until])
    .filter((day) => day > days.from && day < days.until)
  const begins = [...new Set([days.from, ...cuts])].sort((a, b) => a - b)
  return begins.map((from, n) => ({
    from,
    until: begins[n + 1] ?? days.until,
    ...amountOf(
      days.price,
      days.quantity,
      forMonths(
        within.filter((one) => one.from <= from && one.until > from),
        days.period_months,
      ),
    ),
  }))
}
