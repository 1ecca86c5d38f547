import { overlap } from '#kernel/calendar.ts'
import { reducedDays, type DatedReduction } from '#modules/catalog/index.ts'
import type {
  ActiveStretch,
  BillableSurcharge,
  BilledTerms,
  Part,
  PricedStretch,
  PricedTerms,
} from './bill.ts'

const none: readonly Part[] = []

/** Cuts stretches where a discount begins or ends, so that each piece has one amount for a whole period. */
export function pricedStretches(
  stretches: readonly ActiveStretch[],
  discounts: readonly DatedReduction[] = [],
): PricedStretch[] {
  if (discounts.length === 0) return stretches.map((stretch) => ({ ...stretch, parts: none }))
  return stretches.flatMap((stretch) =>
    reducedDays(stretch, discounts).map(({ from, until, parts }) => ({ ...stretch, from, until, parts })),
  )
}

/** The days of a service on which a surcharge is charged, at its price for a period of theirs. */
export const surchargedDays = (
  active: readonly ActiveStretch[],
  { price, quantity, ...days }: BillableSurcharge,
): ActiveStretch[] =>
  active.flatMap((stretch) => {
    const both = overlap(stretch, days)
    return both ? [{ ...stretch, ...both, price: price * BigInt(stretch.period_months), quantity }] : []
  })

/** What is paid for a whole period after discounts. */
export const amountFor = ({ price, quantity, parts }: PricedTerms): bigint =>
  parts.reduce((sum, { amount }) => sum + amount, price * BigInt(quantity))

export const sameTerms = (a: BilledTerms, b: BilledTerms): boolean =>
  a.tariff_id === b.tariff_id &&
  a.price === b.price &&
  a.quantity === b.quantity &&
  a.period_months === b.period_months &&
  a.anchor === b.anchor

/** Also what is taken off; what that is called moves no money. */
export const samePrice = (a: PricedTerms, b: PricedTerms): boolean =>
  sameTerms(a, b) &&
  (a.parts === b.parts ||
    (a.parts.length === b.parts.length && a.parts.every(({ amount }, n) => amount === b.parts[n]?.amount)))
