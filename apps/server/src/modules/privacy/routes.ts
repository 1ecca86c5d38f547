import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { principalFor, readTogether } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound, Refused } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, find } from '#kernel/store.ts'
import {
  creditNotes,
  invoices,
  linesOfCreditNote,
  linesOfInvoice,
  printableCreditNote,
  printableInvoice,
  sendPdf,
} from '#modules/billing/index.ts'
import { customers } from '#modules/customers/index.ts'
import { headersFor, storeOf, type File } from '#modules/files/index.ts'
import { erasures } from './erasures.ts'
import { personalDataExports } from './exports.ts'
import { originalsOf } from './seal-books.ts'

/** A document as it was issued, while the law still asks for it; the file of an export. */
export function routes(server: FastifyInstance, app: App): void {
  for (const kind of ['invoices', 'credit_notes'] as const)
    server.get(`/api/v1/erasures/:id/${kind}/:document_id`, async (request, reply) => {
      const { printed, document } = await readTogether(app, request, reply, (ctx) =>
        original(ctx, request, kind),
      )
      if (queryOf(request).format !== 'pdf') return reply.send(document)
      return sendPdf(reply, printed)
    })

  server.get('/api/v1/personal_data_exports/:id/content', async (request, reply) => {
    const file = await readTogether(app, request, reply, (ctx) => fetched(ctx, request))
    const { tenant_id } = await principalFor(app, request)
    const size_bytes = Number(file.size_bytes)
    const content = { tenant_id, sha256: file.sha256, size_bytes }
    reply
      .headers(headersFor(file, false))
      .header('content-length', size_bytes)
      .header('accept-ranges', 'none')
    return reply.send(await (await storeOf(app)).read(content))
  })
}

/** The file of an export, while there is one. Each time it is fetched is recorded. */
async function fetched(ctx: Ctx, request: FastifyRequest): Promise<File> {
  const { id } = request.params as { id: string }
  const noun = asResource(personalDataExports)
  mustBeAbleTo(ctx, noun, 'get')
  mustBeAbleTo(ctx, asResource(customers), 'export_personal_data')
  const row = isId(id) ? await find(ctx, personalDataExports, id) : undefined
  if (!row) throw notFound(noun.label)
  if (row.status === 'expired')
    throw new Refused(
      410,
      'export_expired',
      'The days of this export are over and its file is gone. Ask for a new one.',
    )
  if (row.status !== 'done')
    throw new Refused(
      409,
      'export_not_done',
      `This export is ${row.status}. Its file is there when it is done.`,
    )
  const file = await ctx.db.maybe(
    sql<File>`select * from files where noun = 'personal_data_export' and row_id = ${row.id} and deleted_at is null`,
  )
  if (!file)
    throw new Refused(410, 'export_expired', 'The file of this export was deleted. Ask for a new one.')
  record(ctx, {
    noun: noun.name,
    row_id: row.id,
    action: 'downloaded',
    changes: {},
    data: { customer_id: row.customer_id },
  })
  return file
}

async function original(ctx: Ctx, request: FastifyRequest, kind: 'invoices' | 'credit_notes') {
  const { id, document_id } = request.params as { id: string; document_id: string }
  if (!isId(id) || !isId(document_id)) throw notFound('Erasure')
  mustBeAbleTo(ctx, asResource(erasures), 'read_originals')
  const erasure = await find(ctx, erasures, id)
  if (!erasure) throw notFound('Erasure')
  const read =
    kind === 'invoices' ? await readInvoice(ctx, document_id) : await readCreditNote(ctx, document_id)
  if (erasure.originals === 'destroyed')
    throw new Refused(
      410,
      'originals_destroyed',
      'The time for which the law wants this document kept is over, and whom it was issued to was destroyed with its key.',
    )
  const known = await originalsOf(ctx, erasure.id, [document_id, ...read.line_ids])
  const issued = known?.get(document_id)
  if (!known || !issued)
    throw new Refused(404, 'no_original', 'Nothing of this document was sealed by this erasure.')
  record(ctx, {
    noun: 'erasure',
    row_id: erasure.id,
    action: 'original_read',
    changes: {},
    data: { document_id },
  })
  return read.asIssued(known)
}

type Known = ReadonlyMap<string, Record<string, unknown>>

async function readInvoice(ctx: Ctx, invoice_id: string) {
  const invoice = await find(ctx, invoices, invoice_id)
  if (!invoice) throw notFound('Invoice')
  const lines = await linesOfInvoice(ctx, invoice.id)
  return {
    line_ids: lines.map((line) => line.id),
    async asIssued(known: Known) {
      const whole = { ...invoice, ...known.get(invoice.id) }
      const printed = await printableInvoice(
        ctx,
        whole,
        lines.map((line) => ({ ...line, ...known.get(line.id) })),
      )
      return { document: shapeOf(ctx, asResource(invoices)).present(whole), printed }
    },
  }
}

async function readCreditNote(ctx: Ctx, credit_note_id: string) {
  const note = await find(ctx, creditNotes, credit_note_id)
  if (!note) throw notFound('Credit note')
  const lines = await linesOfCreditNote(ctx, note.id)
  return {
    line_ids: lines.map((line) => line.id),
    async asIssued(known: Known) {
      const whole = { ...note, ...known.get(note.id) }
      const printed = await printableCreditNote(
        ctx,
        whole,
        lines.map((line) => ({ ...line, ...known.get(line.id) })),
      )
      return { document: shapeOf(ctx, asResource(creditNotes)).present(whole), printed }
    },
  }
}
