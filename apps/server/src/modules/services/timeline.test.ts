import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateOf, dayOf } from '#kernel/calendar.ts'
import { completed } from './history.ts'
import { difference, periodOn, timelineOf, type DatedChange, type Period } from './timeline.ts'

const runs = { numRuns: 10_000, seed: 20_261_123 }
const start = dayOf('2027-01-01')
const dateAt = (day: number) => dateOf(start + day)

const created = completed(
  {
    kind: 'create',
    date: dateAt(0),
    tariff_id: 'a',
    price: 3000n,
    price_is_custom: false,
    quantity: 1,
    period_months: 1,
  },
  1,
)

const day = fc.integer({ min: 0, max: 60 })
const group_id = fc.constantFrom(null, 'g', 'h')
const status = fc.record({
  kind: fc.constantFrom('activate', 'stop', 'resume', 'disable', 'enable', 'terminate'),
  date: day.map(dateAt),
  group_id,
})
const terms = fc.record({
  kind: fc.constant('terms' as const),
  date: day.map(dateAt),
  tariff_id: fc.constantFrom(null, 'a', 'b', 'c'),
  price: fc.constantFrom(null, 1000n, 2000n),
  quantity: fc.constantFrom(null, 1, 2),
})
const changes = fc
  .array(fc.oneof({ weight: 3, arbitrary: status }, { weight: 2, arbitrary: terms }), { maxLength: 12 })
  .map((entries) => [created, ...entries.map((entry, n) => completed(entry, n + 2))])

/** The same said as a rule for a single day, by looking at every change anew. */
function standsOn(list: readonly DatedChange[], date: string): Partial<Period> | undefined {
  const later = (a: DatedChange, b: DatedChange) => a.date > b.date || (a.date === b.date && a.seq > b.seq)
  const end = list
    .filter(({ kind }) => kind === 'terminate')
    .reduce<DatedChange | undefined>((first, one) => (first && later(one, first) ? first : one), undefined)
  const until = list.filter((one) => one.date <= date && (!end || later(end, one)))
  const activations = until.filter(({ kind }) => kind === 'activate')
  const stopped = until.some(
    (stop) =>
      stop.kind === 'stop' &&
      activations.some((one) => later(stop, one)) &&
      !until.some(
        (one) =>
          later(one, stop) &&
          (one.kind === 'activate' ||
            (one.kind === 'resume' && (one.group_id === null || one.group_id === stop.group_id))),
      ),
  )
  const last = <T>(of: (one: DatedChange) => T | null | undefined): T | undefined =>
    until.reduce<{ one: DatedChange; value: T } | undefined>((found, one) => {
      const value = of(one)
      return value === null || value === undefined || (found && later(found.one, one))
        ? found
        : { one, value }
    }, undefined)?.value
  const disabled = last(({ kind }) => (kind === 'disable' ? true : kind === 'enable' ? false : null)) ?? false
  const ended = end !== undefined && end.date <= date
  if (!ended && activations.length === 0) return undefined
  const changed = <K extends keyof DatedChange>(field: K) =>
    last((one) => (one.kind === 'terms' ? one[field] : null)) ?? created[field]
  return {
    status: ended ? 'terminated' : disabled ? 'disabled' : stopped ? 'stopped' : 'active',
    tariff_id: String(changed('tariff_id')),
    price: BigInt(changed('price') ?? 0n),
    quantity: Number(changed('quantity')),
  }
}

test('each day stands as a look at every change says', () => {
  fc.assert(
    fc.property(changes, (list) => {
      const { periods } = timelineOf(list)
      for (let n = 0; n <= 62; n++) {
        const date = dateAt(n)
        const expected = standsOn(list, date)
        const found = periodOn(periods, date)
        if (!expected) expect(found).toBeUndefined()
        else expect(found).toMatchObject(expected)
      }
    }),
    runs,
  )
})

test('periods follow one another without gap or overlap, and neighbours differ', () => {
  fc.assert(
    fc.property(changes, (list) => {
      const { periods } = timelineOf(list)
      for (const [n, period] of periods.entries()) {
        const next = periods[n + 1]
        expect(period.until).toBe(next?.from ?? null)
        if (next) {
          expect(period.from < next.from).toBe(true)
          expect(difference([period], [{ ...next, from: period.from }])).not.toBeNull()
        }
      }
    }),
    runs,
  )
})

test('the order of entry does not matter where days differ', () => {
  const onDifferentDays = changes.map((list) =>
    list.filter(
      (one, n) =>
        one.kind === 'create' ||
        list.findIndex((other) => other.kind !== 'create' && other.date === one.date) === n,
    ),
  )
  fc.assert(
    fc.property(onDifferentDays, fc.infiniteStream(fc.nat()), (list, order) => {
      const [first, ...others] = list
      const shuffled = others
        .map((one) => ({ one, key: order.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }, n) => ({ ...one, seq: n + 2 }))
      expect(timelineOf([first!, ...shuffled])).toEqual(timelineOf(list))
    }),
    runs,
  )
})

