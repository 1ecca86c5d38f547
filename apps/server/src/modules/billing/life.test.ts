import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateOf, dayOf, type Day } from '#kernel/calendar.ts'
import type { Entry, Period } from '#modules/services/index.ts'
import { firstPeriods } from './proration.ts'
import { begin, bill, enter, pass, periodsOf, prorationOf, type Life } from './testing/life.ts'

/** Whatever is entered about a service, in whatever order and for whatever days, and whenever it is billed meanwhile. */
const first = dayOf('2027-01-20')
const terms = fc.record(
  {
    tariff_id: fc.constantFrom('a', 'b'),
    price: fc.constantFrom(0n, 1n, 1_999n, 3_000n, 7_777n),
    quantity: fc.integer({ min: 1, max: 3 }),
    period_months: fc.constantFrom(1, 1, 3, 12),
  },
  { requiredKeys: [] },
)
const at = fc.integer({ min: -25, max: 45 })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('terms' as const), at, terms }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('stop' as const, 'stop', 'resume', 'resume', 'disable', 'enable', 'terminate'),
      at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('pause' as const), at, days: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('take back' as const), which: fc.nat({ max: 20 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 25 }) }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('bill' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
const rule = fc.record({
  rule: fc.constantFrom(...firstPeriods),
  equal_months: fc.boolean(),
  unit: fc.constantFrom(1, 100),
})
const story = fc.record({
  rule: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: rule }),
  min_invoice: fc.constantFrom(0n, 0n, 0n, 500n, 4_000n),
  billing_day: fc.oneof(fc.constantFrom(1, 31), fc.integer({ min: 1, max: 31 })),
  begins: fc.oneof(fc.constant(0), fc.integer({ min: -20, max: 40 })),
  steps: fc.array(step, { maxLength: 24, size: 'max' }),
})

test('in the end exactly the final timeline is billed, and on the way no day twice and none in advance of its plan', () => {
  let corrected = 0
  fc.assert(
    fc.property(story, ({ billing_day, begins, steps, ...rules }) => {
      const life = begin(first, billing_day, rules)
      enter(life, [{ kind: 'activate', date: dateOf(first + begins) }])
      for (const one of steps) {
        take(life, one)
        mustBeSound(life)
      }
      settle(life)
      if (life.documents.some(({ kind }) => kind === 'credit_note')) corrected++
      const active = daysOf(life)
      const charged = new Set(chargedDays(life))
      expect([...charged].filter((day) => !active.has(day))).toEqual([])
      // Longer periods are charged as a whole; of what is due, only what costs nothing may be left.
      const due = [...active].filter((day) => charged.has(day) || day < billedUntil(life))
      expect(netOf(life)).toBe(costOf(life, due))
    }),
    { numRuns: 12_000, seed: 20_271_020 },
  )
  expect(corrected).toBeGreaterThan(2000)
}, 240_000)

function take(life: Life, one: Step): void {
  const documents = life.documents.length
  switch (one.what) {
    case 'pass':
      return pass(life, one.days)
    case 'bill':
      return bill(life)
    case 'take back': {
      const possible = life.changes.filter(({ kind }) => kind !== 'create')
      const named = possible[one.which % Math.max(1, possible.length)]
      if (!named) return
      const takeBack = life.changes.filter(
        (change) =>
          change === named ||
          (named.group_id !== null && change.group_id === named.group_id && change.date >= named.date),
      )
      enter(life, [], takeBack)
      // A plan under which nothing was billed leaves nothing behind; what an earlier one left is corrected with it.
      const plans = life.changes.map(({ date }) => dayOf(date)).filter((day) => day > life.today)
      const unbilled = takeBack.every(
        (change) => dayOf(change.date) > life.today && life.before.get(change) === documents,
      )
      // Who takes back that it works again has it stopped instead, which may touch what was billed under other plans.
      const whole = named.kind === 'terms' || named.kind === 'stop'
      const firstTime = life.changes.length + takeBack.length === life.entered
      if (unbilled && whole && firstTime && new Set(plans).size === plans.length)
        expect(life.documents.length).toBe(documents)
      return
    }
    case 'terms':
    case 'pause':
    default: {
      const date = life.today + one.at
      if (date < first) return
      const add: Entry[] =
        one.what === 'pause'
          ? [
              { kind: 'stop', date: dateOf(date) },
              { kind: 'resume', date: dateOf(date + one.days) },
            ]
          : one.what === 'terms'
            ? [{ kind: 'terms', date: dateOf(date), ...one.terms }]
            : [{ kind: one.what, date: dateOf(date) }]
      enter(life, add)
      // A plan moves no money before its day.
      if (date > life.today) expect(life.documents.length).toBe(documents)
    }
  }
}

/** At any time: no day is charged twice, and nothing is given back that was not charged. */
function mustBeSound(life: Life): void {
  const days = chargedDays(life)
  expect(new Set(days).size).toBe(days.length)
  const left = new Map<string, { net: bigint; tax: bigint }>()
  for (const { kind, id, net, tax } of life.documents) {
    expect(net >= 0n && tax >= 0n).toBe(true)
    const sign = kind === 'invoice' ? 1n : -1n
    const sum = left.get(id) ?? { net: 0n, tax: 0n }
    left.set(id, { net: sum.net + sign * net, tax: sum.tax + sign * tax })
  }
  for (const { net, tax } of left.values()) expect(net >= 0n && tax >= 0n).toBe(true)
  // With nothing planned, what is charged is what it costs, in advance as well.
  if (life.changes.some(({ date }) => dayOf(date) > life.today)) return
  expect(netOf(life)).toBe(costOf(life, days))
}

