import type { AccountRef } from '#modules/ledger/index.ts'
import { dateOf, monthOf, nextBillingDay, type Day, type Days } from '#kernel/calendar.ts'
import type { DatedReduction } from '#modules/catalog/index.ts'
import { lessInvoiceDiscounts, type InvoiceDiscount } from './invoice-discounts.ts'
import { onceLines, recurringLines } from './lines.ts'
import { periodAt, takenAlong, waitsUntil, type Proration, type Rhythm } from './proration.ts'

/** What is known of a customer when the bill is drawn up. */
export type BillableCustomer = {
  id: string
  partner_id: string
  number: string
  name: string
  email: string | null
  street: string | null
  city: string | null
  postal_code: string | null
  country: string | null
  tax_id: string | null
  billing_day: number
  due_days: number
  tax_exempt: boolean
  tax_exempt_reason: string | null
  balance: bigint
  services: BillableService[]
  /** Below it no invoice is made; what it comes to is carried forward. */
  min_invoice?: bigint
  /** Those off whole invoices, in their order. */
  discounts?: readonly InvoiceDiscount[]
}

/** An account that is billed on another's document, as it is called there. */
export type Site = {
  id: string
  number: string
  name: string
  street: string | null
  city: string | null
  postal_code: string | null
}

/** A service, or something beside it that is charged for its days by itself: a surcharge. */
export type BillableService = {
  id: string
  surcharge?: BillableSurcharge
  /** Whose it is, where that is not the customer who is billed. */
  site?: Site | null
  service_type: 'internet' | 'recurring' | 'one_time'
  description: string | null
  login: string | null
  /** Stretches in which it is active, with their terms; in order. `until` is Infinity where no end is planned. */
  active: ActiveStretch[]
  /** The rule it was sold under, where it is not by the day; each stretch has it too. */
  proration?: Proration
  /** What makes its days cost less, in its order. */
  discounts?: readonly DatedReduction[]
  tax_exempt?: boolean
  charged: Days[]
  charged_once: boolean
  setup_fee_charged: boolean
}

/** A surcharge on the days of a service; `price` is for one unit and month. */
export type BillableSurcharge = Days & {
  id: string
  label: string
  price: bigint
  quantity: number
  /** Null: as its service. */
  tax_rate: bigint | null
}

/** `price` is for one unit and period (one-time services: once), in minor units. */
export type BilledTerms = Rhythm & { tariff_id: string; price: bigint; quantity: number }
export type ActiveStretch = Days & BilledTerms

/** What a discount takes off the amount of a whole period; negative. */
export type Part = { label: string; amount: bigint }
export type PricedTerms = BilledTerms & { parts: readonly Part[] }
export type PricedStretch = Days & PricedTerms

export type BillableTariff = {
  title: string
  setup_fee: bigint
  tax_rate: bigint
  /** Where what it earns is posted; null: by the kind of service. */
  revenue: AccountRef | null
}
export type Catalog = ReadonlyMap<string, BillableTariff>

/** What is charged once in a service's life. */
export type Once = 'one_time' | 'setup_fee' | 'termination_fee' | 'early_fee'

export type BillLine = {
  /** Null where it belongs to several. */
  service_id: string | null
  surcharge_id: string | null
  /** The discount on the whole invoice that it is. */
  discount_id: string | null
  site: Site | null
  tariff_id: string | null
  description: string
  quantity: number
  unit_price: bigint
  net: bigint
  tax_rate: bigint
  tax: bigint
  /** Days charged; null for what is charged once. */
  days: Days | null
  /** The day on which the months begin that the days are parts of. */
  billing_day: number
  rhythm: Rhythm
  /** What its days or its service cost after all discounts; null on lines that say what was taken off. */
  charge: { parts: readonly Part[]; net: bigint; tax: bigint } | null
  once: Once | null
  revenue: AccountRef
}

export type Bill = {
  customer: BillableCustomer
  lines: BillLine[]
  net: bigint
  tax: bigint
  total: bigint
  /** Days all lines cover together; null when all is charged once. */
  period: Days | null
  /** The customer's next billing day; null when nothing recurring is left. */
  next_billing: Day | null
  /** Everything before this day has been billed; null: nothing was, and it is looked at again from where it was. */
  billed_until: Day | null
  /** What it comes to, where that is too little for an invoice. */
  carried: bigint
  warnings: string[]
}

/**
 * What a customer owes on `date`, in advance up to the next billing day, or to the end of a longer period that begins by then: every
 * active day that was not charged yet.
 */
