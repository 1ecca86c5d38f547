import type { AccountRef } from '#modules/ledger/index.ts'
import { dateOf, monthOf, nextBillingDay, without, type Day, type Days } from '#kernel/calendar.ts'
import { catalogFor } from './exemption.ts'
import { monthly, periodAt, priceOfDays, taxOn, type Rhythm } from './pricing.ts'

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
  balance: bigint
  services: BillableService[]
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

export type BillableService = {
  id: string
  /** Whose it is, where that is not the customer who is billed. */
  site?: Site | null
  service_type: 'internet' | 'recurring' | 'one_time'
  description: string | null
  login: string | null
  /** Stretches in which it is active, with their terms; in order. `until` is Infinity where no end is planned. */
  active: ActiveStretch[]
  charged: Days[]
  charged_once: boolean
  setup_fee_charged: boolean
}

/** `price` is for one unit and period (one-time services: once), in minor units. */
export type BilledTerms = Rhythm & { tariff_id: string; price: bigint; quantity: number }
export type ActiveStretch = Days & BilledTerms

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
  service_id: string
  site: Site | null
  tariff_id: string
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
  /** Everything before this day has been billed. */
  billed_until: Day
  warnings: string[]
}

/**
 * What a customer owes on `date`, in advance up to the next billing day, or to the end of a longer period that begins by then: every
 * active day that was not charged yet.
 */
export function drawUp(customer: BillableCustomer, catalog: Catalog, date: Day): Bill {
  const until = nextBillingDay(date, customer.billing_day)
  const sold = catalogFor(customer, catalog)
  const lines = customer.services.flatMap((service) =>
    service.service_type === 'one_time'
      ? onceLines(service, sold, date)
      : recurringLines(service, sold, until, customer.billing_day),
  )
  return {
    ...totals(customer, lines),
    next_billing: nextBilling(customer, until),
    billed_until: until,
    warnings: warningsOf(customer, lines),
  }
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

/** A line for days of a service on given terms. */
export function daysLine(
  service: BillableService,
  terms: BilledTerms,
  days: Days,
  billing_day: number,
  catalog: Catalog,
): BillLine {
  const { title, tax_rate, revenue } = tariffOf(catalog, terms.tariff_id)
  const net = priceOfDays(terms.price * BigInt(terms.quantity), days, billing_day, terms)
  return {
    service_id: service.id,
    site: service.site ?? null,
    tariff_id: terms.tariff_id,
    description: described(title, service),
    quantity: terms.quantity,
    unit_price: terms.price,
    net,
    tax_rate,
    tax: taxOn(net, tax_rate),
    days,
    billing_day,
    rhythm: terms,
    once: null,
    revenue: revenue ?? revenueOf(service),
  }
}

function recurringLines(
  service: BillableService,
  catalog: Catalog,
  until: Day,
  billing_day: number,
): BillLine[] {
  const lines: BillLine[] = []
  for (const stretch of merged(service.active)) {
    if (stretch.from >= until) break
    for (const days of without(
      { from: stretch.from, until: paidUntil(stretch, until, billing_day) },
      service.charged,
    )) {
      lines.push(daysLine(service, stretch, days, billing_day, catalog))
    }
  }
  const first = lines[0]
  if (first && !service.setup_fee_charged) {
    const { setup_fee, title } = tariffOf(catalog, first.tariff_id)
    if (setup_fee > 0n)
      lines.unshift(
        onceLine(service, first, `${described(title, service)}: set-up`, setup_fee, 1, 'setup_fee', catalog),
      )
  }
  return lines
}

function onceLines(service: BillableService, catalog: Catalog, date: Day): BillLine[] {
  const first = service.active[0]
  if (!first || first.from > date || service.charged_once) return []
  const { title, setup_fee } = tariffOf(catalog, first.tariff_id)
  const line = onceLine(
    service,
    first,
    described(title, service),
    first.price,
    first.quantity,
    'one_time',
    catalog,
  )
  if (setup_fee === 0n || service.setup_fee_charged) return [line]
  return [
    onceLine(service, first, `${described(title, service)}: set-up`, setup_fee, 1, 'setup_fee', catalog),
    line,
  ]
}

/** A line for what is charged once. `unit_price` is net, in minor units. */
export function onceLine(
  service: BillableService,
  { tariff_id }: { tariff_id: string },
  description: string,
  unit_price: bigint,
  quantity: number,
  once: Once,
  catalog: Catalog,
): BillLine {
  const { tax_rate, revenue } = tariffOf(catalog, tariff_id)
  const net = unit_price * BigInt(quantity)
  return {
    service_id: service.id,
    site: service.site ?? null,
    tariff_id,
    description,
    quantity,
    unit_price,
    net,
    tax_rate,
    tax: taxOn(net, tax_rate),
    days: null,
    billing_day: 1,
    rhythm: monthly,
    once,
    revenue: revenue ?? 'one_time_revenue',
  }
}

/** Neighbouring stretches on the same terms are one line. */
function merged(stretches: readonly ActiveStretch[]): ActiveStretch[] {
  const result: ActiveStretch[] = []
  for (const stretch of stretches) {
    const last = result.at(-1)
    const same =
      last &&
      last.until === stretch.from &&
      last.tariff_id === stretch.tariff_id &&
      last.price === stretch.price &&
      last.quantity === stretch.quantity &&
      last.period_months === stretch.period_months &&
      last.anchor === stretch.anchor
    if (same) result[result.length - 1] = { ...last, until: stretch.until }
    else result.push(stretch)
  }
  return result
}

/** Up to which day a stretch that begins before the next billing day is paid then: a longer period is paid as a whole. */
const paidUntil = (stretch: ActiveStretch, until: Day, billing_day: number): Day =>
  Math.min(
    stretch.until,
    stretch.period_months === 1 ? until : periodAt(until - 1, billing_day, stretch).until,
  )

/** The first billing day from `until` on on which something is to be paid; null when nothing goes on. */
function nextBilling({ services, billing_day }: BillableCustomer, until: Day): Day | null {
  let next = Infinity
  for (const { service_type, active } of services) {
    if (service_type === 'one_time') continue
    for (const stretch of active) {
      if (stretch.until <= until) continue
      const paid = stretch.from < until ? paidUntil(stretch, until, billing_day) : stretch.from
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
  const free = lines.find((line) => line.unit_price === 0n)
  if (free) warnings.push(`${free.description} costs nothing.`)
  if (lines.length > 0 && !customer.email) warnings.push('The customer has no e-mail address.')
  return warnings
}

const described = (title: string, service: BillableService): string =>
  service.description
    ? `${title}: ${service.description}`
    : service.login
      ? `${title} (${service.login})`
      : title

const revenueOf = (service: BillableService): AccountRef =>
  service.service_type === 'internet' ? 'internet_revenue' : 'recurring_revenue'

function tariffOf(catalog: Catalog, tariff_id: string): BillableTariff {
  const tariff = catalog.get(tariff_id)
  if (!tariff) throw new Error(`Tariff ${tariff_id} is missing from the catalog read for this bill.`)
  return tariff
}

/** First and last day, as people and columns say it. */
export const printedPeriod = (days: Days | null): { period_from: string | null; period_to: string | null } =>
  days
    ? { period_from: dateOf(days.from), period_to: dateOf(days.until - 1) }
    : { period_from: null, period_to: null }