test('the days two timelines differ on are all of them', () => {
  fc.assert(
    fc.property(changes, fc.nat(), (list, n) => {
      const one = timelineOf(list).periods
      const other = timelineOf(list.filter((_, i) => i === 0 || i !== n % list.length)).periods
      const differs = difference(one, other)
      for (let i = 0; i <= 62; i++) {
        const date = dateAt(i)
        const inside = differs !== null && differs.from <= date && (differs.until ?? '9999') > date
        const a = periodOn(one, date)
        const b = periodOn(other, date)
        const same =
          a && b
            ? difference([{ ...a, from: date, until: null }], [{ ...b, from: date, until: null }]) === null
            : a === b
        if (!same) expect(inside).toBe(true)
      }
    }),
    runs,
  )
})

const entered = (...entries: Parameters<typeof completed>[0][]) =>
  timelineOf([created, ...entries.map((entry, n) => completed(entry, n + 2))]).periods
const said = (periods: readonly Period[]) =>
  periods.map(({ from, status: stands, tariff_id, price }) => `${from} ${stands} ${tariff_id} ${price}`)

test('an earlier change leaves later ones as they were planned', () => {
  expect(
    said(
      entered(
        { kind: 'activate', date: '2027-01-01' },
        { kind: 'terms', date: '2027-03-01', tariff_id: 'c', price: 5000n },
        { kind: 'terms', date: '2027-02-01', tariff_id: 'b', price: 4000n },
      ),
    ),
  ).toEqual(['2027-01-01 active a 3000', '2027-02-01 active b 4000', '2027-03-01 active c 5000'])
})

test('stops that overlap are one pause; a resumption by hand ends them all', () => {
  const stops = [
    { kind: 'activate', date: '2027-01-01' },
    { kind: 'stop', date: '2027-02-05', group_id: 'g' },
    { kind: 'resume', date: '2027-02-10', group_id: 'g' },
    { kind: 'stop', date: '2027-02-08', group_id: 'h' },
    { kind: 'resume', date: '2027-02-15', group_id: 'h' },
  ] as const
  expect(said(entered(...stops))).toEqual([
    '2027-01-01 active a 3000',
    '2027-02-05 stopped a 3000',
    '2027-02-15 active a 3000',
  ])
  expect(said(entered(...stops, { kind: 'resume', date: '2027-02-09' })).at(-1)).toBe(
    '2027-02-09 active a 3000',
  )
})

test('who comes back has the service as the customer wanted it', () => {
  expect(
    said(
      entered(
        { kind: 'activate', date: '2027-01-01' },
        { kind: 'stop', date: '2027-02-05', group_id: 'g' },
        { kind: 'disable', date: '2027-02-06' },
        { kind: 'enable', date: '2027-02-08' },
        { kind: 'resume', date: '2027-02-10', group_id: 'g' },
      ),
    ).map((text) => text.slice(0, 19).trim()),
  ).toEqual(
    [
      '2027-01-01 active a',
      '2027-02-05 stopped',
      '2027-02-06 disabled',
      '2027-02-08 stopped',
      '2027-02-10 active a',
    ].map((text) => text.slice(0, 19)),
  )
})

test('a price change of a tariff passes by who left it, pays by another period, or agreed a price', () => {
  const begun = { kind: 'activate', date: '2027-01-01' } as const
  const dearer = { kind: 'terms', date: '2027-03-01', for_tariff_id: 'a', price: 3500n } as const
  expect(said(entered(begun, dearer)).at(-1)).toBe('2027-03-01 active a 3500')
  expect(
    said(entered(begun, dearer, { kind: 'terms', date: '2027-02-01', tariff_id: 'b', price: 4000n })).at(-1),
  ).toBe('2027-02-01 active b 4000')
  const agreed = { kind: 'terms', date: '2027-02-01', price: 2000n, price_is_custom: true } as const
  expect(said(entered(begun, dearer, agreed)).at(-1)).toBe('2027-02-01 active a 2000')
  expect(said(entered(begun, { ...dearer, price_is_custom: false }, agreed)).at(-1)).toBe(
    '2027-03-01 active a 3500',
  )
  expect(said(entered(begun, { ...dearer, period_months: 12 })).at(-1)).toBe('2027-01-01 active a 3000')
})

test('periods of several months are counted from where they begin', () => {
  const periods = entered(
    { kind: 'activate', date: '2027-01-10' },
    { kind: 'terms', date: '2027-03-05', period_months: 12, price: 30_000n },
    { kind: 'terms', date: '2027-06-01', quantity: 2 },
    { kind: 'terms', date: '2027-09-01', period_months: 1, price: 3000n },
  )
  expect(periods.map(({ from, anchor }) => [from, anchor])).toEqual([
    ['2027-01-10', null],
    ['2027-03-05', '2027-03-05'],
    ['2027-06-01', '2027-03-05'],
    ['2027-09-01', null],
  ])
})

test('a period that is left and taken again on one day goes on being counted from where it began', () => {
  const periods = entered(
    { kind: 'activate', date: '2027-01-10' },
    { kind: 'terms', date: '2027-03-05', period_months: 3, price: 9000n },
    { kind: 'terms', date: '2027-04-20', period_months: 1, price: 3000n },
    { kind: 'terms', date: '2027-04-20', period_months: 3, price: 12_000n },
  )
  expect(periods.map(({ from, price, anchor }) => [from, price, anchor])).toEqual([
    ['2027-01-10', 3000n, null],
    ['2027-03-05', 9000n, '2027-03-05'],
    ['2027-04-20', 12_000n, '2027-03-05'],
  ])
})
