import pino, { type Logger } from 'pino'
import { Logger as WorkerLogger } from 'graphile-worker'
import type { FastifyInstance } from 'fastify'
import { nounsOf, type App, type Module } from '#kernel/app.ts'
import type { Config } from '#kernel/config.ts'
import { createSecrets } from '#kernel/crypto.ts'
import type { Connections } from '#kernel/database.ts'
import { createPool, poolDb } from '#kernel/db.ts'
import { startRelay } from '#kernel/events.ts'
import { createServer } from '#kernel/http.ts'
import { startJobs } from '#kernel/jobs.ts'
import { registry } from '#kernel/metrics.ts'
import { everything } from '#kernel/permissions.ts'
import { mountRest } from '#kernel/rest.ts'
import { startSchedules } from '#kernel/schedules.ts'
import { sql } from '#kernel/sql.ts'
import { mountStream } from '#kernel/stream/routes.ts'
import { createTenantCache } from '#kernel/tenants.ts'

/** The App of this process: pools, caches and what the modules declared. Opens no port and starts no daemon. */
export function createApp(
  config: Config,
  connections: Connections,
  kek: Buffer,
  modules: readonly Module[],
  log: Logger = createLog(config),
): App {
  const of = <T>(pick: (module: Module) => readonly T[] | undefined): T[] =>
    modules.flatMap((module) => pick(module) ?? [])
  const only = <K extends 'authenticate' | 'principalOf' | 'loadExtensions'>(name: K) =>
    modules.find((module) => module[name])?.[name]
  const authenticate = only('authenticate')
  const principalOf = only('principalOf')
  const loadExtensions = only('loadExtensions')
  if (!authenticate || !principalOf) throw new Error('A module must say who acts.')
  const app: App = {
    config,
    pool: createPool(connections.app, { max: config.pool_size, name: 'isp' }),
    migratorPool: createPool(connections.migrator, {
      max: Math.max(4, config.job_concurrency + 2),
      name: 'isp-owner',
      pipeline: false,
    }),
    log,
    workerLogger: new WorkerLogger(() => (level, message) => {
      if (level === 'error' || level === 'warning') log.warn({ part: 'jobs' }, message)
    }),
    secrets: createSecrets(() => app, kek),
    tenants: createTenantCache(() => app),
    everything,
    nouns: nounsOf(modules),
    verbs: of((module) => module.verbs),
    consumers: of((module) => module.consumers),
    insiders: of((module) => module.insiders),
    jobs: of((module) => module.jobs),
    schedules: of((module) => module.schedules),
    modules,
    authenticate: (token, by) => authenticate(app, token, by),
    principalOf: (tenant_id, actor) => principalOf(app, tenant_id, actor),
    loadExtensions: loadExtensions ?? (async () => ({ entities: new Map(), custom_fields: new Map() })),
    wake: () => {},
  }
  return app
}

export type Running = { server: FastifyInstance; stop(): Promise<void> }

/** Starts what the configured roles ask for. The server is ready but does not listen yet. */
export async function startProgram(app: App): Promise<Running> {
  const { roles } = app.config
  const server = await createServer(app)
  mountHealth(server, app)
  if (roles.has('api')) {
    for (const module of app.modules) module.routes?.(server, app)
    mountRest(server, app)
  }
  const stream = roles.has('api') ? mountStream(server, app) : undefined
  app.wake = () => stream?.wake()
  const stops: (() => Promise<void>)[] = []
  for (const module of app.modules) {
    const daemon = await module.start?.(app)
    if (daemon) stops.push(() => daemon.stop())
  }
  if (roles.has('worker')) {
    const jobs = await startJobs(app)
    const relay = startRelay(app)
    const schedules = startSchedules(app)
    app.wake = () => {
      relay.wake()
      stream?.wake()
    }
    stops.push(
      () => schedules.stop(),
      () => relay.stop(),
      () => jobs.stop(),
    )
  }
  return {
    server,
    async stop() {
      await server.close()
      for (const stop of stops) await stop()
      await Promise.all([app.pool.end(), app.migratorPool.end()])
    },
  }
}

function mountHealth(server: FastifyInstance, app: App): void {
  server.get('/healthz', async () => ({ status: 'ok' }))
  server.get('/readyz', async (_, reply) => {
    try {
      const [state] = await poolDb(app.pool).all(sql<{ migrations: bigint; waiting_jobs: bigint }>`
        select (select count(*) from schema_migrations) as migrations, waiting_jobs() as waiting_jobs`)
      return {
        status: 'ready',
        database: 'ok',
        migrations: Number(state?.migrations),
        waiting_jobs: Number(state?.waiting_jobs),
      }
    } catch (error) {
      app.log.warn({ err: error }, 'not ready')
      return reply.code(503).send({ status: 'not_ready', database: 'unavailable' })
    }
  })
  server.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}

/** Secrets never reach a log: what could carry one is removed by name. */
export function createLog(config: Pick<Config, 'log_level'>, destination?: pino.DestinationStream): Logger {
  return pino(
    {
      level: config.log_level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'password',
          '*.password',
          'token',
          '*.token',
          'radius_secret',
          '*.radius_secret',
          'req.headers.authorization',
          'req.headers.cookie',
          'err.parameters',
        ],
        censor: '[secret]',
      },
    },
    destination ?? pino.destination({ dest: 2, sync: false }),
  )
}
