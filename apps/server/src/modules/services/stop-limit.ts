import { Refused } from '#kernel/refused.ts'
import { dayOf } from '#kernel/calendar.ts'
import type { Period } from './timeline.ts'

/** Days of a calendar year on which a service is stopped; a stop without an end lasts the year out. */
export function stoppedDays(periods: readonly Period[], year: number): number {
  const [first, next] = [dayOf(`${year}-01-01`), dayOf(`${year + 1}-01-01`)]
  return periods
    .filter(({ status }) => status === 'stopped')
    .map(({ from, until }) => Math.min(until ? dayOf(until) : next, next) - Math.max(dayOf(from), first))
    .reduce((sum, days) => sum + Math.max(0, days), 0)
}

/** Refuses a stop that takes more days of a year than the tariff allows, and says how many are left. */
export function mustBeWithinLimit(
  limit: number | null,
  before: readonly Period[],
  now: readonly Period[],
  stop: { date: string; until: string | null },
): void {
  if (limit === null) return
  const firstYear = Number(stop.date.slice(0, 4))
  const left = (year: number) => Math.max(0, limit - stoppedDays(before, year))
  if (!stop.until)
    throw new Refused(
      422,
      'until_required',
      `This tariff allows ${limit} stopped days a year, and ${left(firstYear)} are left in ${firstYear}. Say on which day it works again.`,
    )
  for (let year = firstYear; year <= Number(stop.until.slice(0, 4)); year++) {
    const days = stoppedDays(now, year)
    if (days > limit && days > stoppedDays(before, year))
      throw new Refused(
        422,
        'too_many_stopped_days',
        `This tariff allows ${limit} stopped days a year. In ${year}, ${left(year)} are left, and this stop takes ${days - stoppedDays(before, year)}.`,
      )
  }
}
