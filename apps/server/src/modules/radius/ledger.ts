import { newId } from '#kernel/ids.ts'
import { account, type SessionState } from './account.ts'
import type { AccountingPacket } from './accounting-packet.ts'
import { digestOf, type ClassToken } from './class-token.ts'
import type { RouterClient } from './clients.ts'
import { policies, policyOf } from './policy.ts'
import type { Subscriber } from './subscribers.ts'

/** Where a packet's session is kept: the tenant's router, and the digest of the session's names. */
export type Place = { router: RouterClient; key: string; token: ClassToken | undefined }

/** A packet and when: `received_at` is our wall clock, `wall_at` the event by it; milliseconds. */
export type Entry = { packet: AccountingPacket; received_at: number; wall_at: number }

/** A session while a batch is worked on. `version` and `was` are what is stored; null when nothing is yet. */
export type Tracked = {
  id: string
  tenant_id: string
  router_id: string
  key: string
  service_id: string | null
  customer_id: string | null
  version: number | null
  was: SessionState['status'] | null
  /** Its names belong to another session now. */
  retired: boolean
  /** Its beginning was heard of in this batch. */
  began: boolean
  state: SessionState
  /** When what was last heard happened, in milliseconds by the tenant's clock. */
  at: number
  dirty: boolean
  /** What only a new row needs. */
  names: Pick<AccountingPacket, 'login' | 'acct_session_id' | 'nas_identifier' | 'nas_port_id'> | undefined
  policy: string
  /** Milliseconds; where the tenant lives on a test clock. */
  clock_at: number | null
}

/** The sessions that a batch of packets is about, and what the packets make of them. No I/O. */
export class Ledger {
  readonly #sessions = new Map<string, Tracked>()
  readonly #people = new Map<string, Subscriber | undefined>()
  readonly #clocks = new Map<string, number>()
  readonly #done: Tracked[] = []
  readonly retired: { tenant_id: string; id: string; version: number }[] = []

  /** The sessions given are changed as packets are entered. */
  constructor(known: readonly Tracked[]) {
    for (const session of known) {
      this.#sessions.set(session.key, session)
      if (session.clock_at !== null) this.#clocks.set(session.tenant_id, session.clock_at)
    }
  }

  has(key: string): boolean {
    return this.#sessions.has(key) || this.#people.has(key)
  }

  /** Says whose session a place without one would be. */
  introduce({ key }: Place, subscriber: Subscriber | undefined): void {
    this.#people.set(key, subscriber)
    if (subscriber && subscriber.clock_at !== null)
      this.#clocks.set(subscriber.tenant_id, subscriber.clock_at * 1000)
  }

  enter(place: Place, { packet, received_at, wall_at }: Entry): void {
    const { tenant_id } = place.router
    const clock_at = this.#clocks.size === 0 ? null : (this.#clocks.get(tenant_id) ?? null)
    // A tenant on a test clock lives at its own time; its routers do not.
    const at = clock_at ?? wall_at
    const known = this.#sessions.get(place.key)
    const { state, happened } = account(known?.state, { packet, at, received_at })
    if (known && happened !== 'again') {
      if (state === known.state) return
      known.state = state
      known.at = at
      known.dirty = true
      return
    }
    if (known) this.#retire(known)
    const owner = this.#people.get(place.key) ?? known
    this.#sessions.set(place.key, {
      id: newId(),
      tenant_id,
      router_id: place.router.id,
      key: place.key,
      service_id: owner?.service_id ?? null,
      customer_id: owner?.customer_id ?? null,
      version: null,
      was: null,
      retired: false,
      began: happened !== 'stopped',
      state,
      at,
      dirty: true,
      names: packet,
      policy: this.#policy(place),
      clock_at,
    })
  }

  changed(): Tracked[] {
    return [...this.#done, ...this.#sessions.values()]
      .filter((session) => session.dirty)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** The sessions that bear their names once the batch is stored. */
  standing(): Iterable<Tracked> {
    return this.#sessions.values()
  }

  /** The names belong to another session from now on. */
  #retire(session: Tracked): void {
    session.retired = true
    this.#done.push(session)
    if (session.version === null) return
    // What this batch still changes of it is written first, and counts its version on.
    this.retired.push({
      tenant_id: session.tenant_id,
      id: session.id,
      version: session.version + (session.dirty ? 1 : 0),
    })
  }

  /** What the router was told when it asked. Where that is not what holds now, nobody knows what it applies. */
  #policy({ key, router, token }: Place): string {
    const subscriber = this.#people.get(key)
    if (!subscriber) return policies.unknown
    const { name, outcome } = policyOf(subscriber, router)
    if (token) return token.policy_digest === digestOf(name) ? name : policies.other
    return outcome === 'reject' ? policies.unknown : name
  }
}
