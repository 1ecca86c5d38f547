import type { InvoiceDocument, LabelledValue } from '../../documents/index.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { formatDecimal, printMoney } from '#kernel/money.ts'
import type { Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { sellerOf, type SellerParts } from '#modules/resellers/index.ts'
import type { Site } from './bill.ts'
import type { creditNoteLines, creditNotes, invoiceLines, invoices } from './invoices.ts'

type Line = Row<typeof invoiceLines> | Row<typeof creditNoteLines>
type BillTo = { sites?: readonly Site[] } & Partial<
  Record<
    | 'number'
    | 'name'
    | 'email'
    | 'street'
    | 'city'
    | 'postal_code'
    | 'country'
    | 'tax_id'
    | 'tax_exempt_reason',
    string | null
  >
>

/** The invoice as it is printed, from what was stored with it on its day. */
export async function invoiceDocument(
  ctx: Ctx,
  invoice: Row<typeof invoices>,
  lines: readonly Line[],
): Promise<InvoiceDocument> {
  const seller = await sellerOf(ctx)
  return {
    ...commonParts(invoice, lines, seller),
    ...exemptionOf(invoice.bill_to),
    status: invoice.status,
    issue_date: printDate(invoice.date),
    due_date: printDate(invoice.due_date),
    ...(invoice.period_from && invoice.period_to
      ? { service_period: printPeriod(invoice.period_from, invoice.period_to) }
      : {}),
    totals: {
      ...totalsOf(invoice, lines),
      ...(invoice.status === 'void'
        ? {}
        : {
            paid: printMoney(invoice.paid_total, invoice.currency),
            due: printMoney(invoice.due_total, invoice.currency),
          }),
    },
    ...(seller.bank.length > 0
      ? { payment_details: [...seller.bank, { label: 'Reference', value: invoice.number }] }
      : {}),
  }
}

const exemptionOf = (bill_to: unknown): { notes?: string } => {
  const reason = (bill_to as BillTo | null)?.tax_exempt_reason
  return reason ? { notes: `No tax is charged: ${reason}` } : {}
}

export async function creditNoteDocument(
  ctx: Ctx,
  note: Row<typeof creditNotes>,
  lines: readonly Line[],
): Promise<InvoiceDocument> {
  const invoice = note.invoice_id
    ? await ctx.db.maybe(sql<{ number: string }>`select number from invoices where id = ${note.invoice_id}`)
    : undefined
  return {
    ...commonParts(note, lines, await sellerOf(ctx)),
    issue_date: printDate(note.date),
    ...(invoice ? { details: [{ label: 'Corrects invoice', value: invoice.number }] } : {}),
    totals: totalsOf(note, lines),
    notes: note.reason,
    labels: { title: 'Credit note' },
  }
}

function commonParts(
  document: { number: string; currency: string; bill_to: unknown },
  lines: readonly Line[],
  { seller, footer }: SellerParts,
) {
  const to = (document.bill_to ?? {}) as BillTo
  return {
    number: document.number,
    seller,
    ...(footer ? { footer } : {}),
    customer: {
      name: to.name ?? '',
      address_lines: [to.street, [to.postal_code, to.city].filter(Boolean).join(' '), to.country].filter(
        (line): line is string => Boolean(line),
      ),
      ...(to.number ? { number: to.number } : {}),
      ...(to.tax_id ? { tax_id: to.tax_id } : {}),
      ...(to.email ? { email: to.email } : {}),
    },
    lines: lines.map((line, n) => ({
      ...sectionAt(lines, n, to.sites ?? [], document.currency),
      description: line.description,
      ...(line.period_from && line.period_to
        ? { period: printPeriod(line.period_from, line.period_to) }
        : {}),
      quantity: String(line.quantity),
      unit_price: printMoney(line.unit_price, document.currency),
      tax_rate: printRate(line.tax_rate),
      amount: printMoney(line.net, document.currency),
    })),
  }
}

/** The heading of a site where its first line stands: what it is called, where it is, and what it comes to without tax. */
function sectionAt(lines: readonly Line[], n: number, sites: readonly Site[], currency: string) {
  const id = lines[n]?.sub_account_id
  const site = sites.find((candidate) => candidate.id === id)
  if (!site || lines[n - 1]?.sub_account_id === id) return {}
  const net = lines.reduce((sum, line) => (line.sub_account_id === id ? sum + line.net : sum), 0n)
  const where = [site.street, [site.postal_code, site.city].filter(Boolean).join(' ')].filter(Boolean)
  return {
    section: {
      title: `${site.name} (${site.number})`,
      ...(where.length > 0 ? { detail: where.join(', ') } : {}),
      amount: printMoney(net, currency),
    },
  }
}

function totalsOf(document: { net_total: bigint; total: bigint; currency: string }, lines: readonly Line[]) {
  const byRate = Map.groupBy(lines, (line) => line.tax_rate)
  const taxes: LabelledValue[] = [...byRate]
    .filter(([rate]) => rate > 0n)
    .map(([rate, of]) => ({
      label: `Tax ${printRate(rate)} on ${printMoney(
        of.reduce((sum, line) => sum + line.net, 0n),
        document.currency,
      )}`,
      value: printMoney(
        of.reduce((sum, line) => sum + line.tax, 0n),
        document.currency,
      ),
    }))
  return {
    net: printMoney(document.net_total, document.currency),
    taxes,
    total: printMoney(document.total, document.currency),
  }
}

const printRate = (rate: bigint): string => `${formatDecimal(rate, 4).replace(/\.?0+$/, '')}%`

const format = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
const printDate = (date: string): string => format.format(new Date(`${date}T00:00:00Z`))
const printPeriod = (from: string, to: string): string =>
  format.formatRange(new Date(`${from}T00:00:00Z`), new Date(`${to}T00:00:00Z`))
