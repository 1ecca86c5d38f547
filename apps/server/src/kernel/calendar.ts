/** Days as whole numbers since 1970-01-01: what a run of a hundred thousand customers reckons in. Stretches end before `until`. */
export type Day = number
export type Days = { from: Day; until: Day }

const day_ms = 86_400_000

/** `'2027-03-15'` → its day. */
export const dayOf = (date: string): Day => Math.round(Date.parse(date) / day_ms)

/** Printed once: a run names the same few days a hundred thousand times. */
export function dateOf(day: Day): string {
  let date = dates.get(day)
  if (date === undefined) {
    date = new Date(day * day_ms).toISOString().slice(0, 10)
    if (dates.size >= 10_000) dates.clear()
    dates.set(day, date)
  }
  return date
}
const dates = new Map<Day, string>()

/** The billing month a day lies in, from one billing day to the next: its first day and its length. */
export const monthOf = (day: Day, billing_day: number): { first: Day; length: number } =>
  spanOf(day, { billing_day, months: 1, anchor: null })

/** Stretches of so many billing months, counted from the one in which `anchor` lies. */
export type Spans = { billing_day: number; months: number; anchor: Day | null }

/** The span a day lies in: its first day and its length. */
export function spanOf(day: Day, { billing_day, months, anchor }: Spans): { first: Day; length: number } {
  const month = billingMonth(day, billing_day)
  const since = anchor === null ? month : billingMonth(anchor, billing_day)
  const begun = month - ((((month - since) % months) + months) % months)
  const first = billingDayIn(begun, billing_day)
  return { first, length: billingDayIn(begun + months, billing_day) - first }
}

/** The first day after `day` that is a billing day; a month that is too short is billed on its last day. */
export const nextBillingDay = (day: Day, billing_day: number): Day =>
  billingDayIn(billingMonth(day, billing_day) + 1, billing_day)

/** What is left of `days` when `others` are taken away, in order. */
export function without(days: Days, others: readonly Days[]): Days[] {
  const left: Days[] = []
  let from = days.from
  for (const other of [...others].sort((a, b) => a.from - b.from)) {
    if (other.until <= from) continue
    if (other.from >= days.until) break
    if (other.from > from) left.push({ from, until: other.from })
    from = Math.max(from, other.until)
  }
  if (from < days.until) left.push({ from, until: days.until })
  return left
}

/** The days both have; undefined when there are none. */
export function overlap(a: Days, b: Days): Days | undefined {
  const from = Math.max(a.from, b.from)
  const until = Math.min(a.until, b.until)
  return from < until ? { from, until } : undefined
}

/** The month in which the billing month of a day begins, counted from the year 0. */
function billingMonth(day: Day, billing_day: number): number {
  const date = new Date(day * day_ms)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
  return billingDayIn(month, billing_day) <= day ? month : month - 1
}

const billingDayIn = (month: number, billing_day: number): Day => {
  const first = firstOf(month)
  return first + Math.min(billing_day, firstOf(month + 1) - first) - 1
}

const firstOf = (month: number): Day => Date.UTC(Math.floor(month / 12), month % 12, 1) / day_ms
