import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf, nextBillingDay } from '#kernel/calendar.ts'
import { priceOfDays } from './pricing.ts'
import { firstPeriods, periodAt, wholeFrom, type Proration, type Rhythm } from './proration.ts'

const day = fc.integer({ min: dayOf('2024-01-01'), max: dayOf('2032-12-31') })
const billing_day = fc.integer({ min: 1, max: 31 })
const price = fc.bigInt({ min: 0n, max: 1_000_000_00n })
const sold = fc.record({
  first: day,
  rule: fc.constantFrom(...firstPeriods),
  equal_months: fc.boolean(),
  unit: fc.constantFrom(1, 100, 1000),
  period_months: fc.constantFrom(1, 3, 6, 12, 24),
})
const rhythmOf = ({ period_months, ...proration }: Proration & { period_months: number }): Rhythm => ({
  period_months,
  anchor: period_months === 1 ? null : proration.first,
  proration,
})

test('however the days of a service are cut, the parts add up and none is below zero, under every rule', () => {
  fc.assert(
    fc.property(
      price,
      billing_day,
      sold,
      fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 12 }),
      (whole, of_day, service, lengths) => {
        const rhythm = rhythmOf(service)
        const cuts = lengths.reduce((ends, length) => [...ends, ends.at(-1)! + length], [service.first])
        const parts = lengths.map((_, n) =>
          priceOfDays(whole, { from: cuts[n]!, until: cuts[n + 1]! }, of_day, rhythm),
        )
        expect(parts.every((part) => part >= 0n)).toBe(true)
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(
          priceOfDays(whole, { from: service.first, until: cuts.at(-1)! }, of_day, rhythm),
        )
      },
    ),
    { numRuns: 10_000, seed: 20_271_124 },
  )
})

test('after the first period every period costs its price, and periods leave no gap', () => {
  fc.assert(
    fc.property(price, billing_day, sold, (whole, of_day, service) => {
      const rhythm = rhythmOf(service)
      const begun = periodAt(service.first, of_day, rhythm)
      expect(begun.from <= service.first && service.first < begun.until).toBe(true)
      const next = periodAt(begun.until, of_day, rhythm)
      expect(next.from).toBe(begun.until)
      expect(priceOfDays(whole, next, of_day, rhythm)).toBe(whole)
      const first = { from: service.first, until: begun.until }
      const cost = priceOfDays(whole, first, of_day, rhythm)
      if (service.rule === 'full') expect(cost).toBe(whole)
      if (service.rule === 'rounded' && first.from > begun.from) expect(cost % BigInt(service.unit)).toBe(0n)
      if (service.rule === 'plus_full' && wholeFrom(service.first, of_day) !== service.first)
        expect(begun.until).toBe(nextBillingDay(service.first, of_day))
      if (service.rule !== 'rounded') expect(cost <= whole).toBe(true)
    }),
    { numRuns: 10_000, seed: 20_271_124 },
  )
})

const of = (rule: Proration['rule'], equal_months = false): Rhythm => ({
  period_months: 3,
  anchor: dayOf('2027-02-15'),
  proration: { first: dayOf('2027-02-15'), rule, equal_months, unit: 100 },
})
test('a quarter of 150 that begins on 15 February: 125 as part of its term, 25 and then the whole term', () => {
  const from = dayOf('2027-02-15')
  expect(priceOfDays(15_000n, { from, until: dayOf('2027-05-01') }, 1, of('by_day', true))).toBe(12_500n)
  const plus = of('plus_full')
  expect(priceOfDays(15_000n, { from, until: dayOf('2027-03-01') }, 1, plus)).toBe(2_500n)
  expect(periodAt(dayOf('2027-03-01'), 1, plus)).toEqual({
    from: dayOf('2027-03-01'),
    until: dayOf('2027-06-01'),
  })
  expect(priceOfDays(15_000n, { from, until: dayOf('2027-06-01') }, 1, plus)).toBe(17_500n)
  // By its days: 75 of 89.
  expect(priceOfDays(15_000n, { from, until: dayOf('2027-05-01') }, 1, of('by_day'))).toBe(12_640n)
  // Rounded to whole units.
  expect(priceOfDays(15_000n, { from, until: dayOf('2027-05-01') }, 1, of('rounded'))).toBe(12_600n)
  expect(priceOfDays(15_000n, { from, until: dayOf('2027-05-01') }, 1, of('full'))).toBe(15_000n)
})
