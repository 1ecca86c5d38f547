import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scale } from '#kernel/money.ts'
import { dayOf, dateOf, monthOf, nextBillingDay, without, overlap } from '#kernel/calendar.ts'
import { monthly as everyMonth, periodAt, priceOfDays, taxOn } from './pricing.ts'
import { reconcile, type Charged } from './reconcile.ts'
import { amountFor } from './stretches.ts'

const price = fc.bigInt({ min: 0n, max: 1_000_000_00n })
const billing_day = fc.integer({ min: 1, max: 31 })
const day = fc.integer({ min: dayOf('2024-01-01'), max: dayOf('2032-12-31') })
const rhythm = fc.oneof(
  fc.constant(everyMonth),
  fc.record({ period_months: fc.constantFrom(3, 6, 12, 24), anchor: day }),
)

test('a whole billing month costs its price, whichever day it begins on', () => {
  fc.assert(
    fc.property(price, billing_day, day, (monthly, anchor, from) => {
      const { first, length } = monthOf(from, anchor)
      expect(first).toBeLessThanOrEqual(from)
      expect(from).toBeLessThan(first + length)
      expect(nextBillingDay(from, anchor)).toBe(first + length)
      expect(priceOfDays(monthly, { from: first, until: first + length }, anchor)).toBe(monthly)
    }),
  )
})

test('however days are cut, the parts add up, in periods of any length', () => {
  fc.assert(
    fc.property(
      price,
      billing_day,
      day,
      rhythm,
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 }),
      (whole, anchor, from, of, lengths) => {
        const cuts = lengths.reduce((ends, length) => [...ends, ends.at(-1)! + length], [from])
        const parts = lengths.map((_, n) =>
          priceOfDays(whole, { from: cuts[n]!, until: cuts[n + 1]! }, anchor, of),
        )
        expect(parts.every((part) => part >= 0n)).toBe(true)
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(
          priceOfDays(whole, { from, until: cuts.at(-1)! }, anchor, of),
        )
      },
    ),
    { numRuns: 2000 },
  )
})

test('periods follow one another without a gap, each from a billing day to another, and cost their price', () => {
  fc.assert(
    fc.property(price, billing_day, day, rhythm, (whole, anchor, from, of) => {
      const period = periodAt(from, anchor, of)
      expect(period.from <= from && from < period.until).toBe(true)
      expect(priceOfDays(whole, period, anchor, of)).toBe(whole)
      const next = periodAt(period.until, anchor, of)
      expect(next.from).toBe(period.until)
      expect(periodAt(next.until - 1, anchor, of)).toEqual(next)
      let begins = period.from
      for (let months = 0; months < of.period_months; months++) begins = nextBillingDay(begins, anchor)
      expect(begins).toBe(period.until)
      if (of.anchor !== null)
        expect(periodAt(of.anchor, anchor, of).from).toBe(monthOf(of.anchor, anchor).first)
    }),
    { numRuns: 2000 },
  )
})

test('known prices', () => {
  const days = (from: string, until: string) => ({ from: dayOf(from), until: dayOf(until) })
  expect(priceOfDays(20_000n, days('2027-10-20', '2027-11-01'), 1)).toBe(7742n)
  expect(priceOfDays(10_000n, days('2027-10-20', '2027-11-01'), 1)).toBe(3871n)
  expect(priceOfDays(20_000n, days('2027-10-01', '2027-10-20'), 1)).toBe(12_258n)
  expect(priceOfDays(20_000n, days('2027-04-16', '2027-05-01'), 1)).toBe(10_000n)
  expect(priceOfDays(3_000n, days('2027-01-15', '2027-02-15'), 15)).toBe(3_000n)
  expect(priceOfDays(3_000n, days('2028-02-01', '2028-03-01'), 1)).toBe(3_000n)
  const year = { period_months: 12, anchor: dayOf('2027-01-31') }
  expect(priceOfDays(30_000n, days('2027-01-31', '2028-01-31'), 31, year)).toBe(30_000n)
  // From the end of February to that of August of a leap year: 2028-02-29 to 2028-08-31 are 184 days.
  const half = { period_months: 6, anchor: dayOf('2028-02-29') }
  expect(priceOfDays(18_400n, days('2028-03-31', '2028-08-31'), 31, half)).toBe(15_300n)
  expect(taxOn(3_000n, 230_000n)).toBe(690n)
  expect(taxOn(5n, 100_000n)).toBe(1n)
})

