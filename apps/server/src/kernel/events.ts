import type { App } from './app.ts'
import { act, systemPrincipal, type Actor, type Cause, type Ctx } from './ctx.ts'
import { poolDb, type Db } from './db.ts'
import { causedBy } from './effects.ts'
import { sql } from './sql.ts'

/** A fact from the outbox, as a consumer receives it. */
export type Told = {
  id: string
  tenant_id: string
  xid: string
  seq: bigint
  at: string
  type: string
  noun: string
  row_id: string
  data: Record<string, unknown>
  actor: Actor
  cause: readonly Cause[]
}

/**
 * Somebody who reacts to events. Its position moves in the transaction of its effect, so an effect in the database happens exactly
 * once, in order, whatever dies in between; an effect outside (a packet, a mail) belongs in a job.
 */
export type Consumer = {
  name: string
  types: readonly string[]
  handle: (ctx: Ctx, events: readonly Told[]) => Promise<void>
}

/** `on('services.follow_customer', ['customer.blocked'], async (ctx, event) => …)` */
export function on(
  name: string,
  types: readonly string[],
  handle: (ctx: Ctx, event: Told) => Promise<void>,
): Consumer {
  return {
    name,
    types,
    async handle(ctx, events) {
      for (const event of events) await handle({ ...ctx, cause: causedBy(event, event.cause) }, event)
    },
  }
}

/** The same for a set of events of one tenant at once. */
export const onBatch = (name: string, types: readonly string[], handle: Consumer['handle']): Consumer => ({
  name,
  types,
  handle,
})

const batchLimit = 100
const triesBeforeSkipping = 5

/** Handles what is waiting for one consumer; answers how many events it passed. */
export const drain = async (app: App, consumer: Consumer): Promise<number> =>
  (await readOn(app, consumer)).passed

/** `delivered` is false where nothing of what was passed concerned the consumer. */
async function readOn(app: App, consumer: Consumer): Promise<{ passed: number; delivered: boolean }> {
  const events = await poolDb(app.pool).all(sql<Told & { last: boolean; from_xid: string; from_seq: bigint }>`
    select * from next_events(${consumer.name}, ${consumer.types}::text[], ${batchLimit})`)
  const [first] = events
  if (!first) return { passed: 0, delivered: false }
  const start: Position = { xid: first.from_xid, seq: first.from_seq }
  if (first.last) {
    await advance(poolDb(app.pool), consumer, start, first)
    return { passed: 1, delivered: false }
  }
  // The longest run of one tenant's events from the front: one transaction.
  const end = events.findIndex((event) => event.tenant_id !== first.tenant_id)
  const run = end < 0 ? events : events.slice(0, end)
  try {
    await deliver(app, consumer, start, run)
    return { passed: run.length, delivered: true }
  } catch (error) {
    // One of them is at fault: they go one by one, and only that one is held back.
    app.log.warn({ consumer: consumer.name, err: error }, 'event consumer failed')
    return { passed: await deliverSingly(app, consumer, start, run), delivered: true }
  }
}

type Position = { xid: string; seq: bigint }

/** True when the position was still where it was read: this transaction alone has the events between. */
async function advance(db: Db, consumer: Consumer, from: Position, to: Position): Promise<boolean> {
  const moved = await db.one(sql<{ moved: boolean | null }>`
    select advance_consumer(${consumer.name}, ${from.xid}::xid8, ${from.seq}, ${to.xid}::xid8, ${to.seq}) as moved`)
  return moved.moved === true
}

async function deliver(
  app: App,
  consumer: Consumer,
  start: Position,
  events: readonly Told[],
): Promise<void> {
  const first = events[0]!
  const last = events.at(-1)!
  const cause = events.length === 1 ? causedBy(first, first.cause) : []
  await act(app, systemPrincipal(app, first.tenant_id), { cause }, async (ctx) => {
    if (await advance(ctx.db, consumer, start, last)) await consumer.handle(ctx, events)
  })
}

async function deliverSingly(
  app: App,
  consumer: Consumer,
  start: Position,
  events: readonly Told[],
): Promise<number> {
  let from = start
  for (const [n, event] of events.entries()) {
    try {
      await deliver(app, consumer, from, [event])
    } catch (error) {
      const attempts = await noteFailure(app, consumer, event, error)
      if (attempts < triesBeforeSkipping) return n
      app.log.error(
        { consumer: consumer.name, event_id: event.id, err: error },
        'event skipped after repeated failure',
      )
      await advance(poolDb(app.pool), consumer, from, event)
    }
    from = event
  }
  return events.length
}

async function noteFailure(app: App, consumer: Consumer, event: Told, error: unknown): Promise<number> {
  const sentence = error instanceof Error ? error.message : String(error)
  return act(app, systemPrincipal(app, event.tenant_id), {}, async (ctx) => {
    const { attempts } = await ctx.db.one(sql<{ attempts: number }>`
      insert into consumer_failures (tenant_id, consumer, event_id, attempts, error)
      values (${event.tenant_id}, ${consumer.name}, ${event.id}, 1, ${sentence.slice(0, 2000)})
      on conflict (tenant_id, consumer, event_id) do update
      set attempts = consumer_failures.attempts + 1, error = excluded.error, failed_at = now()
      returning attempts`)
    return attempts
  })
}

/** Reads the outbox for every consumer until stopped; woken at once by its own process's commits, by the clock otherwise. */
export function startRelay(app: App): { wake(): void; stop(): Promise<void> } {
  let stopping = false
  let awake = () => {}
  const loops = app.consumers.map(async (consumer) => {
    let pause_ms = idle_ms
    while (!stopping) {
      let wait_ms = 0
      try {
        const { passed, delivered } = await readOn(app, consumer)
        pause_ms = idle_ms
        if (passed === 0) wait_ms = idle_ms
        else if (!delivered) wait_ms = passing_ms
      } catch (error) {
        wait_ms = pause_ms = Math.min(pause_ms * 2, 10_000)
        if (!stopping) app.log.error({ consumer: consumer.name, err: error }, 'event relay failed')
      }
      if (wait_ms > 0 && !stopping) await sleep(wait_ms)
    }
  })
  const waiting = new Set<() => void>()
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      waiting.add(done)
    })
  awake = () => {
    for (const done of waiting) done()
  }
  return {
    wake: () => awake(),
    async stop() {
      stopping = true
      awake()
      await Promise.all(loops)
    },
  }
}
const idle_ms = 500
/**
 * While others' events stream by (thousands of sessions begin and end a second) a consumer passes them a hundred milliseconds' worth at
 * a time: one by one each cost as much as what they tell of, a tenth of all that RADIUS accounting takes.
 */
const passing_ms = 100

/** Events of a tenant that some consumer has not handled yet. */
export async function pendingEvents(app: App, tenant_id: string): Promise<number> {
  const types = Object.fromEntries(app.consumers.map((consumer) => [consumer.name, consumer.types]))
  const { n } = await poolDb(app.pool).one(sql<{ n: bigint }>`
    select pending_events(${tenant_id}, ${app.consumers.map((consumer) => consumer.name)}::text[], ${JSON.stringify(types)}::jsonb) as n`)
  return Number(n)
}
