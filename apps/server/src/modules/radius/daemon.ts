import type { App } from '#kernel/app.ts'
import { BadConfig } from '#kernel/config.ts'
import { poolDb } from '#kernel/db.ts'
import { onBatch } from '#kernel/events.ts'
import { sql } from '#kernel/sql.ts'
import { createRadiusServer, type RadiusServer, type RadiusServerOptions } from '@isp/radius'
import { AccessDesk } from './access.ts'
import { AccountingDesk } from './accounting.ts'
import { AttemptLog } from './attempts.ts'
import { RouterDirectory, type RouterClient } from './clients.ts'
import { dropCounter } from './metrics.ts'
import { keepPartitions, sweepSessions } from './sweep.ts'

const running = new WeakMap<App, RadiusServer>()
const directories = new WeakMap<App, RouterDirectory>()
const desks = new WeakMap<App, AccountingDesk>()

/** Where this process listens; undefined when it has not the role. For those who configured port 0. */
export const radiusPorts = (app: App): { auth_port: number; acct_port: number } | undefined => {
  const server = running.get(app)
  return server && { auth_port: server.auth_port, acct_port: server.acct_port }
}

/** Resolves when what this process has acknowledged so far stands in sessions and usage. */
export const accountingCaughtUp = async (app: App): Promise<void> => desks.get(app)?.caughtUp()

/** A router made or changed through this process is known at once; other processes look four times a second. */
export const learnRouters = onBatch(
  'radius.learn_routers',
  ['router.created', 'router.updated'],
  async (ctx) => {
    await directories.get(ctx.app)?.refresh()
  },
)

/** The RADIUS server: two UDP ports, the routers it knows, and what it looks after once in a while. */
export async function startDaemon(app: App): Promise<{ stop(): Promise<void> }> {
  const directory = new RouterDirectory(app)
  await directory.start()
  const log = new AttemptLog(app)
  const class_key = app.secrets.deriveKey('radius class')
  const access = new AccessDesk(app, log, class_key)
  const accounting = new AccountingDesk(app, class_key)
  await accounting.recover((id) => directory.byId(id))
  const heard = new Map<string, RouterClient>()
  const complain = quietly(app)
  const server = await open(app, {
    host: app.config.radius.host,
    auth_port: app.config.radius.auth_port,
    acct_port: app.config.radius.acct_port,
    lookup_client: (source_ip) => directory.at(source_ip),
    async on_access(request) {
      const reply = await access.answer(request)
      if (reply?.candidate) heard.set(reply.candidate.id, reply.candidate)
      return reply
    },
    on_accounting(request) {
      if (request.candidates.length === 1) heard.set(request.candidates[0]!.id, request.candidates[0]!)
      return accounting.answer(request)
    },
    on_client_latched: (id) => void remember(app, directory, id),
    on_drop: (reason) => dropCounter.inc({ reason }),
    on_error: (error) => complain(error),
  })
  running.set(app, server)
  directories.set(app, directory)
  desks.set(app, accounting)
  const chores = [
    every(10_000, app, () => noteHeard(app, heard)),
    // wall clock: routers live in real time.
    every(60_000, app, () => sweepSessions(app, Temporal.Now.instant())),
    // wall clock: routers live in real time.
    every(6 * 3_600_000, app, () => keepPartitions(app, Temporal.Now.instant())),
  ]
  // wall clock: routers live in real time.
  await keepPartitions(app, Temporal.Now.instant())
  return {
    async stop() {
      running.delete(app)
      directories.delete(app)
      desks.delete(app)
      for (const chore of chores) clearInterval(chore)
      await server.close()
      await accounting.stop()
      await directory.stop()
      await log.stop()
      await noteHeard(app, heard).catch(() => {})
    },
  }
}

async function open(app: App, options: RadiusServerOptions<RouterClient>): Promise<RadiusServer> {
  try {
    return await createRadiusServer(options)
  } catch (error) {
    const { auth_port, acct_port } = app.config.radius
    const why = error instanceof Error ? error.message : String(error)
    const name =
      why.includes(`port ${acct_port} `) && auth_port !== acct_port ? 'RADIUS_ACCT_PORT' : 'RADIUS_AUTH_PORT'
    throw new BadConfig(
      `The RADIUS server cannot start. ${why} Set ${name} to another port, or stop the program that uses it.`,
      { cause: error },
    )
  }
}

/** From now on this router must sign (CVE-2024-3596). */
async function remember(app: App, directory: RouterDirectory, router_id: string): Promise<void> {
  const router = directory.byId(router_id)
  if (!router) return
  await poolDb(app.pool)
    .all(sql`select radius_client_signed(${router.tenant_id}, ${router.id})`)
    .catch((error) => app.log.warn({ err: error, router_id }, 'that a router signs could not be stored'))
}

async function noteHeard(app: App, heard: Map<string, RouterClient>): Promise<void> {
  const routers = [...heard.values()]
  heard.clear()
  if (routers.length === 0) return
  await poolDb(app.pool).all(sql`
    select radius_clients_heard(${routers.map(({ tenant_id }) => tenant_id)}::uuid[], ${routers.map(({ id }) => id)}::uuid[])`)
}

const every = (ms: number, app: App, work: () => Promise<unknown>): NodeJS.Timeout =>
  setInterval(
    () => void work().catch((error) => app.log.warn({ err: error }, 'a chore of the RADIUS server failed')),
    ms,
  ).unref()

/** While the database is away every packet fails alike: one line a second is enough. */
function quietly(app: App): (error: unknown) => void {
  let last_ms = 0
  return (error) => {
    // wall clock: it limits lines of log.
    if (Date.now() - last_ms < 1000) return
    // wall clock: it limits lines of log.
    last_ms = Date.now()
    app.log.error({ err: error }, 'a RADIUS request could not be answered')
  }
}
