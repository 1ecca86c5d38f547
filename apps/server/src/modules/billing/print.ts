import type { Ctx } from '#kernel/ctx.ts'
import type { Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { renderDocument, type InvoiceDocument } from '../../documents/index.ts'
import { creditNoteDocument, invoiceDocument } from './document.ts'
import type { CreditNote, creditNoteLines, Invoice, invoiceLines } from './invoices.ts'

/** A document ready to be set: what it is called, and what stands on it. */
export type Printable = { number: string; document: InvoiceDocument }
export type InvoiceLine = Row<typeof invoiceLines>
export type CreditNoteLine = Row<typeof creditNoteLines>

export const linesOfInvoice = (ctx: Ctx, invoice_id: string): Promise<InvoiceLine[]> =>
  ctx.db.all(sql<InvoiceLine>`select * from invoice_lines where invoice_id = ${invoice_id} order by position`)

export const linesOfCreditNote = (ctx: Ctx, credit_note_id: string): Promise<CreditNoteLine[]> =>
  ctx.db.all(
    sql<CreditNoteLine>`select * from credit_note_lines where credit_note_id = ${credit_note_id} order by position`,
  )

/** `lines` are read where they are not given. */
export async function printableInvoice(
  ctx: Ctx,
  invoice: Invoice,
  lines?: readonly InvoiceLine[],
): Promise<Printable> {
  const printed = lines ?? (await linesOfInvoice(ctx, invoice.id))
  return { number: invoice.number, document: await invoiceDocument(ctx, invoice, printed) }
}

export async function printableCreditNote(
  ctx: Ctx,
  note: CreditNote,
  lines?: readonly CreditNoteLine[],
): Promise<Printable> {
  const printed = lines ?? (await linesOfCreditNote(ctx, note.id))
  return { number: note.number, document: await creditNoteDocument(ctx, note, printed) }
}

export const toPdf = async ({ document }: Printable): Promise<Buffer> =>
  Buffer.from(await renderDocument('invoice', document))

/** A file's name without what no file system and no header likes. */
export const fileNameOf = ({ number }: Pick<Printable, 'number'>): string =>
  `${number.replace(/[^\w.-]/g, '_')}.pdf`

type Reply = { type(type: string): { header(name: string, value: string): { send(body: Buffer): unknown } } }

export async function sendPdf(reply: Reply, printed: Printable): Promise<unknown> {
  const pdf = await toPdf(printed)
  return reply
    .type('application/pdf')
    .header('content-disposition', `inline; filename="${fileNameOf(printed)}"`)
    .send(pdf)
}
