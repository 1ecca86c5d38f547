import type { ActiveStretch } from './bill.ts'
import { overlap, without, type Day, type Days } from './calendar.ts'
import { priceOfDays, taxOn } from './pricing.ts'

/** Days of a service as they were charged. `price` is for one unit and month; `net` and `tax` are what is still charged for them. */
export type Charged = Days & { invoice_id: string; tariff_id: string; price: bigint; quantity: number; net: bigint; tax_rate: bigint; tax: bigint }

/** What was charged on other terms than hold now. */
export type Correction = {
  charged: Charged
  /** Days given back, and what they had cost. */
  credits: { days: Days; net: bigint; tax: bigint }[]
  /** What stays charged. */
  kept: Charged[]
}

/**
 * Compares what was charged from `from` on with how the service stands by its timeline. Days on the same terms stay as they are; the
 * others are given back by the day, and those on which it is active are to be charged anew on the terms of then.
 */
export function reconcile(charged: readonly Charged[], active: readonly ActiveStretch[], from: Day): { corrections: Correction[]; again: ActiveStretch[] } {
  const corrections: Correction[] = []
  const again: ActiveStretch[] = []
  for (const charge of charged) {
    const after = overlap(charge, { from, until: Infinity })
    if (!after) continue
    const right = active.flatMap((stretch) => (sameTerms(stretch, charge) ? (overlap(after, stretch) ?? []) : []))
    const wrong = without(after, right)
    if (wrong.length === 0) continue
    corrections.push(correct(charge, wrong))
    for (const days of wrong) {
      for (const stretch of active) {
        const both = overlap(days, stretch)
        if (both) again.push({ ...stretch, ...both })
      }
    }
  }
  return { corrections, again: again.sort((a, b) => a.from - b.from).reduce(joined, []) }
}

/** The tax given back is what remains of the tax charged, so that piece by piece it adds up to no more and no less. */
function correct(charged: Charged, wrong: readonly Days[]): Correction {
  const monthly = charged.price * BigInt(charged.quantity)
  const kept = without(charged, wrong).map((days) => {
    const net = priceOfDays(monthly, days)
    return { ...charged, ...days, net, tax: taxOn(net, charged.tax_rate) }
  })
  let taxLeft = charged.tax - kept.reduce((sum, part) => sum + part.tax, 0n)
  const credits = wrong.map((days, n) => {
    const net = priceOfDays(monthly, days)
    const tax = n === wrong.length - 1 ? taxLeft : taxOn(net, charged.tax_rate)
    taxLeft -= tax
    return { days, net, tax }
  })
  return { charged, credits, kept }
}

const sameTerms = (a: Terms, b: Terms): boolean => a.tariff_id === b.tariff_id && a.price === b.price && a.quantity === b.quantity
type Terms = { tariff_id: string; price: bigint; quantity: number }

function joined(list: ActiveStretch[], next: ActiveStretch): ActiveStretch[] {
  const last = list.at(-1)
  if (!last || last.until !== next.from || !sameTerms(last, next)) return [...list, next]
  return [...list.slice(0, -1), { ...last, until: next.until }]
}
