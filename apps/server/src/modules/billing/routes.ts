import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { limitOf } from '#kernel/filters.ts'
import { readAs, readTogether } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo, mustSee } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { referencesOf } from '#kernel/references.ts'
import type { Fields, Resource, Row } from '#kernel/resource.ts'
import { queryOf } from '#kernel/rest.ts'
import { shapeOf } from '#kernel/shape.ts'
import { asResource, find } from '#kernel/store.ts'
import { customers, fieldsOnDocuments } from '#modules/customers/index.ts'
import { explainService } from './explain/service.ts'
import { billingRuns, creditNoteLines, creditNotes, invoiceLines, invoices } from './invoices.ts'
import { previewPage } from './preview-page.ts'
import { linesOfCreditNote, linesOfInvoice, printableCreditNote, printableInvoice, sendPdf } from './print.ts'

/** What is neither a noun nor a verb: a run's preview, a document's lines and its PDF, and "why?". */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/billing_runs/:id/preview', (request, reply) =>
    readTogether(app, request, reply, async (ctx) => {
      const run = await existing(ctx, billingRuns, request)
      const query = queryOf(request)
      return previewPage(ctx, run.id, query, limitOf(query))
    }),
  )

  server.get('/api/v1/invoices/:id/lines', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const invoice = await existing(ctx, invoices, request)
      return shown(ctx, asResource(invoiceLines), request, await linesOfInvoice(ctx, invoice.id))
    }),
  )

  server.get('/api/v1/credit_notes/:id/lines', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const note = await existing(ctx, creditNotes, request)
      return shown(ctx, asResource(creditNoteLines), request, await linesOfCreditNote(ctx, note.id))
    }),
  )

  server.get('/api/v1/invoices/:id/pdf', async (request, reply) =>
    sendPdf(
      reply,
      await readAs(app, request, reply, async (ctx) =>
        printableInvoice(ctx, await printed(ctx, invoices, request)),
      ),
    ),
  )

  server.get('/api/v1/credit_notes/:id/pdf', async (request, reply) =>
    sendPdf(
      reply,
      await readAs(app, request, reply, async (ctx) =>
        printableCreditNote(ctx, await printed(ctx, creditNotes, request)),
      ),
    ),
  )

  server.get('/api/v1/services/:id/explain', (request, reply) =>
    readAs(app, request, reply, (ctx) =>
      explainService(ctx, idOf(request, 'Service'), queryOf(request).date),
    ),
  )
}

const idOf = (request: FastifyRequest, label: string): string => {
  const { id } = request.params as { id: string }
  if (!isId(id)) throw notFound(label)
  return id
}

/** A document bears whom it is for and all its figures. */
function printed<F extends Fields>(
  ctx: Ctx,
  noun: Resource<F>,
  request: FastifyRequest,
): Promise<Row<Resource<F>>> {
  mustSee(ctx, asResource(customers), fieldsOnDocuments)
  mustSee(ctx, asResource(noun), Object.keys(noun.fields))
  return existing(ctx, noun, request)
}

async function existing<F extends Fields>(
  ctx: Ctx,
  noun: Resource<F>,
  request: FastifyRequest,
): Promise<Row<Resource<F>>> {
  mustBeAbleTo(ctx, asResource(noun), 'get')
  const row = await find(ctx, noun, idOf(request, noun.label))
  if (!row) throw notFound(noun.label)
  return row
}

/** Lines as the actor may see them, with the names of what they refer to where the query asks for them. */
async function shown(
  ctx: Ctx,
  noun: Resource,
  request: FastifyRequest,
  lines: readonly Record<string, unknown>[],
) {
  const data = lines.map(shapeOf(ctx, noun).present)
  const { include } = queryOf(request)
  return include ? { data, _refs: await referencesOf(ctx, noun, include, data) } : { data }
}
