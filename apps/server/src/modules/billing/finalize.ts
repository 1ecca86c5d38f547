import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { takeNumbers } from '#kernel/numbers.ts'
import { rowsOf } from '#kernel/rows.ts'
import { empty, sql, type Sql } from '#kernel/sql.ts'
import { post, type Entry } from '#modules/ledger/index.ts'
import { printedPeriod, type Bill, type BillableCustomer, type BillLine } from './bill.ts'
import { dateOf, type Day } from './calendar.ts'

export type Finalized = {
  id: string
  number: string
  customer_id: string
  partner_id: string
  due_date: string
  total: bigint
  bill: FinalBill
}
export type FinalBill = Pick<Bill, 'customer' | 'lines' | 'net' | 'tax' | 'total' | 'period'>

/**
 * Turns bills into invoices: numbers, invoices, lines, charged days, postings and balances, each for all of them in one statement. The
 * customers must be locked. Who calls tells the world (`invoice.finalized`): a run does so for a thousand at once.
 */
export async function finalize(
  ctx: Ctx,
  bills: readonly FinalBill[],
  of: { date: Day; billing_run_id: string | null; alsoSet?: Sql },
): Promise<Finalized[]> {
  if (bills.length === 0) return []
  const date = dateOf(of.date)
  // The series stays locked from here to the commit, so everything that can be done before it, was.
  const numbers = await takeNumbers(ctx, 'invoice', bills.length, Temporal.PlainDate.from(date))
  const finalized = bills.map((bill, n) => ({
    id: newId(),
    number: numbers[n]!,
    customer_id: bill.customer.id,
    partner_id: bill.customer.partner_id,
    due_date: dateOf(of.date + bill.customer.due_days),
    total: bill.total,
    bill,
  }))
  await Promise.all([
    insertInvoices(ctx, finalized, date, of.billing_run_id),
    insertLines(ctx, finalized),
    insertCharges(ctx, finalized),
    insertOneTimeCharges(ctx, finalized),
    post(
      ctx,
      finalized.flatMap((invoice) => entriesOf(invoice, date)),
      of.alsoSet ?? empty,
    ),
  ])
  return finalized
}

/** What the customer is called on paper, as of now. */
export const billTo = ({
  number,
  name,
  email,
  street,
  city,
  postal_code,
  country,
  tax_id,
}: BillableCustomer) => ({ number, name, email, street, city, postal_code, country, tax_id })

const insertInvoices = (
  ctx: Ctx,
  finalized: readonly Finalized[],
  date: string,
  billing_run_id: string | null,
) => {
  const rows = finalized.map(({ bill, ...invoice }) => ({
    ...invoice,
    ...printedPeriod(bill.period),
    net_total: bill.net,
    tax_total: bill.tax,
    bill_to: JSON.stringify(billTo(bill.customer)),
  }))
  return ctx.db.run(sql`
    insert into invoices (tenant_id, id, number, customer_id, partner_id, billing_run_id, status, date, due_date, period_from, period_to, net_total, tax_total, total, currency, bill_to, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, i.id, i.number, i.customer_id, i.partner_id, ${billing_run_id}::uuid, 'final', ${date}::date, i.due_date, i.period_from, i.period_to, i.net_total, i.tax_total, i.total, ${ctx.tenant.currency}, i.bill_to, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
    from ${rowsOf('i', rows, { id: 'uuid', number: 'text', customer_id: 'uuid', partner_id: 'uuid', due_date: 'date', period_from: 'date', period_to: 'date', net_total: 'bigint', tax_total: 'bigint', total: 'bigint', bill_to: 'jsonb' })}`)
}

