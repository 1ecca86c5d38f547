import { nextBillingDay, type Day } from '#kernel/calendar.ts'
import { prepaidPeriod } from '#modules/customers/index.ts'
import { totals, type BillableCustomer, type Catalog } from './bill.ts'
import type { FinalBill } from './finalize.ts'
import { lessInvoiceDiscounts } from './invoice-discounts.ts'
import { onceLines, recurringLines } from './lines.ts'

/** How a customer pays before using. `day` is that of the month on which its months begin. */
export type PrepaidTerms = { billing_type: 'prepaid' | 'prepaid_daily'; prepaid_period: string; day: number }

/** The end of the period that begins on a day, or of as many as it takes to come past today. */
export function prepaidUntil(terms: PrepaidTerms, begin: Day, today: Day): Day {
  const period = terms.billing_type === 'prepaid_daily' ? { days: 1 } : prepaidPeriod(terms.prepaid_period)
  let until = begin
  do {
    if ('days' in period) until += period.days
    else for (let months = 0; months < period.months; months++) until = nextBillingDay(until, terms.day)
  } while (until <= today)
  return until
}

/**
 * What a period costs, and beside it what is charged once where the money is enough for that too (null: whatever it is). A period of months costs so many
 * months' price; of days it costs the days' share of their calendar months.
 */
export function prepaidBill(
  customer: BillableCustomer,
  catalog: Catalog,
  terms: PrepaidTerms,
  { date, until, money }: { date: Day; until: Day; money: bigint | null },
): FinalBill {
  const inMonths = terms.billing_type === 'prepaid' && 'months' in prepaidPeriod(terms.prepaid_period)
  const billing_day = inMonths ? terms.day : 1
  const billOf = (lines: FinalBill['lines']) =>
    totals(customer, lessInvoiceDiscounts(lines, customer.discounts ?? [], date))
  const period = customer.services
    .filter(({ service_type }) => service_type !== 'one_time')
    .flatMap((service) =>
      recurringLines(service, catalog, billing_day, (stretch) =>
        Math.max(stretch.from, Math.min(stretch.until, until)),
      ),
    )
  const once = customer.services
    .filter(({ service_type }) => service_type === 'one_time')
    .flatMap((service) => onceLines(service, catalog, date))
  const both = billOf([...period, ...once])
  return once.length > 0 && money !== null && both.total > money ? billOf(period) : both
}
