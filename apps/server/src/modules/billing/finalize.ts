import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { takeNumbers } from '#kernel/numbers.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { keepLetterheads } from '#modules/documents/index.ts'
import { balances, journal, type AlsoSet, type Undescribed } from '#modules/ledger/index.ts'
import { printedPeriod, type Bill, type BillableCustomer, type BillLine, type Site } from './bill.ts'
import { dateOf, type Day } from '#kernel/calendar.ts'
import { chargeOf, chargesOf } from './charges.ts'

export type Finalized = {
  id: string
  number: string
  customer_id: string
  partner_id: string
  due_date: string
  total: bigint
  bill: FinalBill
}
/** An invoice before it has its number. */
export type Draft = Omit<Finalized, 'number'>
export type FinalBill = Pick<Bill, 'customer' | 'lines' | 'net' | 'tax' | 'total' | 'period'>

/**
 * Turns bills into invoices: numbers, invoices, lines, charged days, postings and balances, each for all of them in one statement. The
 * customers must be locked. Who calls tells the world (`invoice.finalized`): a run does so for a thousand at once.
 */
export async function finalize(
  ctx: Ctx,
  bills: readonly FinalBill[],
  of: {
    date: Day
    billing_run_id: string | null
    alsoSet?: AlsoSet
    /** Further statements to be sent along; the numbers are known when they are sent. */
    also?: (drafts: readonly Draft[], numbers: () => readonly string[]) => Sql[]
  },
): Promise<Finalized[]> {
  if (bills.length === 0) return []
  const date = dateOf(of.date)
  const drafts = bills.map((bill) => ({
    id: newId(),
    customer_id: bill.customer.id,
    partner_id: bill.customer.partner_id,
    due_date: dateOf(of.date + bill.customer.due_days),
    total: bill.total,
    bill,
  }))
  const entries = drafts.map((draft) => entriesOf(draft, date))
  const heads = await keepLetterheads(
    ctx,
    'invoice',
    drafts.map(({ partner_id }) => partner_id),
  )
  let numbers: string[] = []
  // Number series are the tenant's narrowest place: the row stays locked from the taking of numbers to the commit. So all is printed
  // before, and what bears no number is written before, with the promise of its invoices.
  const first = [
    heads.statement,
    balances(entries.flat(), of.alsoSet),
    promiseOf(ctx, drafts),
    ...linesOf(ctx, drafts),
  ].map((statement) => ctx.db.run(statement))
  const numbered = [
    journal(ctx, entries.flat(), () =>
      entries.flatMap((ofOne, n) => ofOne.map(() => `Invoice ${numbers[n]}`)),
    ),
    invoicesOf(ctx, drafts, heads.ids, () => numbers, date, of.billing_run_id),
    ...(of.also?.(drafts, () => numbers) ?? []),
  ]
  const taken = takeNumbers(ctx, 'invoice', bills.length, Temporal.PlainDate.from(date))
  ;[numbers] = await Promise.all([taken, ...first])
  await Promise.all(numbered.map((statement) => ctx.db.run(statement)))
  return drafts.map((draft, n) => ({ ...draft, number: numbers[n]! }))
}

/** What the customer is called on paper, as of now. */
export const billTo = ({
  tax_exempt,
  tax_exempt_reason,
  number,
  name,
  email,
  street,
  city,
  postal_code,
  country,
  tax_id,
}: BillableCustomer) => ({
  number,
  name,
  email,
  street,
  city,
  postal_code,
  country,
  tax_id,
  ...(tax_exempt ? { tax_exempt_reason } : {}),
})

/** The accounts with a section on the document, as they are called on the day. */
export function sitesOn(lines: readonly { site: Site | null }[]): { sites?: Site[] } {
  const sites = new Map(lines.flatMap(({ site }) => (site ? [[site.id, site]] : [])))
  return sites.size > 0 ? { sites: [...sites.values()] } : {}
}

/** Lines may refer to them from now on; the database does not commit without them. */
const promiseOf = (ctx: Ctx, drafts: readonly Draft[]): Sql => sql`
  insert into promised_rows (tenant_id, parent, ids, partner_ids)
  values (${ctx.tenant.id}, 'invoices', ${drafts.map(({ id }) => id)}::uuid[], ${drafts.map(({ partner_id }) => partner_id)}::uuid[])`

