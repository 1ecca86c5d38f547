import type { App, Module } from '#kernel/app.ts'
import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import { radiusPorts } from '#modules/radius/index.ts'
import { demoRouterOf } from './lines.ts'
import { startSimulatedRouter, type RadiusAddress, type SimulatedRouter } from './simulated-router.ts'

/**
 * Keeps the demo ISP's subscribers online: a simulated router for each tenant that has one at the demo's address, speaking real RADIUS
 * to this very program. Wherever the loopback network has only 127.0.0.1 (macOS), it quietly stays away.
 */
export const demoNas: Module = {
  name: 'demo_nas',
  async start(app) {
    const server = serverAddress(app)
    if (!server) return undefined
    let stopping = false
    const routers: SimulatedRouter[] = []
    const starting = startRouters(app, server, routers, () => stopping).catch((error) =>
      app.log.debug({ err: error }, 'the simulated router of the demo ISP did not start'),
    )
    return {
      async stop() {
        stopping = true
        await starting
        await Promise.all(routers.map((router) => router.stop()))
      },
    }
  },
}

async function startRouters(
  app: App,
  server: RadiusAddress,
  routers: SimulatedRouter[],
  stopping: () => boolean,
): Promise<void> {
  const tenants = await poolDb(app.pool).all(sql<{ id: string }>`select id from all_tenants()`)
  for (const { id } of tenants) {
    const router = stopping() ? undefined : await demoRouterOf(app, id)
    if (router) routers.push(await startSimulatedRouter(app, server, router))
  }
}

/** From 127.66.0.1 only this machine can be reached. */
function serverAddress(app: App): RadiusAddress | undefined {
  const { host } = app.config.radius
  const local = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.startsWith('127.') ? host : undefined
  const ports = radiusPorts(app)
  return local && ports ? { host: local, ...ports } : undefined
}
