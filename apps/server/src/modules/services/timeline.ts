import type { ServiceStatus } from './services.ts'

/**
 * How a service stands, day by day, as a pure fold over its changes: the order in which they were entered does not matter, one that
 * is taken back leaves no trace, one that is entered for the past leaves the later ones as they are.
 */
export function timelineOf(changes: readonly DatedChange[]): Timeline {
  const terms = startingTerms(changes)
  let state: State = { started: false, ended: false, disabled: false, stops: new Set(), terms, anchor: null }
  const periods: Period[] = []
  for (const [date, ofDay] of byDay(changes)) {
    const before = state.terms.period_months
    for (const change of ofDay) if (!state.ended) state = after(state, change)
    const status = statusOf(state)
    if (status === 'pending') continue
    const { period_months } = state.terms
    // What a day changes there and back again has not changed.
    const counted = period_months === before ? state.anchor : null
    const anchor = period_months === 1 ? null : (counted ?? date)
    state = { ...state, anchor }
    const last = periods.at(-1)
    const period: Period = { from: date, until: null, status, ...state.terms, anchor }
    if (last && sameStanding(last, period)) continue
    if (last) periods[periods.length - 1] = { ...last, until: date }
    periods.push(period)
  }
  return { terms, periods }
}

/** What a customer pays for it. `price` is for one unit and period, in minor units. */
export type Terms = {
  tariff_id: string
  price: bigint
  /** Agreed with the customer, where it is not the tariff's own price. */
  price_is_custom: boolean
  quantity: number
  period_months: number
}

/** Days with one status and terms, up to and without `until`; null: for good. */
export type Period = Terms & {
  from: string
  until: string | null
  status: ServiceStatus
  /** Where periods longer than a month are counted from. */
  anchor: string | null
}

/** `terms` are those it was created with; before the first period it is pending. */
export type Timeline = { terms: Terms; periods: Period[] }

export const changeKinds = [
  'create',
  'activate',
  'stop',
  'resume',
  'disable',
  'enable',
  'terminate',
  'terms',
] as const
export type ChangeKind = (typeof changeKinds)[number]

/** A change from its day on. What is null in its terms stays as it was. */
export type DatedChange = { [K in keyof Terms]: Terms[K] | null } & {
  date: string
  /** Order of entry. */
  seq: number
  kind: ChangeKind
  group_id: string | null
  for_tariff_id: string | null
}

/** The period a day lies in; undefined before the first. */
export const periodOn = (periods: readonly Period[], date: string): Period | undefined =>
  periods.findLast((period) => period.from <= date)

/** The days on which two timelines differ, first and last of them as one stretch; null where they do not. */
export function difference(
  one: readonly Period[],
  other: readonly Period[],
): { from: string; until: string | null } | null {
  const days = [
    ...new Set([...one, ...other].flatMap(({ from, until }) => (until ? [from, until] : [from]))),
  ].sort()
  const differs = days.filter((day) => !samePeriod(periodOn(one, day), periodOn(other, day)))
  const [from, last] = [differs[0], differs.at(-1)]
  if (from === undefined || last === undefined) return null
  return { from, until: days[days.indexOf(last) + 1] ?? null }
}

type State = {
  started: boolean
  ended: boolean
  /** The customer is disabled; what the customer wants of the service shows again afterwards. */
  disabled: boolean
  /** Stops that are open, each by its group; the service works again when none is. */
  stops: ReadonlySet<string>
  terms: Terms
  anchor: string | null
}

function after(state: State, change: DatedChange): State {
  const { stops } = state
  switch (change.kind) {
    case 'activate':
      return { ...state, started: true, stops: new Set() }
    case 'stop':
      return state.started ? { ...state, stops: new Set([...stops, change.group_id ?? '']) } : state
    case 'resume': {
      const { group_id } = change
      // A resumption by itself ends every stop; one that was entered with its stop ends that one.
      return { ...state, stops: new Set(group_id ? [...stops].filter((stop) => stop !== group_id) : []) }
    }
    case 'disable':
      return { ...state, disabled: true }
    case 'enable':
      return { ...state, disabled: false }
    case 'terminate':
      return { ...state, ended: true }
    case 'terms':
      return withTerms(state, change)
    case 'create':
      return state
  }
}

function withTerms(state: State, change: DatedChange): State {
  const { terms } = state
  if (change.for_tariff_id !== null) {
    // Of a tariff's price for a period: it says nothing to whom has another by then, nor to whom agreed a price of its own.
    if (change.for_tariff_id !== terms.tariff_id) return state
    if (change.period_months !== null && change.period_months !== terms.period_months) return state
    if (terms.price_is_custom && change.price_is_custom === null) return state
  }
  const period_months = change.period_months ?? terms.period_months
  return {
    ...state,
    terms: {
      tariff_id: change.tariff_id ?? terms.tariff_id,
      price: change.price ?? terms.price,
      price_is_custom: change.price_is_custom ?? terms.price_is_custom,
      quantity: change.quantity ?? terms.quantity,
      period_months,
    },
  }
}

const statusOf = ({ started, ended, disabled, stops }: State): ServiceStatus =>
  ended ? 'terminated' : !started ? 'pending' : disabled ? 'disabled' : stops.size > 0 ? 'stopped' : 'active'

/** The last entered of them: terms that were agreed anew before the service began. */
function startingTerms(changes: readonly DatedChange[]): Terms {
  const created = changes
    .filter(({ kind }) => kind === 'create')
    .reduce<DatedChange | undefined>(
      (last, change) => (last && last.seq > change.seq ? last : change),
      undefined,
    )
  if (!created) throw new Error('A service without the terms it was created with.')
  const { tariff_id, price, price_is_custom, quantity, period_months } = created
  if (
    tariff_id === null ||
    price === null ||
    price_is_custom === null ||
    quantity === null ||
    period_months === null
  )
    throw new Error('A service was created with half its terms.')
  return { tariff_id, price, price_is_custom, quantity, period_months }
}

function byDay(changes: readonly DatedChange[]): Map<string, DatedChange[]> {
  const inOrder = [...changes].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.seq - b.seq))
  return Map.groupBy(inOrder, ({ date }) => date)
}

export const sameStanding = (a: Period, b: Period): boolean =>
  a.status === b.status &&
  a.tariff_id === b.tariff_id &&
  a.price === b.price &&
  a.price_is_custom === b.price_is_custom &&
  a.quantity === b.quantity &&
  a.period_months === b.period_months &&
  a.anchor === b.anchor

const samePeriod = (a: Period | undefined, b: Period | undefined): boolean =>
  a && b ? sameStanding(a, b) : a === b
