import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amountOf, forMonths } from './amount.ts'
import { reducedDays, type DatedReduction } from './reduced.ts'

const day = fc.integer({ min: 0, max: 400 })
const dated = fc
  .tuple(day, fc.oneof(day, fc.constant(Infinity)), fc.bigInt(1n, 1_000_000n), fc.boolean())
  .map(([a, b, value, percent]): DatedReduction => ({
    label: 'off',
    kind: percent ? 'percent' : 'fixed',
    percent: percent ? value : null,
    amount: percent ? null : value,
    from: Math.min(a, b),
    until: Math.max(a, b),
  }))

test('three months at half price in the middle of a year are a piece of their own', () => {
  const half = {
    label: 'Half',
    kind: 'percent' as const,
    percent: 500_000n,
    amount: null,
    from: 90,
    until: 181,
  }
  const year = { from: 0, until: 365, price: 3000n, quantity: 1, period_months: 1 }
  expect(reducedDays(year, [half])).toEqual([
    { from: 0, until: 90, amount: 3000n, parts: [] },
    { from: 90, until: 181, amount: 1500n, parts: [{ label: 'Half', amount: -1500n }] },
    { from: 181, until: 365, amount: 3000n, parts: [] },
  ])
})

test('each day costs what the reductions of that day say, and no day is in two pieces or in none', () => {
  fc.assert(
    fc.property(
      fc.array(dated, { maxLength: 5 }),
      day,
      fc.integer({ min: 1, max: 100 }),
      fc.bigInt(0n, 100_000n),
      fc.constantFrom(1, 3, 12),
      (reductions, from, length, price, period_months) => {
        const days = { from, until: from + length, price, quantity: 2, period_months }
        const pieces = reducedDays(days, reductions)
        expect(pieces[0]!.from).toBe(from)
        expect(pieces.at(-1)!.until).toBe(days.until)
        pieces.slice(1).forEach((piece, n) => expect(piece.from).toBe(pieces[n]!.until))
        for (let one = from; one < days.until; one++) {
          const piece = pieces.find((candidate) => candidate.from <= one && one < candidate.until)!
          const on = reductions.filter((reduction) => reduction.from <= one && one < reduction.until)
          expect(piece.amount).toBe(amountOf(price, 2, forMonths(on, period_months)).amount)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
