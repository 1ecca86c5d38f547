import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { asResource, find } from '#kernel/store.ts'
import { offeredTariffs } from './offered.ts'
import { tariffs } from './tariffs.ts'
import { versionHistory } from './version-history.ts'

export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/tariffs/offered', (request, reply) =>
    readAs(app, request, reply, (ctx) => offeredTariffs(ctx, queryOf(request))),
  )

  server.get('/api/v1/tariffs/:id/versions', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(tariffs), 'get')
      const { id } = request.params as { id: string }
      const tariff = isId(id) ? await find(ctx, tariffs, id) : undefined
      if (!tariff) throw notFound('Tariff')
      return versionHistory(ctx, tariff)
    }),
  )
}
