import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { asResource, find } from '#kernel/store.ts'
import { billingOf } from './billing-of.ts'
import { customers } from './customers.ts'
import { hierarchyOf } from './hierarchy-tree.ts'

export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/customers/:id/hierarchy', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(customers), 'list')
      const { id } = request.params as { id: string }
      const customer = isId(id) ? await find(ctx, customers, id) : undefined
      if (!customer) throw notFound('Customer')
      return hierarchyOf(ctx, customer)
    }),
  )
  server.get('/api/v1/customers/:id/billing', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const { id } = request.params as { id: string }
      if (!isId(id)) throw notFound('Customer')
      return billingOf(ctx, id)
    }),
  )
}