export function drawUp(customer: BillableCustomer, catalog: Catalog, date: Day): Bill {
  const { billing_day } = customer
  const until = nextBillingDay(date, billing_day)
  const waiting = customer.services.filter((service) => waitsOn(service, date, billing_day))
  const owed = customer.services.flatMap((service) =>
    waiting.includes(service)
      ? []
      : service.service_type === 'one_time'
        ? onceLines(service, catalog, date)
        : recurringLines(service, catalog, billing_day, (stretch) => paidUntil(stretch, until, billing_day)),
  )
  const lines = lessInvoiceDiscounts(owed, customer.discounts ?? [], date)
  const bill = totals(customer, lines)
  const next_billing = waiting.length > 0 ? until : nextBilling(customer, until)
  // The last invoice is made whatever it comes to.
  if (bill.total > 0n && bill.total < (customer.min_invoice ?? 0n) && next_billing !== null)
    return {
      ...totals(customer, []),
      next_billing: until,
      billed_until: null,
      carried: bill.total,
      warnings: [],
    }
  return {
    ...bill,
    next_billing,
    billed_until: Math.min(until, ...waiting.flatMap(({ active }) => active.map(({ from }) => from))),
    carried: 0n,
    warnings: warningsOf(customer, lines),
  }
}

/** Whether a service that has just begun waits for its first billing day. */
function waitsOn({ active, service_type }: BillableService, date: Day, billing_day: number): boolean {
  if (service_type === 'one_time') return false
  const until = waitsUntil(active[0]?.proration, billing_day)
  return until !== null && date < until
}

/** Net, tax and total are sums of the lines; each line's tax is rounded by itself. */
export function totals(
  customer: BillableCustomer,
  lines: BillLine[],
): Pick<Bill, 'customer' | 'lines' | 'net' | 'tax' | 'total' | 'period'> {
  let net = 0n
  let tax = 0n
  let period: Days | null = null
  for (const line of lines) {
    net += line.net
    tax += line.tax
    if (line.days)
      period = period
        ? { from: Math.min(period.from, line.days.from), until: Math.max(period.until, line.days.until) }
        : line.days
  }
  return { customer, lines, net, tax, total: net + tax, period }
}

/** An invoice is made where something is charged, also if discounts leave nothing to pay. */
export const isInvoiced = (bill: Pick<Bill, 'total' | 'lines'>): boolean =>
  bill.total > 0n || bill.lines.some((line) => line.net !== 0n)

/** Up to which day a stretch that begins before the next billing day is paid then: a longer period is paid as a whole. */
const paidUntil = (stretch: ActiveStretch, until: Day, billing_day: number): Day =>
  stretch.from >= until
    ? stretch.from
    : Math.min(
        stretch.until,
        takenAlong(stretch, until, billing_day) ??
          (stretch.period_months === 1 ? until : periodAt(until - 1, billing_day, stretch).until),
      )

/** The first billing day from `until` on on which something is to be paid; null when nothing goes on. */
function nextBilling({ services, billing_day }: BillableCustomer, until: Day): Day | null {
  let next = Infinity
  for (const { service_type, active } of services) {
    if (service_type === 'one_time') continue
    for (const stretch of active) {
      if (stretch.until <= until) continue
      const paid = paidUntil(stretch, until, billing_day)
      if (paid >= stretch.until) continue
      if (paid === until) return until
      next = Math.min(next, Math.max(until, monthOf(paid, billing_day).first))
    }
  }
  return next === Infinity ? null : next
}

function warningsOf(customer: BillableCustomer, lines: readonly BillLine[]): string[] {
  const warnings: string[] = []
  const longest = Math.max(
    0,
    ...lines.map(({ days, rhythm }) => (days && rhythm.period_months === 1 ? days.until - days.from : 0)),
  )
  if (longest > 62) warnings.push(`Bills ${longest} days at once.`)
  const free = lines.find((line) => line.charge && line.unit_price === 0n)
  if (free) warnings.push(`${free.description} costs nothing.`)
  if (lines.length > 0 && !customer.email) warnings.push('The customer has no e-mail address.')
  return warnings
}

/** First and last day, as people and columns say it. */
export const printedPeriod = (days: Days | null): { period_from: string | null; period_to: string | null } =>
  days
    ? { period_from: dateOf(days.from), period_to: dateOf(days.until - 1) }
    : { period_from: null, period_to: null }
