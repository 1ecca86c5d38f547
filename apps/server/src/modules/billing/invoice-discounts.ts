import type { Day, Days } from '#kernel/calendar.ts'
import { scale } from '#kernel/money.ts'
import { amountOf, sharedOut, type Reduction } from '#modules/catalog/index.ts'
import type { BillLine } from './bill.ts'
import { monthly } from './pricing.ts'

/** A discount on whole invoices that are dated within its days. */
export type InvoiceDiscount = Reduction &
  Days & {
    id: string | null
    /** The site whose lines it is taken off; null: those of the customer itself. */
    site_id: string | null
    /** For so many invoices more; null: for all. */
    left: number | null
  }

/**
 * Takes discounts off the net sum of an invoice, one after the other. Each is shared out over the lines in proportion, so that what a
 * service was really charged is known when some of it is given back, and printed once for each tax and kind of revenue.
 */
export function lessInvoiceDiscounts(
  lines: BillLine[],
  discounts: readonly InvoiceDiscount[],
  date: Day,
): BillLine[] {
  const counting = discounts.filter(
    ({ from, until, left }) => from <= date && date < until && (left === null || left > 0),
  )
  return counting.reduce(lessOne, lines)
}

function lessOne(lines: BillLine[], discount: InvoiceDiscount): BillLine[] {
  const weights = lines.map(({ charge, site }) =>
    charge && (site?.id ?? null) === discount.site_id ? charge.net : 0n,
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  const off = total - amountOf(total, 1, [discount]).amount
  if (off <= 0n) return lines
  const printed = new Map<string, BillLine>()
  const shares = sharedOut(off, weights)
  const reduced = lines.map((line, n) => {
    const net = shares[n] ?? 0n
    if (!line.charge || net === 0n) return line
    const tax = scale(line.charge.tax, net, line.charge.net)
    const key = `${line.tax_rate} ${line.revenue}`
    const sum = printed.get(key) ?? takenOffAll(line, discount)
    printed.set(key, { ...sum, unit_price: sum.unit_price - net, net: sum.net - net, tax: sum.tax - tax })
    return { ...line, charge: { ...line.charge, net: line.charge.net - net, tax: line.charge.tax - tax } }
  })
  return [...reduced, ...printed.values()]
}

const takenOffAll = (line: BillLine, { id, label }: InvoiceDiscount): BillLine => ({
  ...line,
  service_id: null,
  surcharge_id: null,
  tariff_id: null,
  discount_id: id,
  description: label,
  quantity: 1,
  unit_price: 0n,
  net: 0n,
  tax: 0n,
  days: null,
  billing_day: 1,
  rhythm: monthly,
  charge: null,
  once: null,
})
