import type { Tracked } from './ledger.ts'

const generation_max = 100_000

/**
 * Sessions as this process last wrote them, so that the next packet of one need not read it first. Nothing is decided on trust: a write
 * names the version it was decided on, and when the row has another by now the batch is read and decided again. A batch changes what
 * it finds here in its place, as a session is in one batch at a time; one that fails has its sessions forgotten.
 */
export class SessionCache {
  #recent = new Map<string, Tracked>()
  #older = new Map<string, Tracked>()

  get(key: string): Tracked | undefined {
    const recent = this.#recent.get(key)
    if (recent) return recent
    const older = this.#older.get(key)
    if (older) this.#remember(older)
    return older
  }

  /** After a batch was committed. Sessions of a test clock are not kept: their time is the tenant's, and is read each time. */
  keep(session: Tracked): void {
    if (session.version === null) {
      session.version = 1
      session.names = undefined
      session.began = false
      this.#remember(session)
    } else if (session.dirty) {
      session.version++
    }
    session.was = session.state.status
    session.dirty = false
  }

  forget(key: string): void {
    this.#recent.delete(key)
    this.#older.delete(key)
  }

  /** Two generations: cheaper than keeping an order of use, and forgets nearly the same. */
  #remember(session: Tracked): void {
    if (this.#recent.size >= generation_max) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(session.key, session)
  }
}
