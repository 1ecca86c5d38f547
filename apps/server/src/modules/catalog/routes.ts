import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { readAs } from '#kernel/http.ts'
import { queryOf } from '#kernel/rest.ts'
import { offeredTariffs } from './offered.ts'

export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/tariffs/offered', (request, reply) =>
    readAs(app, request, reply, (ctx) => offeredTariffs(ctx, queryOf(request))),
  )
}
