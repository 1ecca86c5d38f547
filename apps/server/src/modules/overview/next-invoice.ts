import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import type { ListQuery } from '#kernel/filters.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField } from '#kernel/refused.ts'
import { asResource, find } from '#kernel/store.ts'
import { invoices, nextBill, printedPeriod } from '#modules/billing/index.ts'
import { customers, type Customer } from '#modules/customers/index.ts'
import { whyNotBilled, type NotBilled } from './why-not-billed.ts'

/** A bill that nobody has drawn up yet. Money is printed in the ISP's currency. */
export type PreviewedInvoice = {
  date: string
  amount: string
  net: string
  tax: string
  currency: string
  lines: {
    description: string
    period_from: string | null
    period_to: string | null
    quantity: number
    net: string
    tax: string
    total: string
  }[]
}

const farthest = { years: 2 }

/**
 * `GET /customers/{id}/next_invoice?date=`: the customer's next bill to its last line, as it stands now, or as a run on a later day would
 * draw it up. Nothing is written. `{invoice: null, why}` where none is to come.
 */
export async function nextInvoice(
  ctx: Ctx,
  customer: Customer,
  query: ListQuery,
): Promise<{ invoice: PreviewedInvoice | null; why: NotBilled | null }> {
  mustBeAbleTo(ctx, asResource(invoices), 'list')
  const strange = Object.keys(query).find((name) => name !== 'date')
  if (strange) throw invalidField(strange, 'unknown_field', `“${strange}” is not asked for here; date is.`)
  const why = whyNotBilled(customer)
  if (why) {
    const payer = customer.billed_by_id ? await find(ctx, customers, customer.billed_by_id) : undefined
    return { invoice: null, why: payer ? { ...why, billed_by: { id: payer.id, name: payer.name } } : why }
  }
  const date = dayIn(ctx, query.date)
  return { invoice: await previewed(ctx, date ? { ...customer, next_billing_on: date } : customer), why }
}

export async function previewed(
  ctx: Ctx,
  customer: Parameters<typeof nextBill>[1],
): Promise<PreviewedInvoice | null> {
  const next = await nextBill(ctx, customer)
  if (!next) return null
  const money = (units: bigint) => formatDecimal(units, currencyDigits(ctx.tenant.currency))
  return {
    date: next.date,
    amount: money(next.bill.total),
    net: money(next.bill.net),
    tax: money(next.bill.tax),
    currency: ctx.tenant.currency,
    lines: next.bill.lines.map((line) => ({
      description: line.description,
      ...printedPeriod(line.days),
      quantity: line.quantity,
      net: money(line.net),
      tax: money(line.tax),
      total: money(line.net + line.tax),
    })),
  }
}

function dayIn(ctx: Ctx, text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || !isDay(text))
    throw invalidField('date', 'not_a_date', 'Date is not a date in the form YYYY-MM-DD.')
  const now = today(ctx)
  if (text < now.toString() || text > now.add(farthest).toString())
    throw invalidField(
      'date',
      'out_of_range',
      `An invoice is previewed from today on, at most ${farthest.years} years ahead.`,
    )
  return text
}

function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text
  } catch {
    return false
  }
}