/** Until every plan has come true, with a run on each day on which one is due. */
function settle(life: Life): void {
  const last = Math.max(life.today, ...life.changes.map(({ date }) => dayOf(date)))
  // What was carried forward is billed in the end.
  life.min_invoice = 0n
  bill(life)
  while (life.today <= last) {
    pass(life, 1)
    bill(life)
  }
  pass(life, 40)
  bill(life)
  expect(life.next_billing === null || life.next_billing > life.today).toBe(true)
}

const netOf = (life: Life): bigint =>
  life.documents.reduce((sum, { kind, net }) => sum + (kind === 'invoice' ? net : -net), 0n)

/** Days that are paid for; a bill that costs nothing is not written. */
const chargedDays = (life: Life): Day[] =>
  life.charges
    .flatMap(({ from, until, price }) =>
      price === 0n ? [] : Array.from({ length: until - from }, (_, n) => from + n),
    )
    .sort((a, b) => a - b)

const daysOf = (life: Life): Set<Day> =>
  new Set(
    periodsOf(life).flatMap(({ status, price, from, until }) => {
      if (status !== 'active' || price === 0n) return []
      const first = dayOf(from)
      const end = until === null ? first + 1500 : dayOf(until)
      return Array.from({ length: end - first }, (_, n) => first + n)
    }),
  )

function costOf(life: Life, days: readonly Day[]): bigint {
  const periods = periodsOf(life)
  const sold = prorationOf(life)
  return days.reduce((sum, day) => sum + costIn(periods, day, life.billing_day, sold), 0n)
}

/** By the definition: what is due of the period's price up to the end of the day, less what was due before it. */
function costIn(
  periods: readonly Period[],
  day: Day,
  billing_day: number,
  sold: ReturnType<typeof prorationOf>,
): bigint {
  const period = periods.findLast(({ from }) => dayOf(from) <= day)
  if (!period || period.status !== 'active') return 0n
  const price = period.price * BigInt(period.quantity)
  const months = period.period_months
  const anchor = period.anchor === null ? null : dayOf(period.anchor)
  const share = (of: bigint, done: number, length: number) => {
    const dueBy = (days: number) => (2n * of * BigInt(days) + BigInt(length)) / (2n * BigInt(length))
    return dueBy(done + 1) - dueBy(done)
  }
  const month = span(day, billing_day, 1, null)
  if (
    sold?.rule === 'plus_full' &&
    months > 1 &&
    anchor === sold.first &&
    !isBillingDay(anchor, billing_day)
  ) {
    // A part of a month first, then whole periods from the next billing day on.
    const whole = span(anchor, billing_day, 1, null).next
    if (day < whole) return share(price, day - month.begun, months * (month.next - month.begun))
    return shareIn(span(day, billing_day, months, whole))
  }
  const of = span(day, billing_day, months, anchor)
  const begins = sold && sold.first > of.begun && sold.first < of.next ? sold : null
  if (begins?.rule === 'full') return share(price, day - begins.first, of.next - begins.first)
  if (begins?.rule === 'rounded') {
    const [left, length] = [of.next - begins.first, of.next - of.begun]
    const units = BigInt(length) * BigInt(begins.unit)
    const rounded = ((2n * price * BigInt(left) + units) / (2n * units)) * BigInt(begins.unit)
    return share(rounded, day - begins.first, left)
  }
  return shareIn(of)

  function shareIn({ begun, next }: { begun: Day; next: Day }): bigint {
    if (!sold?.equal_months || months === 1) return share(price, day - begun, next - begun)
    let done = 0
    for (let at = begun; at < month.begun; at = span(at, billing_day, 1, null).next) done++
    const length = month.next - month.begun
    // Up to the end of a month, what its months are worth; within it, its days.
    const upTo = (whole: number, days: number) => {
      const [over, of_it] = [BigInt(whole * length + days), BigInt(months * length)]
      return (2n * price * over + of_it) / (2n * of_it)
    }
    return upTo(done, day + 1 - month.begun) - upTo(done, day - month.begun)
  }
}

/** Billing months are counted one by one from the one that the anchor lies in. */
function span(day: Day, billing_day: number, months: number, anchor: Day | null) {
  const back = (from: Day) => {
    while (!isBillingDay(from, billing_day)) from--
    return from
  }
  const on = (from: Day, times: number) => {
    for (; times > 0; times--) {
      from++
      while (!isBillingDay(from, billing_day)) from++
    }
    return from
  }
  let begun = back(anchor ?? day)
  let next = on(begun, months)
  while (next <= day) [begun, next] = [next, on(next, months)]
  return { begun, next }
}

const calendar = new Map<Day, { day: number; length: number }>()
function isBillingDay(day: Day, billing_day: number): boolean {
  let of = calendar.get(day)
  if (!of) {
    const date = Temporal.PlainDate.from(dateOf(day))
    calendar.set(day, (of = { day: date.day, length: date.daysInMonth }))
  }
  return of.day === Math.min(billing_day, of.length)
}

/** Who has no further billing day has been billed for good. */
const billedUntil = ({ next_billing }: Life): Day => next_billing ?? Infinity
