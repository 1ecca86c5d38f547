import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { limitOf } from '#kernel/filters.ts'
import { readAs, readTogether } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { asResource, find } from '#kernel/store.ts'
import { customers, type Customer } from '#modules/customers/index.ts'
import { customerOverview } from './customer.ts'
import { dashboard } from './dashboard.ts'
import { nextInvoice } from './next-invoice.ts'
import { customerTimeline } from './timeline.ts'

export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/dashboard', (request, reply) => readTogether(app, request, reply, dashboard))

  server.get('/api/v1/customers/:id/overview', (request, reply) =>
    readTogether(app, request, reply, async (ctx) => customerOverview(ctx, await customerOf(ctx, request))),
  )

  server.get('/api/v1/customers/:id/next_invoice', (request, reply) =>
    readTogether(app, request, reply, async (ctx) =>
      nextInvoice(ctx, await customerOf(ctx, request), queryOf(request)),
    ),
  )

  server.get('/api/v1/customers/:id/timeline', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const query = queryOf(request)
      return customerTimeline(ctx, await customerOf(ctx, request), limitOf(query), query.cursor)
    }),
  )
}

async function customerOf(ctx: Ctx, request: FastifyRequest): Promise<Customer> {
  mustBeAbleTo(ctx, asResource(customers), 'get')
  const { id } = request.params as { id: string }
  const customer = isId(id) ? await find(ctx, customers, id) : undefined
  if (!customer) throw notFound('Customer')
  return customer
}
