import { scale } from '#kernel/money.ts'
import type { ActiveStretch, PricedStretch, PricedTerms } from './bill.ts'
import { overlap, without, type Day, type Days } from '#kernel/calendar.ts'
import { priceOfDays } from './pricing.ts'
import { bearing, sameProration } from './proration.ts'
import { amountFor, samePrice } from './stretches.ts'

/** Days of a service as they were charged; `net` and `tax` are what is still charged for them. */
export type Charged = Days &
  PricedTerms & {
    invoice_id: string
    billing_day: number
    net: bigint
    tax_rate: bigint
    tax: bigint
  }

/** What was charged on other terms than hold now. */
export type Correction = {
  charged: Charged
  /** Days given back, and what they had cost; `gross` is without discounts on the whole invoice. */
  credits: { days: Days; gross: bigint; net: bigint; tax: bigint }[]
  /** What stays charged. */
  kept: Charged[]
}

/** Which charged days are judged: those the past has settled, and those billed under a plan that was taken back. */
export type Judged = {
  from: Day
  /** The next planned change; what it says of the days after moves no money before. */
  until: Day
  /** How the service stood before something was taken back. */
  withdrawn: readonly PricedStretch[]
}

/**
 * Compares what was charged with how the service stands by its timeline. Days on the same terms stay as they are; the others are given
 * back by the day, and those on which it is active are to be charged anew on the terms of then.
 */
export function reconcile(
  charged: readonly Charged[],
  active: readonly PricedStretch[],
  { from, until, withdrawn }: Judged,
): { corrections: Correction[]; again: PricedStretch[] } {
  const corrections: Correction[] = []
  const again: PricedStretch[] = []
  for (const charge of charged) {
    const settled = overlap(charge, { from, until })
    const planned = overlap(charge, { from: Math.max(from, until), until: Infinity })
    const judged = [...(settled ? [settled] : []), ...(planned ? onTerms(charge, withdrawn, planned) : [])]
    const wrong = judged.flatMap((days) => without(days, onTerms(charge, active, days)))
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

/** Until when the timeline stands without another plan coming true. */
export function nextPlanned(active: readonly ActiveStretch[], today: Day): Day {
  const current = active.find((stretch) => stretch.from <= today && today < stretch.until)
  return current ? current.until : Math.min(...active.map(({ from }) => from).filter((from) => from > today))
}

/** The days of `within` on which a stretch has the terms that were charged. */
const onTerms = (charge: Charged, stretches: readonly PricedStretch[], within: Days): Days[] =>
  stretches.flatMap((stretch) =>
    samePrice(stretch, charge) && sameLaw(stretch, charge) ? (overlap(within, stretch) ?? []) : [],
  )

/** Whether the days of a charge are still shares of the same. */
const sameLaw = ({ proration }: PricedTerms, charge: Charged): boolean =>
  sameProration(bearing(proration, charge), bearing(charge.proration, charge))

/**
 * Net and tax of the parts are differences of what is due up to each, so they add up to what was charged, and none is below zero. What a
 * discount on the whole invoice took off is shared by them in proportion.
 */
function correct(charged: Charged, wrong: readonly Days[]): Correction {
  const amount = amountFor(charged)
  const stays = without(charged, wrong)
  const pieces = [
    ...stays.map((days) => ({ days, stays: true })),
    ...wrong.map((days) => ({ days, stays: false })),
  ]
    .sort((a, b) => a.days.from - b.days.from)
    .map((piece) => ({ ...piece, gross: priceOfDays(amount, piece.days, charged.billing_day, charged) }))
  const whole = pieces.reduce((sum, { gross }) => sum + gross, 0n)
  let upto = 0n
  const parts = pieces.map((piece) => {
    const share = (of: bigint) =>
      whole === 0n ? 0n : scale(of, upto + piece.gross, whole) - scale(of, upto, whole)
    const part = { ...piece, net: share(charged.net), tax: share(charged.tax) }
    upto += piece.gross
    return part
  })
  return {
    charged,
    credits: parts
      .filter((part) => !part.stays)
      .map(({ days, gross, net, tax }) => ({ days, gross, net, tax })),
    kept: parts.filter((part) => part.stays).map(({ days, net, tax }) => ({ ...charged, ...days, net, tax })),
  }
}

function joined(list: PricedStretch[], next: PricedStretch): PricedStretch[] {
  const last = list.at(-1)
  if (!last || last.until !== next.from || !samePrice(last, next)) return [...list, next]
  return [...list.slice(0, -1), { ...last, until: next.until }]
}
