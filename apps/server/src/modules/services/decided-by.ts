import { periodOn, timelineOf, type DatedChange, type Terms } from './timeline.ts'
import type { ServiceStatus } from './services.ts'

/** How a service stands on a day, before its first day as well. */
export type Standing = Terms & { status: ServiceStatus }

const mostChanges = 500

/**
 * The change because of which a service stands on a day as it does, in the respect that `respect` prints: the last, in the order in
 * which they count, that made it another. What was sold decides where nothing changed it.
 */
export function decidedBy<Change extends DatedChange>(
  changes: readonly Change[],
  date: string,
  respect: (standing: Standing) => string,
): Change {
  const created = changes
    .filter(({ kind }) => kind === 'create')
    .sort((a, b) => b.seq - a.seq)
    .slice(0, 1)
  const counting = changes
    .filter((change) => change.kind !== 'create' && change.date <= date)
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.seq - b.seq))
    .slice(0, mostChanges)
  let decider = created[0]
  if (!decider) throw new Error('A service without the terms it was created with.')
  let before = respect(standingOn(created, date))
  for (const [n, change] of counting.entries()) {
    const now = respect(standingOn([...created, ...counting.slice(0, n + 1)], date))
    if (now !== before) decider = change
    before = now
  }
  return decider
}

/** How a service stands on a day by all of its changes. */
export function standingOn(changes: readonly DatedChange[], date: string): Standing {
  const { terms, periods } = timelineOf(changes)
  const period = periodOn(periods, date)
  return period ?? { ...terms, status: 'pending' }
}
