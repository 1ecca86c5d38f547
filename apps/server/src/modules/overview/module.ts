import type { FastifyInstance } from 'fastify'
import type { App, Module } from '#kernel/app.ts'
import { limitOf } from '#kernel/filters.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound, Refused } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { asResource } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import { customerOverview, customerTimeline } from './customer.ts'
import { dashboard } from './dashboard.ts'

function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/dashboard', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(customers), 'list')
      return dashboard(ctx)
    }),
  )
  server.get('/api/v1/customers/:id/overview', (request, reply) =>
    readAs(app, request, reply, (ctx) => customerOverview(ctx, idOf(request.params))),
  )
  server.get('/api/v1/customers/:id/timeline', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const query = queryOf(request)
      if (query.cursor !== undefined && !isId(query.cursor))
        throw new Refused(400, 'bad_cursor', 'This cursor does not belong to this list.')
      return customerTimeline(ctx, idOf(request.params), limitOf(query), query.cursor)
    }),
  )
}

function idOf(params: unknown): string {
  const { id } = params as { id: string }
  if (!isId(id)) throw notFound('Customer')
  return id
}

/** Screens that look across the modules; reads only. */
export const overview: Module = { name: 'overview', routes }
