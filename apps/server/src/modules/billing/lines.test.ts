import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf } from '#kernel/calendar.ts'
import { amountOf, type Reduction } from '#modules/catalog/index.ts'
import type { BillableService, BillLine, PricedTerms } from './bill.ts'
import { lessInvoiceDiscounts } from './invoice-discounts.ts'
import { daysLines } from './lines.ts'
import { priceOfDays, taxOn } from './pricing.ts'
import { reconcile, type Charged } from './reconcile.ts'
import { amountFor } from './stretches.ts'

const tax_rate = 230_000n
const catalog = new Map([['t', { title: 'Fibre', setup_fee: 0n, tax_rate, revenue: null }]])
const service: BillableService = {
  id: 's',
  service_type: 'internet',
  description: null,
  login: null,
  active: [],
  charged: [],
  charged_once: false,
  setup_fee_charged: true,
}
const reduction = fc.oneof(
  fc
    .bigInt(1n, 1_000_000n)
    .map((percent): Reduction => ({ label: 'percent', kind: 'percent', percent, amount: null })),
  fc
    .bigInt(1n, 20_000n)
    .map((amount): Reduction => ({ label: 'fixed', kind: 'fixed', percent: null, amount })),
)
const terms = fc
  .record({
    price: fc.bigInt(0n, 30_000n),
    quantity: fc.integer({ min: 1, max: 3 }),
    reductions: fc.array(reduction, { maxLength: 4 }),
    period_months: fc.constantFrom(1, 12),
  })
  .map(({ price, quantity, reductions, period_months }): PricedTerms => ({
    tariff_id: 't',
    price,
    quantity,
    period_months,
    anchor: period_months === 1 ? null : dayOf('2027-01-01'),
    parts: amountOf(price, quantity, reductions).parts,
  }))
const days = fc
  .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 400 }))
  .map(([from, length]) => ({ from: dayOf('2027-01-01') + from, until: dayOf('2027-01-01') + from + length }))
const billing_day = fc.integer({ min: 1, max: 31 })
const sumOf = (lines: readonly BillLine[], of: (line: BillLine) => bigint) =>
  lines.reduce((sum, line) => sum + of(line), 0n)

test('the lines of a service come to the exact price of what is left after discounts, and so does its tax', () => {
  fc.assert(
    fc.property(terms, days, billing_day, (of, stretch, day) => {
      const lines = daysLines(service, of, stretch, day, catalog)
      const net = priceOfDays(amountFor(of), stretch, day, of)
      expect(sumOf(lines, (line) => line.net)).toBe(net)
      expect(sumOf(lines, (line) => line.tax)).toBe(taxOn(net, tax_rate))
      expect(lines[0]!.charge).toEqual({ parts: of.parts, net, tax: taxOn(net, tax_rate) })
      expect(lines[0]!.net).toBe(priceOfDays(of.price * BigInt(of.quantity), stretch, day, of))
      expect(net >= 0n).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

test('discounts on the whole invoice are what all charges have less, each charge still at least nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(terms, days), { minLength: 1, maxLength: 4 }),
      billing_day,
      fc.array(reduction, { minLength: 1, maxLength: 3 }),
      (services, day, reductions) => {
        const before = services.flatMap(([of, stretch]) => daysLines(service, of, stretch, day, catalog))
        const discounts = reductions.map((one, n) => ({
          ...one,
          id: String(n),
          site_id: null,
          left: null,
          from: 0,
          until: Infinity,
        }))
        const lines = lessInvoiceDiscounts(before, discounts, dayOf('2027-01-01'))
        const net = amountOf(
          sumOf(before, (line) => line.net),
          1,
          reductions,
        ).amount
        expect(sumOf(lines, (line) => line.net)).toBe(net)
        expect(sumOf(lines, (line) => line.charge?.net ?? 0n)).toBe(net)
        expect(sumOf(lines, (line) => line.charge?.tax ?? 0n)).toBe(sumOf(lines, (line) => line.tax))
        for (const { charge } of lines) expect(!charge || (charge.net >= 0n && charge.tax >= 0n)).toBe(true)
      },
    ),
    { numRuns: 5000 },
  )
})

test('a charge that is taken apart in any order gives back what it cost, never more', () => {
  fc.assert(
    fc.property(
      terms,
      fc.integer({ min: 2, max: 400 }),
      billing_day,
      reduction,
      fc.array(fc.integer({ min: 0, max: 399 }), { minLength: 1, maxLength: 5 }),
      (of, length, day, off, cuts) => {
        const from = dayOf('2027-02-03')
        const lines = lessInvoiceDiscounts(
          daysLines(service, of, { from, until: from + length }, day, catalog),
          [{ ...off, id: 'd', site_id: null, left: null, from: 0, until: Infinity }],
          from,
        )
        const { charge } = lines[0]!
        let kept: Charged[] = [
          { ...of, ...charge!, from, until: from + length, invoice_id: 'i', billing_day: day, tax_rate },
        ]
        let [net, tax] = [0n, 0n]
        // Ever fewer days stay: from each cut on it was never active.
        for (const cut of cuts.map((one) => from + (one % length))) {
          const active = [{ ...of, from, until: cut }].filter((one) => one.from < one.until)
          const judged = { from: cut, until: Infinity, withdrawn: [] }
          const { corrections } = reconcile(kept, active, judged)
          for (const { charged, credits, kept: stays } of corrections) {
            kept = [...kept.filter((one) => one !== charged), ...stays]
            for (const credit of credits) {
              expect(credit.net >= 0n && credit.tax >= 0n).toBe(true)
              net += credit.net
              tax += credit.tax
            }
          }
        }
        expect(net + kept.reduce((sum, one) => sum + one.net, 0n)).toBe(charge!.net)
        expect(tax + kept.reduce((sum, one) => sum + one.tax, 0n)).toBe(charge!.tax)
      },
    ),
    { numRuns: 3000 },
  )
})
