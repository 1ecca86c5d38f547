import { nextBillingDay, monthOf, spanOf, type Day, type Days } from '#kernel/calendar.ts'
import { scale } from '#kernel/money.ts'

/**
 * How the period is charged in which a service begins, from its first active day on.
 * - `by_day`: its days' share of the whole period.
 * - `full`: the days that are left cost the whole period's price.
 * - `rounded`: their share, rounded to whole units of the currency.
 * - `plus_full`: their share, of a month's part of the price, and together with it the whole next period.
 * - `deferred`: their share, together with the next period on its first day.
 */
export const firstPeriods = ['by_day', 'full', 'rounded', 'plus_full', 'deferred'] as const
export type FirstPeriod = (typeof firstPeriods)[number]

/** The rule a service was sold under. `unit`: minor units to which amounts are rounded. */
export type Proration = { first: Day; rule: FirstPeriod; equal_months: boolean; unit: number }

/** For how many billing months a price is paid at a time, counted from the one in which `anchor` lies. */
export type Rhythm = { period_months: number; anchor: Day | null; proration?: Proration | null }

/** The day on which the first whole billing month begins: until it lasts the part that a service began with. */
export const wholeFrom = (first: Day, billing_day: number): Day =>
  monthOf(first, billing_day).first === first ? first : nextBillingDay(first, billing_day)

/** The period of a price that a day lies in. With `plus_full` the part before the first whole month is one of its own. */
export function periodAt(day: Day, billing_day: number, rhythm: Rhythm): Days {
  const { period_months, anchor } = rhythm
  const part = partBefore(rhythm, billing_day)
  if (part !== null && day < part) return { from: monthOf(part - 1, billing_day).first, until: part }
  const { first, length } = spanOf(day, { billing_day, months: period_months, anchor: part ?? anchor })
  return { from: first, until: first + length }
}

/** What is due of a period's price before a day within it or at its end; rounded half away from zero. */
export function dueBefore(
  price: bigint,
  day: Day,
  period: Days,
  billing_day: number,
  rhythm: Rhythm,
): bigint {
  const { period_months, proration } = rhythm
  const part = partBefore(rhythm, billing_day)
  if (part === period.until)
    return shareOf(price, day - period.from, period_months * (period.until - period.from))
  const begins =
    proration && proration.first > period.from && proration.first < period.until ? proration : null
  if (begins?.rule === 'full')
    return shareOf(price, Math.max(0, day - begins.first), period.until - begins.first)
  if (begins?.rule === 'rounded') {
    const left = period.until - begins.first
    const unit = BigInt(begins.unit)
    const whole = scale(price * BigInt(left), 1n, BigInt(period.until - period.from) * unit) * unit
    return shareOf(whole, Math.max(0, day - begins.first), left)
  }
  if (proration?.equal_months && period_months > 1 && day < period.until) {
    let [month, done] = [period.from, 0]
    for (let next = nextBillingDay(month, billing_day); next <= day; done++) {
      month = next
      next = nextBillingDay(month, billing_day)
    }
    const { length } = monthOf(month, billing_day)
    return shareOf(price, done * length + day - month, period_months * length)
  }
  return shareOf(price, day - period.from, period.until - period.from)
}

/** Whether a service that began within a month is billed only from the next billing day on. */
export const waitsUntil = (proration: Proration | null | undefined, billing_day: number): Day | null =>
  proration?.rule === 'deferred' ? wholeFrom(proration.first, billing_day) : null

/** Up to which day the first bill goes where it takes the whole next period along; null where it does not. */
export function takenAlong(rhythm: Rhythm, until: Day, billing_day: number): Day | null {
  const { proration, period_months } = rhythm
  if (proration?.rule !== 'plus_full') return null
  const whole = wholeFrom(proration.first, billing_day)
  if (whole === proration.first || until > whole) return null
  return period_months === 1 ? nextBillingDay(whole, billing_day) : periodAt(whole, billing_day, rhythm).until
}

/** What of a rule bears on the price of days that begin with `from`; null where they cost the same without it. */
export function bearing(
  proration: Proration | null | undefined,
  days: Rhythm & { from: Day; billing_day: number },
): Proration | null {
  if (!proration) return null
  const { from, billing_day, period_months, anchor } = days
  const rhythm = { period_months, anchor, proration }
  if (partBefore(rhythm, billing_day) !== null) return proration
  const period = periodAt(from, billing_day, rhythm)
  const begins = proration.first > period.from && proration.first < period.until
  if (begins && (proration.rule === 'full' || proration.rule === 'rounded')) return proration
  return proration.equal_months && period_months > 1
    ? { first: 0, rule: 'by_day', equal_months: true, unit: 1 }
    : null
}

export const sameProration = (a: Proration | null, b: Proration | null): boolean =>
  a && b
    ? a.first === b.first && a.rule === b.rule && a.equal_months === b.equal_months && a.unit === b.unit
    : a === b

/** The end of the part before the first whole period, where longer periods are counted only from there on. */
function partBefore({ period_months, anchor, proration }: Rhythm, billing_day: number): Day | null {
  if (proration?.rule !== 'plus_full' || period_months === 1 || anchor !== proration.first) return null
  const whole = wholeFrom(proration.first, billing_day)
  return whole === proration.first ? null : whole
}

const shareOf = (price: bigint, days: number, length: number): bigint =>
  days === 0 ? 0n : days === length ? price : scale(price, BigInt(days), BigInt(length))
