import type { ServerResponse } from 'node:http'
import type { App } from '../app.ts'
import { StaleAccess, type Principal } from '../ctx.ts'
import { Refused } from '../refused.ts'
import { isAfter, printPosition, type Position } from './position.ts'
import { mayRead, visibleTo, type TenantBatch } from './visible.ts'

/** One open stream: what its reader has been told, and who the reader is. */
export type Watcher = ReturnType<typeof createWatcher>

/** Bytes that may wait for a slow reader. Whoever falls further behind is cut off, and goes on from its last id. */
const mostWaiting = 1_000_000

export function createWatcher(
  app: App,
  options: {
    principal: Principal
    nouns: ReadonlySet<string> | null
    raw: ServerResponse
    /** The reader as of now; throws when it may not read any more. */
    again: () => Promise<Principal>
  },
) {
  const { nouns, raw } = options
  let { principal } = options
  let position: Position = { xid: '0', seq: 0n }
  /** Deliveries one after another: what was missed comes before what happens. */
  let turn: Promise<void> = Promise.resolve()
  const write = (text: string) => {
    if (raw.writableEnded || raw.destroyed) return
    raw.write(text)
    if (raw.writableLength > mostWaiting) raw.destroy()
  }
  const say = (event: string, data: object, at = position) =>
    write(
      `${event === 'message' ? '' : `event: ${event}\n`}id: ${printPosition(at)}\ndata: ${JSON.stringify(data)}\n\n`,
    )
  const end = () => {
    if (!raw.writableEnded) raw.end()
  }
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error) => {
      if (!(error instanceof Refused)) app.log.warn({ err: error }, 'a stream was cut off')
      end()
    })
    return turn
  }

  /** Permissions that changed are fetched again; whoever may not read any more is shown out. */
  async function follow(access_version: bigint): Promise<void> {
    if (access_version !== principal.access_version) principal = await options.again()
  }
  async function tellNow(batch: TenantBatch, passed: Position): Promise<void> {
    await follow(batch.access_version)
    const fresh = { ...batch, events: batch.events.filter((event) => isAfter(event, position)) }
    for (const { event, printed } of fresh.events.length > 0 ? await visible(fresh) : [])
      say('message', printed, event)
    if (isAfter(passed, position)) position = passed
  }
  async function visible(batch: TenantBatch): ReturnType<typeof visibleTo> {
    try {
      return await visibleTo(app, principal, nouns, batch)
    } catch (error) {
      if (!(error instanceof StaleAccess)) throw error
      principal = await options.again()
      return visibleTo(app, principal, nouns, batch)
    }
  }

  return {
    get tenant_id() {
      return principal.tenant_id
    },
    get actor_id() {
      return principal.actor.id
    },
    inTurn,
    end,
    /** From here on it is told everything. */
    begin(at: Position) {
      position = at
      say('ready', {})
    },
    /** What was missed cannot be told any more: everything is to be read again. */
    reset(at: Position) {
      position = at
      say('reset', {})
    },
    beat: () => write(':\n\n'),
    tell: (batch: TenantBatch, passed: Position) => inTurn(() => tellNow(batch, passed)),
    /** For whoever has the turn already. */
    tellNow,
    moved(noun: string) {
      const declared = app.nouns.builtIn.find((candidate) => candidate.name === noun)
      if (declared && mayRead(principal, declared) && (nouns === null || nouns.has(noun)))
        say('moved', { noun })
    },
    followAccess: (access_version: bigint) => inTurn(() => follow(access_version)),
  }
}
