import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { formatDecimal, currencyDigits } from '#kernel/money.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { asResource, find } from '#kernel/store.ts'
import { renderDocument } from '../../documents/index.ts'
import { contractDocument } from './contract-document.ts'
import { contractStanding } from './contracts.ts'
import { services, type Service } from './services.ts'

/** A service's contract: as a document, and how it stands on a day. */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/services/:id/contract', async (request, reply) => {
    const document = await readAs(app, request, reply, async (ctx) =>
      contractDocument(ctx, await serviceOf(ctx, request)),
    )
    const pdf = await renderDocument('contract', document)
    return reply
      .type('application/pdf')
      .header('content-disposition', `inline; filename="${document.number.replace(/[^\w.-]/g, '_')}.pdf"`)
      .send(Buffer.from(pdf))
  })

  server.get('/api/v1/services/:id/contract_terms', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const service = await serviceOf(ctx, request)
      const { early_fee, ...standing } = await contractStanding(ctx, service, dateIn(queryOf(request).date))
      const amount = formatDecimal(early_fee.amount, currencyDigits(ctx.tenant.currency))
      return {
        ...standing,
        early_fee: ctx.access.hidden('service').has('price')
          ? { remaining_months: early_fee.remaining_months, sentence: early_fee.sentence }
          : { ...early_fee, amount, currency: ctx.tenant.currency },
      }
    }),
  )
}

async function serviceOf(ctx: Ctx, request: FastifyRequest): Promise<Service> {
  mustBeAbleTo(ctx, asResource(services), 'get')
  const { id } = request.params as { id: string }
  const service = isId(id) ? await find(ctx, services, id) : undefined
  if (!service) throw notFound('Service')
  return service
}

function dateIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    return Temporal.PlainDate.from(text).toString()
  } catch {
    throw invalidField('date', 'not_a_date', 'Date is not a date in the form YYYY-MM-DD.')
  }
}
