import type { App } from '#kernel/app.ts'
import { poolBeside, poolDb, type Db } from '#kernel/db.ts'
import type pg from 'pg'
import { sql } from '#kernel/sql.ts'
import type { ServerRequest } from '@isp/radius'
import { accountingKind, eventTime, readAccounting, type AccountingPacket } from './accounting-packet.ts'
import { Batcher } from './batcher.ts'
import { readClassToken, type ClassToken } from './class-token.ts'
import type { RouterClient } from './clients.ts'
import { Ledger, type Entry, type Place, type Tracked } from './ledger.ts'
import { countAccounting } from './metrics.ts'
import { saveBatch, storedSessions } from './save.ts'
import { SessionCache } from './session-cache.ts'
import { sessionKey } from './session-key.ts'
import { findSubscribers } from './subscribers.ts'

type Outcome = 'ack' | 'drop'
type Question = Entry & { places: readonly Place[] }
/** How a lane reaches the database, and which it is. */
type Way = { db: Db; number: number }

const tries = 5

/**
 * While one batch waits for the disk another is worked on, each with a connection of its own. A session is in one batch at a time, so
 * that no two decide on it.
 */
const lanes = 2

/**
 * Takes Accounting-Requests: many packets become one statement, and a packet is acknowledged only when that has committed. What is
 * not acknowledged the router sends again, and a packet that is counted already adds nothing; so totals are exact whatever is lost.
 */
export class AccountingDesk {
  readonly #app: App
  readonly #class_key: Buffer
  readonly #cache = new SessionCache()
  readonly #pools: readonly pg.Pool[]
  readonly #batches: Batcher<Question, Outcome>

  constructor(app: App, class_key: Buffer) {
    this.#app = app
    this.#class_key = class_key
    this.#pools = Array.from({ length: lanes }, () => poolBeside(app.pool, 1))
    const ways = this.#pools.map((pool, number): Way => ({ number, db: poolDb(pool) }))
    this.#batches = new Batcher((questions, lane) => this.#run(ways[lane]!, questions), {
      batch_max: 1000,
      in_flight_max: lanes,
      linger_ms: 1,
      // Every name of a session contains it.
      key: ({ packet }) => packet.acct_session_id,
    })
  }

  async stop(): Promise<void> {
    await this.#batches.drained()
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

  /** A batch as a whole; where a row of it cannot be stored, each packet by itself, so that one does not hold up the others. */
  async #run(lane: Way, questions: readonly Question[]): Promise<Outcome[]> {
    try {
      await this.#store(lane, questions)
      return questions.map(({ packet }) => counted(packet.kind, 'ack'))
    } catch (error) {
      if (!isDataError(error)) throw error
      if (questions.length === 1) {
        this.#app.log.warn({ err: error }, 'an accounting packet cannot be stored')
        return questions.map(({ packet }) => counted(packet.kind, 'drop'))
      }
      const outcomes: Outcome[] = []
      for (const question of questions) outcomes.push(...(await this.#run(lane, [question])))
      return outcomes
    }
  }

  async #store(lane: Way, questions: readonly Question[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#account(lane, questions, attempt)
      } catch (error) {
        if (attempt >= tries || !isConflict(error)) throw error
      }
    }
  }

  async #account({ db, number }: Way, questions: readonly Question[], attempt: number): Promise<void> {
    const ledger = new Ledger(await this.#sessionsOf(db, questions, attempt))
    await introduceUnknown(db, ledger, questions)
    try {
      for (const question of questions)
        ledger.enter(question.places.find(({ key }) => ledger.has(key)) ?? question.places[0]!, question)
      await saveBatch(db, ledger, number)
    } catch (error) {
      // What is remembered of them was changed in its place, and is not what is stored.
      for (const session of ledger.standing()) this.#cache.forget(session.key)
      throw error
    }
    for (const session of ledger.standing()) if (session.clock_at === null) this.#cache.keep(session)
  }

  /**
   * What is known of the sessions, from memory or the database. A Start is nearly always of a new one: at first it is not looked for,
   * and where its names are taken already the insert fails and the second attempt reads.
   */
  async #sessionsOf(db: Db, questions: readonly Question[], attempt: number): Promise<Tracked[]> {
    const known: Tracked[] = []
    const unread = new Map<string, Place>()
    for (const { places, packet } of questions) {
      for (const place of places) {
        const remembered = this.#cache.get(place.key)
        if (remembered) known.push(remembered)
        else if (attempt > 1 || packet.kind !== 'start' || places.length > 1) unread.set(place.key, place)
      }
    }
    return unread.size === 0 ? known : [...known, ...(await storedSessions(db, [...unread.values()]))]
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
    const nas_identifier = packet.string('NAS-Identifier') ?? null
    await poolDb(this.#app.pool).all(sql`
      select radius_router_restarted(
        ${candidates.map(({ tenant_id }) => tenant_id)}::uuid[], ${candidates.map(({ id }) => id)}::uuid[], ${nas_identifier}, ${at})`)
    return counted(kind, 'ack')
  }
}

/** Finds out whose the sessions would be that nobody has heard of yet. */
async function introduceUnknown(db: Db, ledger: Ledger, questions: readonly Question[]): Promise<void> {
  const unknown = questions.filter(({ places }) => !places.some(({ key }) => ledger.has(key)))
  if (unknown.length === 0) return
  const found = await findSubscribers(
    db,
    unknown.flatMap(({ places, packet }) =>
      places.map(({ router, token }) => ({
        tenant_id: router.tenant_id,
        login: packet.login,
        service_id: token?.service_id,
      })),
    ),
  )
  let at = 0
  for (const { places } of unknown) {
    // Known to one of the tenants behind this address, else taken to be of the newest router's.
    let n = 0
    while (n < places.length && !found[at + n]) n++
    if (n === places.length) n = 0
    ledger.introduce(places[n]!, found[at + n])
    at += places.length
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

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** Somebody else wrote the same rows: serialization failure, deadlock, a session that is there already. */
const isConflict = (error: unknown): boolean => ['40001', '40P01', '23505'].includes(codeOf(error))

/** Data exception, integrity violation: it will be no better next time. */
const isDataError = (error: unknown): boolean => /^2[23]...$/.test(codeOf(error))
