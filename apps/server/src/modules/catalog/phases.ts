import { scale } from '#kernel/money.ts'

/** One step on the way to the regular price. A fixed price is for one unit and month, in minor units; percents are × 10^4. */
export type Phase = {
  name: string
  length: number
  length_unit: 'months' | 'days'
  kind: 'percent' | 'fixed'
  /** What is paid of the list price: 500000n is half of it. */
  percent: bigint | null
  price: bigint | null
}

/** Days at one price, for one unit and a whole period, from a day up to and without another; the last, at the list price, has no end. */
export type LaidPhase = { name: string; from: string; until: string | null; price: bigint }

export const regular = 'Regular'

/**
 * The phases of a tariff (in their order) from the day a service begins, and the regular price after them. `list_price` is the tariff's
 * for one unit and a period of so many months. Every end is counted from the beginning, so that what began on the 31st ends on a 31st
 * where there is one.
 */
export function phasesFrom(
  phases: readonly Phase[],
  date: string,
  list_price: bigint,
  period_months = 1,
): LaidPhase[] {
  const start = Temporal.PlainDate.from(date)
  let [months, days, from] = [0, 0, date]
  const laid = phases.map((phase): LaidPhase => {
    if (phase.length_unit === 'months') months += phase.length
    else days += phase.length
    const until = start.add({ months, days }).toString()
    const one = { name: phase.name, from, until, price: priceIn(phase, list_price, period_months) }
    from = until
    return one
  })
  return [...laid, { name: regular, from, until: null, price: list_price }]
}

const priceIn = ({ kind, percent, price }: Phase, list_price: bigint, period_months: number): bigint =>
  kind === 'percent' ? scale(list_price, percent ?? 0n, 1_000_000n) : (price ?? 0n) * BigInt(period_months)
