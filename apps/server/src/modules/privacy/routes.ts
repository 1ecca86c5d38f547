import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { readTogether } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound, Refused } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { shapeOf } from '#kernel/shape.ts'
import { asResource, find } from '#kernel/store.ts'
import { invoices, linesOfInvoice, printableInvoice, sendPdf } from '#modules/billing/index.ts'
import { erasures } from './erasures.ts'
import { originalsOf } from './seal-books.ts'

/** `GET /erasures/{id}/invoices/{invoice_id}`: an invoice as it was issued, while the law still asks for it. */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/erasures/:id/invoices/:invoice_id', async (request, reply) => {
    const { printed, invoice } = await readTogether(app, request, reply, (ctx) => original(ctx, request))
    if (queryOf(request).format !== 'pdf') return reply.send(invoice)
    return sendPdf(reply, printed)
  })
}

async function original(ctx: Ctx, request: FastifyRequest) {
  const { id, invoice_id } = request.params as { id: string; invoice_id: string }
  if (!isId(id) || !isId(invoice_id)) throw notFound('Erasure')
  mustBeAbleTo(ctx, asResource(erasures), 'read_originals')
  const erasure = await find(ctx, erasures, id)
  if (!erasure) throw notFound('Erasure')
  const invoice = await find(ctx, invoices, invoice_id)
  if (!invoice) throw notFound('Invoice')
  if (erasure.originals === 'destroyed')
    throw new Refused(
      410,
      'originals_destroyed',
      'The time for which the law wants this document kept is over, and whom it was issued to was destroyed with its key.',
    )
  const lines = await linesOfInvoice(ctx, invoice.id)
  const known = await originalsOf(ctx, erasure.id, [invoice.id, ...lines.map((line) => line.id)])
  const issued = known?.get(invoice.id)
  if (!issued) throw new Refused(404, 'no_original', 'Nothing of this invoice was sealed by this erasure.')
  record(ctx, {
    noun: 'erasure',
    row_id: erasure.id,
    action: 'original_read',
    changes: {},
    data: { invoice_id: invoice.id },
  })
  const whole = { ...invoice, ...issued }
  const { present } = shapeOf(ctx, asResource(invoices))
  return {
    invoice: present(whole),
    printed: await printableInvoice(
      ctx,
      whole,
      lines.map((line) => ({ ...line, ...known?.get(line.id) })),
    ),
  }
}
