import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amountOf, forMonths, sharedOut, type Reduction } from './amount.ts'

const percent = (label: string, value: bigint): Reduction => ({
  label,
  kind: 'percent',
  percent: value,
  amount: null,
})
const fixed = (label: string, value: bigint): Reduction => ({
  label,
  kind: 'fixed',
  percent: null,
  amount: value,
})
const reduction = fc.oneof(
  fc.bigInt(1n, 1_000_000n).map((value) => percent('percent', value)),
  fc.bigInt(1n, 10_000_000n).map((value) => fixed('fixed', value)),
)
const price = fc.bigInt(0n, 10_000_000n)
const quantity = fc.integer({ min: 1, max: 10_000 })

test('10 % and then 5.00 off two at 30.00 is 49.00, the other way round 49.50', () => {
  const [ten, five] = [percent('Ten', 100_000n), fixed('Five', 500n)]
  expect(amountOf(3000n, 2, [ten, five])).toEqual({
    amount: 4900n,
    parts: [
      { label: 'Ten', amount: -600n },
      { label: 'Five', amount: -500n },
    ],
  })
  expect(amountOf(3000n, 2, [five, ten]).amount).toBe(4950n)
})

test('half a cent is taken off, and more than there is cannot be', () => {
  expect(amountOf(1n, 1, [percent('Half', 500_000n)]).amount).toBe(0n)
  expect(amountOf(1000n, 1, [fixed('All', 5000n), percent('More', 100_000n)])).toEqual({
    amount: 0n,
    parts: [{ label: 'All', amount: -1000n }],
  })
})

test('whatever is taken off: the parts explain the amount, which is never below 0 nor above the list price', () => {
  fc.assert(
    fc.property(price, quantity, fc.array(reduction, { maxLength: 6 }), (list, count, reductions) => {
      const whole = list * BigInt(count)
      const { amount, parts } = amountOf(list, count, reductions)
      expect(amount).toBeGreaterThanOrEqual(0n)
      expect(parts.every((part) => part.amount < 0n)).toBe(true)
      expect(whole + parts.reduce((sum, part) => sum + part.amount, 0n)).toBe(amount)
    }),
    { numRuns: 5000 },
  )
})

test('one more reduction never makes it dearer, and percents alone take as much in any order to a cent each', () => {
  fc.assert(
    fc.property(
      price,
      quantity,
      fc.array(reduction, { maxLength: 5 }),
      reduction,
      (list, count, some, one) => {
        expect(amountOf(list, count, [...some, one]).amount).toBeLessThanOrEqual(
          amountOf(list, count, some).amount,
        )
        const percents = some.filter(({ kind }) => kind === 'percent')
        const there = amountOf(list, count, percents).amount
        const back = amountOf(list, count, percents.toReversed()).amount
        const apart = there > back ? there - back : back - there
        expect(apart).toBeLessThanOrEqual(BigInt(percents.length))
      },
    ),
    { numRuns: 5000 },
  )
})

test('a fixed reduction counts for each month, a percent once', () => {
  expect(forMonths([fixed('Five', 500n), percent('Ten', 100_000n)], 12)).toEqual([
    fixed('Five', 6000n),
    percent('Ten', 100_000n),
  ])
})

test('what is shared out adds up, each share within its line', () => {
  fc.assert(
    fc.property(
      fc.array(price, { minLength: 1, maxLength: 20 }),
      fc.bigInt(0n, 1_000_000n),
      (lines, rate) => {
        const total = lines.reduce((sum, line) => sum + line, 0n)
        const { amount } = amountOf(total, 1, [percent('Off', rate)])
        const shares = sharedOut(total - amount, lines)
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total - amount)
        shares.forEach((share, n) => {
          expect(share).toBeGreaterThanOrEqual(0n)
          expect(share).toBeLessThanOrEqual(lines[n]! + 1n)
        })
      },
    ),
    { numRuns: 5000 },
  )
})
