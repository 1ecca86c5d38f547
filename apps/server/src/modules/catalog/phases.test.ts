import fc from 'fast-check'
import { expect, test } from 'vitest'
import { phasesFrom, type Phase } from './phases.ts'

const trial: Phase = {
  name: 'Trial',
  length: 14,
  length_unit: 'days',
  kind: 'fixed',
  percent: null,
  price: 0n,
}
const half: Phase = {
  name: 'Half price',
  length: 3,
  length_unit: 'months',
  kind: 'percent',
  percent: 500_000n,
  price: null,
}

test('a fortnight free, three months at half price, then the regular price', () => {
  expect(phasesFrom([trial, half], '2027-03-01', 2999n)).toEqual([
    { name: 'Trial', from: '2027-03-01', until: '2027-03-15', price: 0n },
    { name: 'Half price', from: '2027-03-15', until: '2027-06-15', price: 1500n },
    { name: 'Regular', from: '2027-06-15', until: null, price: 2999n },
  ])
})

test('without phases the list price holds from the beginning; a yearly price has twelve months of a phase’s', () => {
  expect(phasesFrom([], '2027-03-01', 2999n)).toEqual([
    { name: 'Regular', from: '2027-03-01', until: null, price: 2999n },
  ])
  const promotion: Phase = { ...trial, name: 'Promotion', price: 1000n }
  expect(phasesFrom([promotion], '2027-03-01', 30_000n, 12)[0]!.price).toBe(12_000n)
})

test('months count from the beginning: the 31st of January, two months later, is the 31st of March', () => {
  const month = { ...half, length: 1 }
  expect(phasesFrom([month, month], '2027-01-31', 100n).map(({ from }) => from)).toEqual([
    '2027-01-31',
    '2027-02-28',
    '2027-03-31',
  ])
})

test('every day from the beginning has one price', () => {
  const phase = fc.record({
    name: fc.constant('phase'),
    length: fc.integer({ min: 1, max: 60 }),
    length_unit: fc.constantFrom('months' as const, 'days' as const),
    kind: fc.constant('fixed' as const),
    percent: fc.constant(null),
    price: fc.bigInt(0n, 10_000n),
  })
  const date = fc
    .integer({ min: 0, max: 20_000 })
    .map((days) => Temporal.PlainDate.from('2020-01-01').add({ days }).toString())
  fc.assert(
    fc.property(fc.array(phase, { maxLength: 6 }), date, (phases, from) => {
      const laid = phasesFrom(phases, from, 5000n)
      expect(laid).toHaveLength(phases.length + 1)
      expect(laid[0]!.from).toBe(from)
      laid.forEach((one, n) => {
        expect(one.until).toBe(laid[n + 1]?.from ?? null)
        if (one.until) expect(one.until > one.from).toBe(true)
      })
    }),
    { numRuns: 2000 },
  )
})
