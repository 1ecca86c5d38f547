import type { App } from '../app.ts'
import { endOfOutbox, eventsAfter } from './outbox.ts'
import { isAfter, type Position } from './position.ts'
import { moved, pulsesOf, type Pulses } from './pulses.ts'
import { batchOf } from './visible.ts'
import type { Watcher } from './watcher.ts'

export type Hub = ReturnType<typeof createHub>

const idle_ms = 1000
const pulse_ms = 1000
const beat_ms = 15_000
/** A stream that lasts longer is ended; its reader comes back, perhaps to another process. */
const longest_ms = 3_600_000
/** Batches of the outbox that are read again for somebody who was away. */
const mostReplayed = 5

/** Reads the outbox once for everybody who watches in this process, and only while somebody does. */
export function createHub(app: App) {
  const watchers = new Set<Watcher>()
  const pulses = new Map<string, Pulses>()
  let position: Position | undefined
  let running: Promise<void> | undefined
  let stopping = false
  let awake = () => {}

  const tenants = () => [...new Set([...watchers].map((watcher) => watcher.tenant_id))]
  const of = (tenant_id: string) => [...watchers].filter((watcher) => watcher.tenant_id === tenant_id)

  async function round(): Promise<boolean> {
    position ??= await endOfOutbox(app)
    const watched = tenants()
    const { events, passed } = await eventsAfter(app, position, watched)
    if (!passed) return false
    position = passed
    for (const [tenant_id, own] of Map.groupBy(events, (event) => event.tenant_id)) {
      const batch = await batchOf(app, tenant_id, own)
      for (const watcher of of(tenant_id)) void watcher.tell(batch, passed)
    }
    return true
  }

  async function pulse(): Promise<void> {
    for (const tenant_id of pulses.keys()) if (of(tenant_id).length === 0) pulses.delete(tenant_id)
    for (const tenant_id of tenants()) {
      const now = await pulsesOf(app, tenant_id)
      const changed = moved(pulses.get(tenant_id), now)
      pulses.set(tenant_id, now)
      for (const watcher of of(tenant_id)) {
        void watcher.followAccess(now.access_version)
        for (const noun of changed) watcher.moved(noun)
      }
    }
  }

  async function run(): Promise<void> {
    let pulsed_ms = 0
    while (watchers.size > 0 && !stopping) {
      let busy = false
      try {
        busy = await round()
        if (performance.now() - pulsed_ms > pulse_ms) {
          await pulse()
          pulsed_ms = performance.now()
        }
      } catch (error) {
        app.log.warn({ err: error }, 'the stream of events could not be read')
      }
      if (!busy) await sleep()
    }
    running = undefined
    position = undefined
    pulses.clear()
  }

  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, idle_ms)
      awake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  return {
    size: () => watchers.size,
    countOf: (actor_id: string | null) =>
      [...watchers].filter((watcher) => watcher.actor_id === actor_id).length,
    /** Tells it what it missed since `from`, then what happens, until it is over. */
    async add(watcher: Watcher, from: Position | undefined): Promise<void> {
      const end = await endOfOutbox(app)
      position ??= end
      // What the hub reads from here on waits its turn behind what is read again.
      const here = position
      watchers.add(watcher)
      void watcher.inTurn(() => replay(app, watcher, from, here))
      running ??= run()
      awake()
    },
    remove: (watcher: Watcher) => void watchers.delete(watcher),
    wake: () => awake(),
    async stop() {
      stopping = true
      for (const watcher of watchers) watcher.end()
      awake()
      await running
    },
  }
}

/** Timers of one stream: signs of life that keep proxies from closing it, and its end. */
export function keepAlive(watcher: Watcher): () => void {
  const timers = [setInterval(() => watcher.beat(), beat_ms), setTimeout(() => watcher.end(), longest_ms)]
  return () => {
    for (const timer of timers) clearTimeout(timer)
  }
}

async function replay(app: App, watcher: Watcher, from: Position | undefined, here: Position): Promise<void> {
  if (!from) return watcher.begin(here)
  // A place that lies ahead of us belongs to another database, or to one before it was restored.
  if (isAfter(from, here)) return watcher.reset(here)
  watcher.begin(from)
  let at = from
  for (let batches = 0; isAfter(here, at); batches++) {
    if (batches === mostReplayed) return watcher.reset(here)
    const { events, passed } = await eventsAfter(app, at, [watcher.tenant_id])
    if (!passed) break
    await watcher.tellNow(await batchOf(app, watcher.tenant_id, events), passed)
    at = passed
  }
}
