import type { App } from '#kernel/app.ts'
import type { Db } from '#kernel/db.ts'
import { Ledger, type Entry, type Place, type Tracked } from './ledger.ts'
import { saveBatch, storedSessions } from './save.ts'
import { SessionCache } from './session-cache.ts'
import { findSubscribers } from './subscribers.ts'

export type Outcome = 'ack' | 'drop'
/** A packet, and where its session may be. */
export type Question = Entry & { places: readonly Place[] }
/** How a batch reaches the database. Of those that work side by side each has a number. */
export type Lane = { db: Db; number: number }

const tries = 5

/** Enters packets into sessions, usage and events: many become one statement. One session may be in one batch at a time only. */
export class SessionBooks {
  readonly #log: App['log']
  readonly #cache = new SessionCache()

  constructor(log: App['log']) {
    this.#log = log
  }

  /** A batch as a whole; where a row of it cannot be stored, each packet by itself, so that one does not hold up the others. Answers for each in order. */
  async enter(lane: Lane, questions: readonly Question[]): Promise<Outcome[]> {
    try {
      await this.#store(lane, questions)
      return questions.map(() => 'ack')
    } catch (error) {
      if (!isDataError(error)) throw error
      if (questions.length === 1) {
        this.#log.warn({ err: error }, 'an accounting packet cannot be stored')
        return ['drop']
      }
      const outcomes: Outcome[] = []
      for (const question of questions) outcomes.push(...(await this.enter(lane, [question])))
      return outcomes
    }
  }

  async #store(lane: Lane, questions: readonly Question[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#account(lane, questions, attempt)
      } catch (error) {
        if (attempt >= tries || !isConflict(error)) throw error
      }
    }
  }

  async #account({ db, number }: Lane, questions: readonly Question[], attempt: number): Promise<void> {
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

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** Somebody else wrote the same rows: serialization failure, deadlock, a session that is there already. */
const isConflict = (error: unknown): boolean => ['40001', '40P01', '23505'].includes(codeOf(error))

/** Data exception, integrity violation: it will be no better next time. */
const isDataError = (error: unknown): boolean => /^2[23]...$/.test(codeOf(error))
