import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf, overlap, without, type Day } from '#kernel/calendar.ts'
import { drawUp, type ActiveStretch, type BillableCustomer, type BillableService } from './bill.ts'
import { periodAt, priceOfDays } from './pricing.ts'

const catalog = new Map(
  ['a', 'b'].map((id) => [id, { title: id, setup_fee: 0n, tax_rate: 0n, revenue: null }]),
)
const start = dayOf('2027-01-01')

/** Stretches with pauses between them, the last of which may have no end. */
const active = fc
  .tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.array(
      fc.record({
        days: fc.integer({ min: 1, max: 400 }),
        pause: fc.integer({ min: 0, max: 60 }),
        tariff_id: fc.constantFrom('a', 'b'),
        price: fc.bigInt(0n, 100_000n),
        quantity: fc.integer({ min: 1, max: 3 }),
        period_months: fc.constantFrom(1, 1, 3, 6, 12, 24),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    fc.boolean(),
  )
  .map(([offset, list, open]): ActiveStretch[] => {
    let at = start + offset
    return list.map(({ days, pause, period_months, ...terms }, n) => {
      const from = at
      const until = open && n === list.length - 1 ? Infinity : from + days
      at = from + days + pause
      return { ...terms, period_months, anchor: period_months === 1 ? null : from, from, until }
    })
  })

const customerOf = (services: ActiveStretch[][], billing_day: number): BillableCustomer => ({
  id: 'c',
  partner_id: 'p',
  number: '1',
  name: 'Ada',
  email: null,
  street: null,
  city: null,
  postal_code: null,
  country: null,
  tax_id: null,
  tax_exempt_reason: null,
  billing_day,
  due_days: 14,
  tax_exempt: false,
  balance: 0n,
  services: services.map((stretches, n): BillableService => ({
    id: String(n),
    service_type: 'recurring',
    description: null,
    login: null,
    active: stretches,
    charged: [],
    charged_once: false,
    setup_fee_charged: true,
  })),
})

test('billed on each day that the bill before named, every active day is charged once, at the price of its period', () => {
  fc.assert(
    fc.property(
      fc.array(active, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 31 }),
      (services, billing_day) => {
        const customer = customerOf(services, billing_day)
        const charged = new Map<string, bigint>()
        let date: Day | null = start
        for (let runs = 0; date !== null && date < start + 1000; runs++) {
          expect(runs).toBeLessThan(200)
          const bill = drawUp(customer, catalog, date)
          for (const line of bill.lines) {
            const service = customer.services[Number(line.service_id)]!
            expect(service.charged.some((days) => overlap(days, line.days!))).toBe(false)
            service.charged.push(line.days!)
            charged.set(service.id, (charged.get(service.id) ?? 0n) + line.net)
          }
          // Nothing that is active by the end of what was billed is left out.
          for (const { active: stretches, charged: days } of customer.services)
            for (const { from, until } of stretches)
              expect(without({ from, until: Math.min(until, bill.billed_until!) }, days)).toEqual([])
          expect(bill.next_billing === null || bill.next_billing > date).toBe(true)
          date = bill.next_billing
        }
        for (const { id, active: stretches, charged: days } of customer.services) {
          const costs = stretches.reduce((sum, stretch) => {
            const until = Math.max(
              ...days.flatMap((one) => overlap(one, stretch)?.until ?? stretch.from),
              stretch.from,
            )
            const price = stretch.price * BigInt(stretch.quantity)
            return sum + priceOfDays(price, { from: stretch.from, until }, billing_day, stretch)
          }, 0n)
          expect(charged.get(id) ?? 0n).toBe(costs)
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('a longer period is paid when it begins, wherever the run stands in it', () => {
  const year = { tariff_id: 'a', price: 36_500n, quantity: 1, period_months: 12, anchor: start }
  const customer = customerOf([[{ ...year, from: start, until: Infinity }]], 31)
  const bill = drawUp(customer, catalog, dayOf('2027-01-05'))
  expect(bill.lines).toMatchObject([
    { days: { from: start, until: periodAt(start, 31, year).until }, net: 36_400n },
  ])
  expect(bill.next_billing).toBe(dayOf('2027-12-31'))
})