function invoicesOf(
  ctx: Ctx,
  drafts: readonly Draft[],
  heads: ReadonlyMap<string, string>,
  numbers: () => readonly string[],
  date: string,
  billing_run_id: string | null,
): Sql {
  const rows = drafts.map(({ bill, ...invoice }) => ({
    ...invoice,
    ...printedPeriod(bill.period),
    letterhead_id: heads.get(invoice.partner_id),
    net_total: bill.net,
    tax_total: bill.tax,
    bill_to: JSON.stringify({ ...billTo(bill.customer), ...sitesOn(bill.lines) }),
  }))
  return sql`
    insert into invoices (tenant_id, id, number, customer_id, partner_id, billing_run_id, status, date, due_date, period_from, period_to, net_total, tax_total, total, currency, bill_to, letterhead_id, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, i.id, i.number, i.customer_id, i.partner_id, ${billing_run_id}::uuid, case when i.total = 0 then 'paid' else 'final' end, ${date}::date, i.due_date, i.period_from, i.period_to, i.net_total, i.tax_total, i.total, ${ctx.tenant.currency}, i.bill_to, i.letterhead_id, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
    from ${rowsOf('i', rows, { id: 'uuid', customer_id: 'uuid', partner_id: 'repeated uuid', due_date: 'repeated date', period_from: 'repeated date', period_to: 'repeated date', net_total: 'bigint', tax_total: 'bigint', total: 'bigint', bill_to: 'jsonb', letterhead_id: 'repeated uuid' }, { number: numbers })}`
}

/** Statements that write the lines, and which days they charge. The database refuses a day that is charged already, and with it them all. */
function linesOf(ctx: Ctx, drafts: readonly Draft[]): Sql[] {
  const lines = drafts.flatMap(({ id, partner_id, bill }) =>
    bill.lines.map((line, at) => lineRow(line, id, partner_id, at + 1)),
  )
  const statements: Sql[] = [
    sql`
      insert into invoice_lines (tenant_id, invoice_id, partner_id, position, service_id, sub_account_id, discount_id, tariff_id, description, quantity, unit_price, net, tax_rate, tax, total, period_from, period_to, created_at, updated_at)
      select ${ctx.tenant.id}::uuid, invoice_id, partner_id, position, service_id, sub_account_id, discount_id, tariff_id, description, quantity, unit_price, net, tax_rate, tax, net + tax, from_date, until_date - 1, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
      from ${rowsOf('l', lines, { invoice_id: 'repeated uuid', partner_id: 'repeated uuid', position: 'integer', service_id: 'uuid', sub_account_id: 'repeated uuid', discount_id: 'repeated uuid', tariff_id: 'repeated uuid', description: 'text', quantity: 'integer', unit_price: 'bigint', net: 'bigint', tax_rate: 'bigint', tax: 'bigint', from_date: 'repeated date', until_date: 'repeated date' })}`,
  ]
  const charges = drafts.flatMap(({ id, bill }) => bill.lines.flatMap((line) => chargeOf(line, id) ?? []))
  statements.push(...chargesOf(ctx, charges))
  const once = lines.filter((line) => line.once !== null)
  if (once.length > 0)
    statements.push(sql`
      insert into one_time_charges (tenant_id, service_id, kind, invoice_id)
      select ${ctx.tenant.id}::uuid, service_id, once, invoice_id
      from ${rowsOf('c', once, { service_id: 'uuid', once: 'text', invoice_id: 'uuid' })}`)
  return statements
}

const lineRow = (
  {
    service_id,
    site,
    discount_id,
    tariff_id,
    description,
    quantity,
    unit_price,
    net,
    tax_rate,
    tax,
    days,
    once,
  }: BillLine,
  invoice_id: string,
  partner_id: string,
  position: number,
) => ({
  invoice_id,
  partner_id,
  position,
  service_id,
  sub_account_id: site?.id ?? null,
  discount_id,
  tariff_id,
  description,
  quantity,
  unit_price,
  net,
  tax_rate,
  tax,
  from_date: days && dateOf(days.from),
  until_date: days && dateOf(days.until),
  once,
})

/** The customer owes the total: each kind of revenue earns its net, the tax office its tax. */
function entriesOf({ id, customer_id, partner_id, bill }: Draft, date: string): Undescribed[] {
  const { lines, tax } = bill
  const common = {
    date,
    kind: 'invoice',
    debit: 'receivables',
    customer_id,
    partner_id,
    source_noun: 'invoice',
    source_id: id,
  } as const
  const earned = new Map<BillLine['revenue'], bigint>()
  for (const line of lines) earned.set(line.revenue, (earned.get(line.revenue) ?? 0n) + line.net)
  const entries: Undescribed[] = []
  for (const [credit, amount] of earned) if (amount > 0n) entries.push({ ...common, credit, amount })
  if (tax > 0n) entries.push({ ...common, credit: 'tax_payable', amount: tax })
  return entries
}
