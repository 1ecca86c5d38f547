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
export function monthOf(day: Day, billing_day: number): { first: Day; length: number } {
  const date = new Date(day * day_ms)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const here = billingDayIn(monthAt(year, month), billing_day)
  const first = here <= day ? here : billingDayIn(monthAt(year, month - 1), billing_day)
  const next = here <= day ? billingDayIn(monthAt(year, month + 1), billing_day) : here
  return { first, length: next - first }
}

/** The first day after `day` that is a billing day; a month that is too short is billed on its last day. */
export function nextBillingDay(day: Day, billing_day: number): Day {
  const date = new Date(day * day_ms)
  const thisMonth = billingDayIn(monthAt(date.getUTCFullYear(), date.getUTCMonth()), billing_day)
  return thisMonth > day
    ? thisMonth
    : billingDayIn(monthAt(date.getUTCFullYear(), date.getUTCMonth() + 1), billing_day)
}

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

const billingDayIn = (month: { first: Day; length: number }, billing_day: number): Day =>
  month.first + Math.min(billing_day, month.length) - 1

const monthAt = (year: number, month: number) => {
  const first = Date.UTC(year, month, 1) / day_ms
  return { first, length: Date.UTC(year, month + 1, 1) / day_ms - first }
}
