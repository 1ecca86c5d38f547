import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { readAs } from '#kernel/http.ts'
import { mustBeAbleTo, visiblePartners } from '#kernel/permissions.ts'
import { Refused } from '#kernel/refused.ts'
import { asResource } from '#kernel/store.ts'
import { tenants } from '#modules/identity/index.ts'
import { examine } from './examine.ts'

/** `GET /doctor`: `{status, checks: [{check, status, sentence, advice?, tenant?}]}` of the installation and of the asker's own ISP. */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/doctor', async (request, reply) => {
    const tenant_id = await readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(tenants), 'doctor')
      if (visiblePartners(ctx))
        throw new Refused(
          403,
          'forbidden',
          'The installation is looked after by the ISP itself, not by its partners.',
        )
      return ctx.tenant.id
    })
    return examine(app, [tenant_id])
  })
}