const insertLines = (ctx: Ctx, finalized: readonly Finalized[]) => {
  const rows = finalized.flatMap(({ id, partner_id, bill }) =>
    bill.lines.map((line, n) => ({
      id: newId(),
      invoice_id: id,
      partner_id,
      position: n + 1,
      ...lineRow(line),
    })),
  )
  return ctx.db.run(sql`
    insert into invoice_lines (tenant_id, id, invoice_id, partner_id, position, service_id, tariff_id, description, quantity, unit_price, net, tax_rate, tax, total, period_from, period_to, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, l.*, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
    from ${rowsOf('l', rows, { id: 'uuid', invoice_id: 'uuid', partner_id: 'uuid', position: 'integer', service_id: 'uuid', tariff_id: 'uuid', description: 'text', quantity: 'integer', unit_price: 'bigint', net: 'bigint', tax_rate: 'bigint', tax: 'bigint', total: 'bigint', period_from: 'date', period_to: 'date' })}`)
}

const lineRow = ({
  service_id,
  tariff_id,
  description,
  quantity,
  unit_price,
  net,
  tax_rate,
  tax,
  days,
}: BillLine) => ({
  service_id,
  tariff_id,
  description,
  quantity,
  unit_price,
  net,
  tax_rate,
  tax,
  total: net + tax,
  ...printedPeriod(days),
})

/** The primary key refuses a day that is charged already, and with it the whole chunk. */
async function insertCharges(ctx: Ctx, finalized: readonly Finalized[]): Promise<void> {
  const rows = finalized.flatMap(({ id, bill }) =>
    bill.lines.flatMap((line) =>
      line.days
        ? [
            {
              service_id: line.service_id,
              invoice_id: id,
              from_date: dateOf(line.days.from),
              until_date: dateOf(line.days.until),
              tariff_id: line.tariff_id,
              price: line.unit_price,
              quantity: line.quantity,
              billing_day: line.billing_day,
              net: line.net,
              tax_rate: line.tax_rate,
              tax: line.tax,
            },
          ]
        : [],
    ),
  )
  if (rows.length === 0) return
  await ctx.db.run(sql`
    insert into charges (tenant_id, service_id, during, invoice_id, tariff_id, price, quantity, billing_day, net, tax_rate, tax)
    select ${ctx.tenant.id}::uuid, c.service_id, daterange(c.from_date, c.until_date), c.invoice_id, c.tariff_id, c.price, c.quantity, c.billing_day, c.net, c.tax_rate, c.tax
    from ${rowsOf('c', rows, { service_id: 'uuid', invoice_id: 'uuid', from_date: 'date', until_date: 'date', tariff_id: 'uuid', price: 'bigint', quantity: 'integer', billing_day: 'integer', net: 'bigint', tax_rate: 'bigint', tax: 'bigint' })}`)
}

async function insertOneTimeCharges(ctx: Ctx, finalized: readonly Finalized[]): Promise<void> {
  const rows = finalized.flatMap(({ id, bill }) =>
    bill.lines.flatMap((line) =>
      line.once ? [{ service_id: line.service_id, kind: line.once, invoice_id: id }] : [],
    ),
  )
  if (rows.length === 0) return
  await ctx.db.run(sql`
    insert into one_time_charges (tenant_id, service_id, kind, invoice_id)
    select ${ctx.tenant.id}::uuid, c.service_id, c.kind, c.invoice_id
    from ${rowsOf('c', rows, { service_id: 'uuid', kind: 'text', invoice_id: 'uuid' })}`)
}

/** The customer owes the total: each kind of revenue earns its net, the tax office its tax. */
function entriesOf({ id, number, customer_id, partner_id, bill }: Finalized, date: string): Entry[] {
  const common = {
    date,
    kind: 'invoice',
    description: `Invoice ${number}`,
    debit: 'receivables',
    customer_id,
    partner_id,
    source_noun: 'invoice',
    source_id: id,
  } as const
  const earned = new Map<BillLine['revenue'], bigint>()
  for (const line of bill.lines) earned.set(line.revenue, (earned.get(line.revenue) ?? 0n) + line.net)
  const entries: Entry[] = [...earned]
    .filter(([, net]) => net > 0n)
    .map(([credit, amount]) => ({ ...common, credit, amount }))
  if (bill.tax > 0n) entries.push({ ...common, credit: 'tax_payable', amount: bill.tax })
  return entries
}
