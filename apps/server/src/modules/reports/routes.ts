import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { today } from '#kernel/ctx.ts'
import { readTogether } from '#kernel/http.ts'
import { queryOf } from '#kernel/rest.ts'
import { churn } from './churn.ts'
import { churnBy } from './churn-split.ts'
import { periodsOf } from './periods.ts'

export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/reports/churn', (request, reply) =>
    readTogether(app, request, reply, (ctx) => churn(ctx, periodsOf(queryOf(request), today(ctx)))),
  )
  server.get('/api/v1/reports/churn/by/:of', (request, reply) =>
    readTogether(app, request, reply, (ctx) => {
      const { of } = request.params as { of: string }
      return churnBy(ctx, of, queryOf(request), today(ctx))
    }),
  )
}