test('billing days are clamped to the month', () => {
  expect(dateOf(nextBillingDay(dayOf('2027-01-31'), 31))).toBe('2027-02-28')
  expect(dateOf(nextBillingDay(dayOf('2027-02-28'), 31))).toBe('2027-03-31')
  expect(dateOf(nextBillingDay(dayOf('2028-02-28'), 30))).toBe('2028-02-29')
  expect(dateOf(nextBillingDay(dayOf('2027-12-15'), 15))).toBe('2028-01-15')
})

test('what is left and what is taken away are the whole', () => {
  const stretch = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 30 }))
    .map(([from, length]) => ({ from, until: from + length }))
  fc.assert(
    fc.property(stretch, fc.array(stretch, { maxLength: 6 }), (whole, others) => {
      const left = without(whole, others)
      for (let day = whole.from; day < whole.until; day++) {
        const taken = others.some((other) => overlap(other, { from: day, until: day + 1 }))
        expect(left.filter((days) => days.from <= day && day < days.until).length).toBe(taken ? 0 : 1)
      }
    }),
  )
})

const settledFrom = (from: number) => ({ from, until: Infinity, withdrawn: [] })

test('a correction gives back and keeps together what was charged', () => {
  const terms = fc.record({
    tariff_id: fc.constantFrom('a', 'b'),
    price: fc.constantFrom(1_999n, 3_000n, 7_777n),
    quantity: fc.integer({ min: 1, max: 3 }),
    period_months: fc.constant(1),
    anchor: fc.constant(null),
    parts: fc.constantFrom([], [{ label: 'Off', amount: -1_000n }]),
  })
  const yearly = terms.map((one) => ({ ...one, period_months: 12, anchor: dayOf('2027-10-05') }))
  fc.assert(
    fc.property(
      fc.oneof(terms, yearly),
      billing_day,
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 0, max: 50 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.oneof(terms, yearly), fc.boolean()), {
        maxLength: 5,
      }),
      (old, anchor, length, offset, later) => {
        const start = dayOf('2027-10-05')
        const net = priceOfDays(amountFor(old), { from: start, until: start + length }, anchor, old)
        const charged: Charged = {
          ...old,
          from: start,
          until: start + length,
          invoice_id: 'i',
          billing_day: anchor,
          net,
          tax_rate: 230_000n,
          tax: taxOn(net, 230_000n),
        }
        // A discount on the whole invoice took a part of it off.
        if (offset % 2 === 0) charged.net -= scale(net, 1n, 3n)
        const from = start + offset
        let at = from
        const active = [
          { ...old, from: start, until: from },
          ...later.flatMap(([days, stands, isActive]) => {
            const stretch = { ...stands, from: at, until: (at += days) }
            return isActive ? [stretch] : []
          }),
        ].filter((stretch) => stretch.from < stretch.until)
        const { corrections, again } = reconcile([charged], active, settledFrom(from))
        for (const { credits, kept } of corrections) {
          const parts = [...credits, ...kept]
          expect(parts.reduce((sum, part) => sum + part.net, 0n)).toBe(charged.net)
          expect(parts.reduce((sum, part) => sum + part.tax, 0n)).toBe(charged.tax)
          expect(parts.every((part) => part.net >= 0n && part.tax >= 0n)).toBe(true)
          // Charged anew is only what was given back.
          for (const stretch of again)
            expect(credits.some(({ days }) => days.from <= stretch.from && stretch.from < days.until)).toBe(
              true,
            )
        }
        // Done once, it is right.
        const after = [
          ...(corrections[0]?.kept ?? [charged]),
          ...again.map((stretch) => ({ ...charged, ...stretch })),
        ]
        expect(reconcile(after, active, settledFrom(from)).corrections).toEqual([])
      },
    ),
  )
})
