import { without, type Day, type Days } from '#kernel/calendar.ts'
import type { AccountRef } from '#modules/ledger/index.ts'
import { amountOf, type Reduction } from '#modules/catalog/index.ts'
import type {
  ActiveStretch,
  BillableService,
  BillableTariff,
  BillLine,
  Catalog,
  Once,
  PricedTerms,
} from './bill.ts'
import { monthly, priceOfDays, taxOn } from './pricing.ts'
import { pricedStretches, sameTerms } from './stretches.ts'

/** Lines for every active day of a service that was not charged yet, each stretch up to the day until which it is paid now. */
export function recurringLines(
  service: BillableService,
  catalog: Catalog,
  billing_day: number,
  paidUntil: (stretch: ActiveStretch) => Day,
): BillLine[] {
  const lines: BillLine[] = []
  for (const stretch of pricedStretches(merged(service.active), service.discounts)) {
    for (const days of without({ from: stretch.from, until: paidUntil(stretch) }, service.charged))
      lines.push(...daysLines(service, stretch, days, billing_day, catalog))
  }
  const first = lines[0]
  if (!first?.tariff_id || service.setup_fee_charged) return lines
  const fee = setupFee(service, first.tariff_id, catalog)
  return fee ? [fee, ...lines] : lines
}

/** What is charged once, when its service has begun. */
export function onceLines(service: BillableService, catalog: Catalog, date: Day): BillLine[] {
  const first = service.active[0]
  if (!first || first.from > date || service.charged_once) return []
  const { title } = tariffOf(catalog, first.tariff_id)
  const discounts = (service.discounts ?? []).filter(
    ({ from, until }) => from <= first.from && first.from < until,
  )
  const fee = service.setup_fee_charged ? undefined : setupFee(service, first.tariff_id, catalog)
  const lines = reducedLines(
    onceLine(service, first, described(title, service), first.price, first.quantity, 'one_time', catalog),
    discounts,
  )
  return fee ? [fee, ...lines] : lines
}

/**
 * A line for days of a service on given terms, and one for each discount on them. Each price is rounded as what is left of it after the
 * discounts so far, so that whatever is taken off leaves the exact price of the rest, and all of it leaves nothing.
 */
export function daysLines(
  service: BillableService,
  terms: PricedTerms,
  days: Days,
  billing_day: number,
  catalog: Catalog,
): BillLine[] {
  const tariff = tariffOf(catalog, terms.tariff_id)
  const { surcharge } = service
  const tax_rate = service.tax_exempt ? 0n : (surcharge?.tax_rate ?? tariff.tax_rate)
  const title = described(tariff.title, service)
  const priced = (amount: bigint) => {
    const net = priceOfDays(amount, days, billing_day, terms)
    return { amount, net, tax: taxOn(net, tax_rate) }
  }
  let left = priced(terms.price * BigInt(terms.quantity))
  const line: BillLine = {
    ...whose(service),
    tariff_id: terms.tariff_id,
    description: surcharge ? `${title}: ${surcharge.label}` : title,
    quantity: terms.quantity,
    unit_price: terms.price,
    net: left.net,
    tax_rate,
    tax: left.tax,
    days,
    billing_day,
    rhythm: terms,
    charge: { parts: terms.parts, net: left.net, tax: left.tax },
    once: null,
    revenue: tariff.revenue ?? revenueOf(service),
  }
  if (terms.parts.length === 0) return [line]
  const lines = [line]
  for (const { label, amount } of terms.parts) {
    const after = priced(left.amount + amount)
    lines.push(takenOff(line, label, amount, { net: after.net - left.net, tax: after.tax - left.tax }))
    left = after
  }
  lines[0] = { ...line, charge: { parts: terms.parts, net: left.net, tax: left.tax } }
  return lines.filter((one) => one.charge !== null || one.net !== 0n)
}

function setupFee(service: BillableService, tariff_id: string, catalog: Catalog): BillLine | undefined {
  const { setup_fee, title } = tariffOf(catalog, tariff_id)
  if (setup_fee === 0n) return undefined
  return onceLine(
    service,
    { tariff_id },
    `${described(title, service)}: set-up`,
    setup_fee,
    1,
    'setup_fee',
    catalog,
  )
}

/** A line for what is charged once. `unit_price` is net, in minor units. */
export function onceLine(
  service: BillableService,
  { tariff_id }: { tariff_id: string },
  description: string,
  unit_price: bigint,
  quantity: number,
  once: Once | null,
  catalog: Catalog,
): BillLine {
  const { revenue, ...tariff } = tariffOf(catalog, tariff_id)
  const tax_rate = service.tax_exempt ? 0n : tariff.tax_rate
  const net = unit_price * BigInt(quantity)
  const tax = taxOn(net, tax_rate)
  return {
    ...whose(service),
    tariff_id,
    description,
    quantity,
    unit_price,
    net,
    tax_rate,
    tax,
    days: null,
    billing_day: 1,
    rhythm: monthly,
    charge: { parts: [], net, tax },
    once,
    revenue: revenue ?? 'one_time_revenue',
  }
}

/** The line of something charged once, with one for each discount on it. */
function reducedLines(line: BillLine, discounts: readonly Reduction[]): BillLine[] {
  const { amount, parts } = amountOf(line.net, 1, discounts)
  let left = { net: line.net, tax: line.tax }
  const off = parts.map((part) => {
    const net = left.net + part.amount
    const after = { net, tax: taxOn(net, line.tax_rate) }
    const taken = takenOff(line, part.label, part.amount, { net: part.amount, tax: after.tax - left.tax })
    left = after
    return taken
  })
  return [{ ...line, charge: { parts: [], net: amount, tax: left.tax } }, ...off]
}

/** What a discount takes off a line, as a line of its own below it. */
const takenOff = (
  line: BillLine,
  label: string,
  unit_price: bigint,
  taken: { net: bigint; tax: bigint },
): BillLine => ({
  ...line,
  ...taken,
  description: `${line.description}: ${label}`,
  quantity: 1,
  unit_price,
  charge: null,
  once: null,
})

const whose = (service: BillableService) => ({
  service_id: service.id,
  surcharge_id: service.surcharge?.id ?? null,
  discount_id: null,
  site: service.site ?? null,
})

/** Neighbouring stretches on the same terms are one line. */
function merged(stretches: readonly ActiveStretch[]): ActiveStretch[] {
  const result: ActiveStretch[] = []
  for (const stretch of stretches) {
    const last = result.at(-1)
    if (last && last.until === stretch.from && sameTerms(last, stretch))
      result[result.length - 1] = { ...last, until: stretch.until }
    else result.push(stretch)
  }
  return result
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
