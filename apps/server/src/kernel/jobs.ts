import { EventEmitter } from 'node:events'
import pg from 'pg'
import { run as runWorker, type Task, type WorkerEvents } from 'graphile-worker'
import type { App } from './app.ts'
import { act, systemPrincipal, type Actor, type Cause, type Ctx, type Principal } from './ctx.ts'
import { poolDb } from './db.ts'
import { sql } from './sql.ts'

/** A piece of work that outlives its request: enqueued in the transaction that wants it, retried until it succeeds or gives up. */
export type Job<P extends Record<string, unknown> = Record<string, unknown>> = {
  name: string
  max_attempts: number
  run: (work: Work<P>) => Promise<void>
  /** Enqueue. `key` replaces a waiting job of the same key; `queue` runs one at a time. */
  later(ctx: Ctx, payload: P, options?: { at?: Temporal.Instant; key?: string; queue?: string }): void
}

/** What a job's function receives; long work takes several transactions through `act`. */
export type Work<P> = {
  app: App
  tenant_id: string
  /** Who acts in `act`: whoever enqueued the work, with the product's own permissions. */
  principal: Principal
  payload: P
  attempt: number
  stopping: AbortSignal
  act<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>
}

type Envelope = { tenant_id: string; cause: Cause[]; author: Actor; payload: Record<string, unknown> }

export function job<P extends Record<string, unknown>>(
  name: string,
  options: { max_attempts?: number },
  run: (work: Work<P>) => Promise<void>,
): Job<P> {
  const max_attempts = options.max_attempts ?? 25
  return {
    name,
    max_attempts,
    run,
    later(ctx, payload, { at, key, queue } = {}) {
      const envelope: Envelope = {
        tenant_id: ctx.tenant.id,
        cause: [...ctx.cause],
        author: ctx.actor,
        payload,
      }
      ctx.effects.jobs.push({
        task: name,
        payload: envelope,
        run_at: at?.toString() ?? null,
        key: key ? `${name}:${ctx.tenant.id}:${key}` : null,
        queue: queue ? `${ctx.tenant.id}:${queue}` : null,
        max_attempts,
      })
    },
  }
}

/** What the module list holds jobs as; the payload's type has done its work where the job is declared. */
export const anyJob = <P extends Record<string, unknown>>(declared: Job<P>): Job => declared as unknown as Job

const heartbeat_ms = 4000

/**
 * Runs jobs on graphile-worker. A crashed process's locks are released within 30 s: each process says every 4 s which workers
 * are its own, and whoever finds a lock whose worker was silent for 15 s opens it (graphile's own patience is 4 hours).
 */
export async function startJobs(app: App): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController()
  const workers = new Set<string>()
  const tasks: Record<string, Task> = Object.fromEntries(
    app.jobs.map((declared) => [declared.name, taskOf(app, declared, stopping.signal)]),
  )
  // Listened to from before the first worker exists.
  const events: WorkerEvents = new EventEmitter()
  // A job is locked by its worker's pool, whose id is what `locked_by` holds.
  events.on('pool:create', ({ workerPool }) => workers.add(workerPool.id))
  const pool = poolForWorker(app)
  const runner = await runWorker({
    events,
    pgPool: pool,
    concurrency: app.config.job_concurrency,
    pollInterval: 1000,
    noHandleSignals: true,
    taskList: tasks,
    parsedCronItems: [],
    logger: app.workerLogger,
  })
  const beat = async () => {
    const db = poolDb(app.migratorPool)
    await db.run(sql`
      insert into worker_heartbeats (worker_id) select unnest(${[...workers]}::text[])
      on conflict (worker_id) do update set seen_at = now()`)
    await db.all(sql`select unlock_dead_workers()`)
  }
  await beat()
  const timer = setInterval(
    () => void beat().catch((error) => app.log.warn({ err: error }, 'job heartbeat failed')),
    heartbeat_ms,
  )
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await runner.stop().catch(() => {})
      await pool.end()
    },
  }
}

/** graphile-worker prints job ids as JSON when a job fails, so int8 must reach it as text and not as our bigint. */
function poolForWorker(app: App): pg.Pool {
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid, format) =>
      oid === pg.types.builtins.INT8 ? String : pg.types.getTypeParser(oid, format),
  }
  const { options } = app.migratorPool
  const pool = new pg.Pool({ ...options, password: options.password, types })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

function taskOf(app: App, declared: Job, stopping: AbortSignal): Task {
  return async (raw, helpers) => {
    const envelope = raw as Envelope
    const principal = {
      ...systemPrincipal(app, envelope.tenant_id),
      actor: envelope.author ?? systemPrincipal(app, envelope.tenant_id).actor,
    }
    await declared.run({
      app,
      tenant_id: envelope.tenant_id,
      principal,
      payload: envelope.payload,
      attempt: helpers.job.attempts,
      stopping,
      act: (work) => act(app, principal, { cause: envelope.cause }, work),
    })
  }
}

/** Jobs of a tenant that could run now. */
export async function pendingJobs(app: App, tenant_id: string): Promise<number> {
  const { n } = await poolDb(app.pool).one(sql<{ n: bigint }>`select pending_jobs(${tenant_id}) as n`)
  return Number(n)
}
