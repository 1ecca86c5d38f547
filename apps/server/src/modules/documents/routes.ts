import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { asResource, find } from '#kernel/store.ts'
import { sellerOf } from '#modules/resellers/index.ts'
import { renderDocument } from '../../documents/index.ts'
import { documentKinds, documentTemplates } from './document-templates.ts'
import { placeholders } from './placeholders.ts'
import { sampleDocument } from './sample.ts'

/** What texts may name, and what a template looks like. */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/document_templates/placeholders', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(documentTemplates), 'list')
      const { kind: asked } = queryOf(request)
      const kinds = documentKinds.filter((kind) => asked === undefined || kind === asked)
      if (kinds.length === 0)
        throw invalidField('kind', 'not_a_choice', `Kind is one of ${documentKinds.join(', ')}.`)
      return {
        data: kinds.flatMap((kind) =>
          Object.entries(placeholders[kind]).map(([name, meaning]) => ({
            kind,
            placeholder: `{{${name}}}`,
            meaning,
          })),
        ),
      }
    }),
  )

  server.get('/api/v1/document_templates/:id/preview', async (request, reply) => {
    const sample = await readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(documentTemplates), 'get')
      const { id } = request.params as { id: string }
      const template = isId(id) ? await find(ctx, documentTemplates, id) : undefined
      if (!template) throw notFound('Document template')
      return sampleDocument(ctx, template, await sellerOf(ctx))
    })
    const pdf =
      sample.print === 'invoice'
        ? await renderDocument('invoice', sample.document)
        : await renderDocument('contract', sample.document)
    return reply
      .type('application/pdf')
      .header('content-disposition', 'inline; filename="preview.pdf"')
      .send(Buffer.from(pdf))
  })
}
