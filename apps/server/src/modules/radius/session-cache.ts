import type { Stored, Tracked } from './ledger.ts'

const generation_max = 100_000

/**
 * Sessions as this process last wrote them, so that the next packet of one need not read it first. Nothing is decided on trust: a write
 * names the version it was decided on, and when the row has another by now the batch is read and decided again.
 */
export class SessionCache {
  #recent = new Map<string, Stored>()
  #older = new Map<string, Stored>()

  get(place: string): Stored | undefined {
    return this.#recent.get(place) ?? this.#older.get(place)
  }

  /** After a batch was committed. Sessions of a test clock are not kept: their time is the tenant's, and is read each time. */
  keep(place: string, session: Tracked): void {
    if (this.#recent.size >= generation_max) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    const version = session.version === null ? 1 : session.version + (session.dirty ? 1 : 0)
    this.#recent.set(place, { ...session, names: undefined, version, dirty: false, clock_at: null })
  }

  forget(place: string): void {
    this.#recent.delete(place)
    this.#older.delete(place)
  }
}
