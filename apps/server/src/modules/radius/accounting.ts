import type { App } from '#kernel/app.ts'
import { poolBeside, poolDb } from '#kernel/db.ts'
import type pg from 'pg'
import { sql } from '#kernel/sql.ts'
import type { ServerRequest } from '@isp/radius'
import { accountingKind, eventTime, readAccounting, type AccountingPacket } from './accounting-packet.ts'
import { Backlog } from './backlog.ts'
import { Batcher } from './batcher.ts'
import { readClassToken, type ClassToken } from './class-token.ts'
import type { RouterClient } from './clients.ts'
import { strikeOut, writeDown, writtenDown } from './journal.ts'
import type { Place } from './ledger.ts'
import { countAccounting } from './metrics.ts'
import { SessionBooks, type Lane, type Outcome, type Question } from './session-books.ts'
import { sessionKey } from './session-key.ts'

/**
 * While one batch waits for the disk another is worked on, each with a connection of its own. A session is in one batch at a time, so
 * that no two decide on it.
 */
const lanes = 2

/** So few packets are entered in the books before they are acknowledged. */
const at_once_max = 8

/**
 * Takes Accounting-Requests. A packet is acknowledged only when it is safe in the database. What is not acknowledged the router sends
 * again, and a packet that is counted already adds nothing; so totals are exact whatever is lost. At rest a packet is entered in the
 * books at once. When many come together, as after a power cut, they are written down in a journal, acknowledged, and entered behind
 * that: routers that wait for their answers send everything again, which is how such a storm grows.
 */
export class AccountingDesk {
  readonly #app: App
  readonly #class_key: Buffer
  readonly #pools: readonly pg.Pool[]
  readonly #batches: Batcher<Question, Outcome>
  readonly #books: SessionBooks
  readonly #backlog: Backlog<Question>

  constructor(app: App, class_key: Buffer) {
    this.#app = app
    this.#class_key = class_key
    this.#books = new SessionBooks(app.log)
    this.#pools = Array.from({ length: lanes + 1 }, () => poolBeside(app.pool, 1))
    const ways = this.#pools.map((pool, number): Lane => ({ number, db: poolDb(pool) }))
    this.#batches = new Batcher((questions, lane) => this.#take(ways[lane]!, questions), {
      batch_max: 250,
      in_flight_max: lanes,
      linger_ms: 1,
      // Every name of a session contains it.
      key: ({ packet }) => packet.acct_session_id,
    })
    this.#backlog = new Backlog(
      async (questions, ids) => {
        await this.#books.enter(ways[lanes]!, questions)
        await strikeOut(ways[lanes]!.db, ids)
      },
      (error) =>
        app.log.error(
          { err: error },
          'accounting that was written down cannot be entered; it is tried again',
        ),
    )
  }

  /** Enters what a process that died has acknowledged. */
  async recover(routerOf: (id: string) => RouterClient | undefined): Promise<void> {
    for await (const { id, questions } of writtenDown(poolDb(this.#app.pool), routerOf))
      this.#backlog.add(id, questions)
    await this.#backlog.caughtUp()
  }

  /** Resolves when all that was acknowledged has been entered. */
  caughtUp(): Promise<void> {
    return this.#backlog.caughtUp()
  }

  async stop(): Promise<void> {
    await this.#batches.drained()
    await this.#backlog.stop()
    for (const pool of this.#pools) await pool.end()
  }

  answer(request: ServerRequest<RouterClient>): Outcome | Promise<Outcome> {
    const kind = accountingKind(request.packet)
    if (kind === undefined) return counted('none', 'drop')
    if (kind === 'on' || kind === 'off') return this.#routerRestarted(request, kind)
    // Tunnel records (RFC 2867) and vendors' own kinds: heard, and not kept.
    if (kind === 'other') return counted(kind, 'ack')
    const packet = readAccounting(request.packet, kind)
    if (!packet) return counted(kind, 'drop')
    const token = readClassToken(this.#class_key, request.packet.octets('Class'))
    return this.#batches.add({
      packet,
      places: placesOf(packet, request.candidates, token),
      received_at: request.received_at_ms,
      wall_at: eventTime(packet, request.received_at_ms),
    })
  }

  /** Nothing is entered before what came earlier, so the journal is used until it is empty. */
  async #take(lane: Lane, questions: readonly Question[]): Promise<readonly Outcome[]> {
    if (this.#backlog.size === 0 && questions.length <= at_once_max) {
      const outcomes = await this.#books.enter(lane, questions)
      return outcomes.map((outcome, n) => counted(questions[n]!.packet.kind, outcome))
    }
    await this.#backlog.room()
    this.#backlog.add(await writeDown(lane.db, questions), questions)
    return questions.map(({ packet }) => counted(packet.kind, 'ack'))
  }

  /** Accounting-On and -Off (RFC 2866 §5.1). */
  async #routerRestarted(
    { packet, candidates, received_at_ms }: ServerRequest<RouterClient>,
    kind: 'on' | 'off',
  ): Promise<Outcome> {
    const event = {
      event_s: packet.u32('Event-Timestamp') || undefined,
      delay_s: packet.u32('Acct-Delay-Time') ?? 0,
    }
    const at = new Date(Math.min(eventTime(event, received_at_ms), received_at_ms)).toISOString()
    await this.#backlog.caughtUp()
    const nas_identifier = packet.string('NAS-Identifier') ?? null
    await poolDb(this.#app.pool).all(sql`
      select radius_router_restarted(
        ${candidates.map(({ tenant_id }) => tenant_id)}::uuid[], ${candidates.map(({ id }) => id)}::uuid[], ${nas_identifier}, ${at})`)
    return counted(kind, 'ack')
  }
}

/** Where a session may be written: with a signed Class in one place, else with each router that may have sent the packet. */
function placesOf(
  packet: AccountingPacket,
  routers: readonly RouterClient[],
  token: ClassToken | undefined,
): Place[] {
  const own = token && routers.find(({ tenant_id }) => tenant_id === token.tenant_id)
  if (token && own) return [{ router: own, token, key: sessionKey(packet, own.id, token) }]
  return routers.map((router) => ({
    router,
    token: undefined,
    key: sessionKey(packet, router.id, undefined),
  }))
}

function counted(kind: string, outcome: Outcome): Outcome {
  countAccounting(kind, outcome)
  return outcome
}
