import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { takeNumbers } from '#kernel/numbers.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'
import { insert } from '#kernel/store.ts'
import { keepLetterheads } from '#modules/documents/index.ts'
import { post, type AccountRef, type Entry } from '#modules/ledger/index.ts'
import { printedPeriod, type BillableCustomer, type Site } from './bill.ts'
import type { Days } from '#kernel/calendar.ts'
import { billTo, sitesOn } from './finalize.ts'
import { creditNotes, type CreditNote } from './invoices.ts'

/** One thing given back; amounts are positive here and negative on the note. */
export type Credit = {
  invoice_id: string
  service_id: string
  /** Whose service it is, where that is not the customer who was billed. */
  site: Site | null
  description: string
  quantity: number
  unit_price: bigint
  net: bigint
  tax_rate: bigint
  tax: bigint
  /** Null for what was charged once. */
  days: Days | null
  revenue: AccountRef
}

/** Issues a credit note: the customer's balance rises by it at once, and open invoices are settled with it. */
export async function issueCreditNote(
  ctx: Ctx,
  customer: BillableCustomer,
  credits: readonly Credit[],
  reason: string,
): Promise<CreditNote> {
  const date = today(ctx)
  const net = sum(credits, (credit) => credit.net)
  const tax = sum(credits, (credit) => credit.tax)
  const heads = await keepLetterheads(ctx, 'credit_note', [customer.partner_id])
  await ctx.db.run(heads.statement)
  const [number] = await takeNumbers(ctx, 'credit_note', 1, date)
  const note = await insert(
    ctx,
    creditNotes,
    {
      number: number!,
      customer_id: customer.id,
      partner_id: customer.partner_id,
      invoice_id: credits.at(-1)?.invoice_id ?? null,
      date: date.toString(),
      reason,
      net_total: -net,
      tax_total: -tax,
      total: -(net + tax),
      unallocated: net + tax,
      currency: ctx.tenant.currency,
      bill_to: new JsonValue({ ...billTo(customer), ...sitesOn(credits) }),
    },
    {
      action: 'finalized',
      reason,
      data: { customer_id: customer.id, total: String(-(net + tax)) },
      columns: { letterhead_id: heads.ids.get(customer.partner_id) ?? null },
    },
  )
  const rows = credits.map(({ days, site, ...credit }, n) => ({
    id: newId(),
    ...credit,
    sub_account_id: site?.id ?? null,
    position: n + 1,
    net: -credit.net,
    tax: -credit.tax,
    total: -(credit.net + credit.tax),
    ...printedPeriod(days),
  }))
  await Promise.all([
    ctx.db.run(sql`
      insert into credit_note_lines (tenant_id, credit_note_id, customer_id, partner_id, id, position, invoice_id, service_id, sub_account_id, description, quantity, unit_price, net, tax_rate, tax, total, period_from, period_to, created_at, updated_at)
      select ${ctx.tenant.id}::uuid, ${note.id}::uuid, ${customer.id}::uuid, ${customer.partner_id}::uuid, l.*, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
      from ${rowsOf('l', rows, { id: 'uuid', position: 'integer', invoice_id: 'uuid', service_id: 'uuid', sub_account_id: 'uuid', description: 'text', quantity: 'integer', unit_price: 'bigint', net: 'bigint', tax_rate: 'bigint', tax: 'bigint', total: 'bigint', period_from: 'date', period_to: 'date' })}`),
    post(ctx, entriesOf(note, customer, credits)),
  ])
  return note
}

function entriesOf(note: CreditNote, customer: BillableCustomer, credits: readonly Credit[]): Entry[] {
  const common = {
    date: note.date,
    kind: 'credit_note',
    description: `Credit note ${note.number}: ${note.reason}`.slice(0, 500),
    credit: 'receivables',
    customer_id: customer.id,
    partner_id: customer.partner_id,
    source_noun: 'credit_note',
    source_id: note.id,
  } as const
  const givenBack = Map.groupBy(credits, (credit) => credit.revenue)
  const entries: Entry[] = [...givenBack].map(([debit, of]) => ({
    ...common,
    debit,
    amount: sum(of, (credit) => credit.net),
  }))
  entries.push({ ...common, debit: 'tax_payable', amount: sum(credits, (credit) => credit.tax) })
  return entries.filter((entry) => entry.amount > 0n)
}

const sum = <T>(list: readonly T[], of: (one: T) => bigint): bigint =>
  list.reduce((total, one) => total + of(one), 0n)
