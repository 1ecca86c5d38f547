import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { formatDecimal, currencyDigits } from '#kernel/money.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { asResource, find } from '#kernel/store.ts'
import { renderDocument, type ContractDocument } from '../../documents/index.ts'
import { contractDocument, mustSeeContracts } from './contract-document.ts'
import { contracts, printedContract } from './issued-contracts.ts'
import { contractStanding } from './contracts.ts'
import { services, type Service } from './services.ts'

/** A service's contract: as a document, and how it stands on a day. */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/services/:id/contract', async (request, reply) =>
    sendContract(
      reply,
      await readAs(app, request, reply, async (ctx) => contractDocument(ctx, await serviceOf(ctx, request))),
    ),
  )

  server.get('/api/v1/contracts/:id/pdf', async (request, reply) =>
    sendContract(
      reply,
      await readAs(app, request, reply, async (ctx) => {
        mustBeAbleTo(ctx, asResource(contracts), 'get')
        const { id } = request.params as { id: string }
        const contract = isId(id) ? await find(ctx, contracts, id) : undefined
        if (!contract) throw notFound('Contract')
        mustSeeContracts(ctx)
        return printedContract(contract)
      }),
    ),
  )

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

async function sendContract(reply: FastifyReply, document: ContractDocument): Promise<unknown> {
  const pdf = await renderDocument('contract', document)
  return reply
    .type('application/pdf')
    .header('content-disposition', `inline; filename="${document.number.replace(/[^\w.-]/g, '_')}.pdf"`)
    .send(Buffer.from(pdf))
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
