import type { ListQuery } from '#kernel/filters.ts'
import { invalidField } from '#kernel/refused.ts'

/** Days from `from` to before `until`. */
export type Period = { from: string; until: string }
const steps = ['day', 'week', 'month', 'quarter', 'year'] as const
type Step = (typeof steps)[number]
export type Periods = { by: Step; list: Period[] }

const most = 120

/** `?from=2027-01-01&to=2027-12-31&by=month`: both days belong to it; the last twelve months when left out. */
export function periodsOf(query: ListQuery, now: Temporal.PlainDate): Periods {
  const unknown = Object.keys(query).find((key) => !['from', 'to', 'by'].includes(key))
  if (unknown) throw invalidField(unknown, 'unknown_filter', 'This report takes from, to and by.')
  const by = steps.find((step) => step === (query.by ?? 'month'))
  if (!by) throw invalidField('by', 'not_a_choice', `by must be one of ${steps.join(', ')}.`)
  const to = query.to === undefined ? now : dateOf('to', query.to)
  const from =
    query.from === undefined ? now.with({ day: 1 }).subtract({ months: 11 }) : dateOf('from', query.from)
  const end = Temporal.PlainDate.compare(to, now) > 0 ? now : to
  if (Temporal.PlainDate.compare(from, end) > 0)
    throw invalidField('from', 'out_of_range', 'from must not lie after to, nor after today.')
  const list: Period[] = []
  const until = end.add({ days: 1 })
  for (let at = from; Temporal.PlainDate.compare(at, until) < 0;) {
    const next = nextOf(by, at)
    const last = Temporal.PlainDate.compare(next, until) < 0 ? next : until
    list.push({ from: at.toString(), until: last.toString() })
    at = last
    if (list.length > most)
      throw invalidField('by', 'too_many_periods', `That is more than ${most} periods; choose longer ones.`)
  }
  return { by, list }
}

function dateOf(name: string, text: string): Temporal.PlainDate {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    try {
      return Temporal.PlainDate.from(text)
    } catch {
      // Falls through to the refusal.
    }
  }
  throw invalidField(name, 'not_a_date', `${name} must be a date in the form YYYY-MM-DD.`)
}

/** Where the calendar's next day, week (Monday), month, quarter or year begins. */
function nextOf(by: Step, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (by) {
    case 'day':
      return day.add({ days: 1 })
    case 'week':
      return day.add({ days: 8 - day.dayOfWeek })
    case 'month':
      return day.with({ day: 1 }).add({ months: 1 })
    case 'quarter':
      return day.with({ day: 1 }).add({ months: 3 - ((day.month - 1) % 3) })
    case 'year':
      return day.with({ month: 1, day: 1 }).add({ years: 1 })
  }
}
