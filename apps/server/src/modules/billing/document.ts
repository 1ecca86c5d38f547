import {
  phrase,
  printDay,
  printDays,
  wordsOf,
  type InvoiceDocument,
  type LabelledValue,
  type Language,
} from '../../documents/index.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { formatDecimal, printMoney } from '#kernel/money.ts'
import type { Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { languageOf, letterheadOf, worded } from '#modules/documents/index.ts'
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

/** The invoice as it is printed, from what was stored with it on its day. Only its standing and what is paid of it are as of now. */
export async function invoiceDocument(
  ctx: Ctx,
  invoice: Row<typeof invoices>,
  lines: readonly Line[],
): Promise<InvoiceDocument> {
  const kept = sql`select letterhead_id from invoices where id = ${invoice.id}`
  const head = await letterheadOf(ctx, kept, 'invoice')
  const language = languageOf(head)
  const words = wordsOf(language)
  const period =
    invoice.period_from && invoice.period_to
      ? printDays(invoice.period_from, invoice.period_to, language)
      : undefined
  const totals = totalsOf(invoice, lines, language)
  const money = (amount: bigint) => printMoney(amount, invoice.currency, language)
  const reason = (invoice.bill_to as BillTo | null)?.tax_exempt_reason
  return {
    ...commonParts(invoice, lines, language),
    ...worded(head, 'invoice', {
      ...customerValues(invoice.bill_to),
      'invoice.number': invoice.number,
      'invoice.date': printDay(invoice.date, language),
      'invoice.due_date': printDay(invoice.due_date, language),
      'invoice.period': period,
      'invoice.net_total': totals.net,
      'invoice.tax_total': money(invoice.tax_total),
      'invoice.total': totals.total,
    }),
    ...(reason ? { notes: phrase(words.no_tax, { reason }) } : {}),
    status: invoice.status,
    issue_date: printDay(invoice.date, language),
    due_date: printDay(invoice.due_date, language),
    ...(period ? { service_period: period } : {}),
    totals: {
      ...totals,
      ...(invoice.status === 'void'
        ? {}
        : { paid: money(invoice.paid_total), due: money(invoice.due_total) }),
    },
    ...(head.bank.length > 0
      ? { payment_details: [...head.bank, { label: words.reference, value: invoice.number }] }
      : {}),
  }
}

export async function creditNoteDocument(
  ctx: Ctx,
  note: Row<typeof creditNotes>,
  lines: readonly Line[],
): Promise<InvoiceDocument> {
  const kept = sql`select letterhead_id from credit_notes where id = ${note.id}`
  const [head, invoice] = await Promise.all([
    letterheadOf(ctx, kept, 'credit_note'),
    note.invoice_id
      ? ctx.db.maybe(sql<{ number: string }>`select number from invoices where id = ${note.invoice_id}`)
      : undefined,
  ])
  const language = languageOf(head)
  const totals = totalsOf(note, lines, language)
  return {
    ...commonParts(note, lines, language),
    ...worded(head, 'credit_note', {
      ...customerValues(note.bill_to),
      'credit_note.number': note.number,
      'credit_note.date': printDay(note.date, language),
      'credit_note.reason': note.reason,
      'credit_note.net_total': totals.net,
      'credit_note.tax_total': printMoney(note.tax_total, note.currency, language),
      'credit_note.total': totals.total,
      'invoice.number': invoice?.number,
    }),
    issue_date: printDay(note.date, language),
    ...(invoice ? { details: [{ label: wordsOf(language).corrects, value: invoice.number }] } : {}),
    totals,
    notes: note.reason,
  }
}

function customerValues(bill_to: unknown) {
  const { name, number, email, tax_id, street, postal_code, city, country } = (bill_to ?? {}) as BillTo
  return {
    'customer.name': name,
    'customer.number': number,
    'customer.email': email,
    'customer.tax_id': tax_id,
    'customer.street': street,
    'customer.postal_code': postal_code,
    'customer.city': city,
    'customer.country': country,
  }
}

function commonParts(
  document: { number: string; currency: string; bill_to: unknown },
  lines: readonly Line[],
  language: Language,
) {
  const to = (document.bill_to ?? {}) as BillTo
  return {
    number: document.number,
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
      ...sectionAt(lines, n, to.sites ?? [], document.currency, language),
      description: line.description,
      ...(line.period_from && line.period_to
        ? { period: printDays(line.period_from, line.period_to, language) }
        : {}),
      quantity: String(line.quantity),
      unit_price: printMoney(line.unit_price, document.currency, language),
      tax_rate: printRate(line.tax_rate),
      amount: printMoney(line.net, document.currency, language),
    })),
  }
}

/** The heading of a site where its first line stands: what it is called, where it is, and what it comes to without tax. */
function sectionAt(
  lines: readonly Line[],
  n: number,
  sites: readonly Site[],
  currency: string,
  language: Language,
) {
  const id = lines[n]?.sub_account_id
  const site = sites.find((candidate) => candidate.id === id)
  if (!site || lines[n - 1]?.sub_account_id === id) return {}
  const net = lines.reduce((sum, line) => (line.sub_account_id === id ? sum + line.net : sum), 0n)
  const where = [site.street, [site.postal_code, site.city].filter(Boolean).join(' ')].filter(Boolean)
  return {
    section: {
      title: `${site.name} (${site.number})`,
      ...(where.length > 0 ? { detail: where.join(', ') } : {}),
      amount: printMoney(net, currency, language),
    },
  }
}

function totalsOf(
  document: { net_total: bigint; total: bigint; currency: string },
  lines: readonly Line[],
  language: Language,
) {
  const money = (amount: bigint) => printMoney(amount, document.currency, language)
  const sum = (of: readonly Line[], what: 'net' | 'tax') => of.reduce((total, line) => total + line[what], 0n)
  const byRate = Map.groupBy(lines, (line) => line.tax_rate)
  const taxes: LabelledValue[] = [...byRate]
    .filter(([rate]) => rate > 0n)
    .map(([rate, of]) => ({
      label: phrase(wordsOf(language).tax, { rate: printRate(rate), amount: money(sum(of, 'net')) }),
      value: money(sum(of, 'tax')),
    }))
  return { net: money(document.net_total), taxes, total: money(document.total) }
}

const printRate = (rate: bigint): string => `${formatDecimal(rate, 4).replace(/\.?0+$/, '')}%`
