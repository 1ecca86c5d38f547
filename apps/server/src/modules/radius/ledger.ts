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

export type Owner = { service_id: string | null; customer_id: string | null; partner_id: string | null }

/** A session while a batch is worked on. `version` is what is stored; null when nothing is yet. */
export type Tracked = Owner & {
  id: string
  tenant_id: string
  router_id: string
  key: string
  version: number | null
  /** Its names belong to another session now. */
  retired: boolean
  state: SessionState
  dirty: boolean
  /** What only a new row needs. */
  names: Pick<AccountingPacket, 'login' | 'acct_session_id' | 'nas_identifier' | 'nas_port_id'> | undefined
  policy: string
}

export type Stored = Tracked & {
  /** Milliseconds; where the tenant lives on a test clock. */ clock_at: number | null
}

export type Used = Owner & {
  tenant_id: string
  router_id: string
  at: number
  input_bytes: number
  output_bytes: number
}

export type SessionEvent = {
  id: string
  tenant_id: string
  at: number
  type: string
  row_id: string
  data: Record<string, unknown>
}

/** The sessions that a batch of packets is about, and what the packets make of them. No I/O. */
export class Ledger {
  readonly #open = new Map<string, Tracked>()
  readonly #people = new Map<string, Subscriber | undefined>()
  readonly #clocks = new Map<string, number>()
  readonly #done: Tracked[] = []
  readonly used: Used[] = []
  readonly events: SessionEvent[] = []
  readonly retired: { tenant_id: string; id: string; version: number }[] = []

  constructor(stored: readonly Stored[]) {
    for (const { clock_at, ...session } of stored) {
      this.#open.set(placeKey(session.tenant_id, session.key), session)
      if (clock_at !== null) this.#clocks.set(session.tenant_id, clock_at)
    }
  }

  has(place: Place): boolean {
    const key = placeKey(place.router.tenant_id, place.key)
    return this.#open.has(key) || this.#people.has(key)
  }

  /** Says whose session a place without one would be. */
  introduce(place: Place, subscriber: Subscriber | undefined): void {
    this.#people.set(placeKey(place.router.tenant_id, place.key), subscriber)
    if (subscriber && subscriber.clock_at !== null)
      this.#clocks.set(subscriber.tenant_id, subscriber.clock_at * 1000)
  }

  enter(place: Place, { packet, received_at, wall_at }: Entry): void {
    const { tenant_id, id: router_id } = place.router
    const key = placeKey(tenant_id, place.key)
    // A tenant on a test clock lives at its own time; its routers do not.
    const at = this.#clocks.get(tenant_id) ?? wall_at
    const known = this.#open.get(key)
    const { state, input_delta, output_delta, happened } = account(known?.state, { packet, at, received_at })
    let session = known
    if (!session || happened === 'again') {
      if (session) this.#retire(session)
      session = {
        id: newId(),
        tenant_id,
        router_id,
        key: place.key,
        version: null,
        retired: false,
        state,
        dirty: true,
        names: packet,
        ...this.#ownerOf(key, known),
        policy: this.#policy(key, place),
      }
      this.#open.set(key, session)
    } else if (state !== session.state) {
      session.state = state
      session.dirty = true
    }
    if (input_delta > 0 || output_delta > 0) {
      const { service_id, customer_id, partner_id } = session
      this.used.push({
        tenant_id,
        router_id: session.router_id,
        service_id,
        customer_id,
        partner_id,
        at,
        input_bytes: input_delta,
        output_bytes: output_delta,
      })
    }
    if (happened) this.#tell(session, happened, packet, at)
  }

  changed(): Tracked[] {
    return [...this.#done, ...this.#open.values()]
      .filter((session) => session.dirty)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** The sessions as they stand once the batch is stored, by their places. */
  standing(): ReadonlyMap<string, Tracked> {
    return this.#open
  }

  onTestClock(tenant_id: string): boolean {
    return this.#clocks.has(tenant_id)
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

  #ownerOf(key: string, before: Tracked | undefined): Owner {
    const subscriber = this.#people.get(key) ?? before
    return {
      service_id: subscriber?.service_id ?? null,
      customer_id: subscriber?.customer_id ?? null,
      partner_id: subscriber?.partner_id ?? null,
    }
  }

  /** What the router was told when it asked. Where that is not what holds now, nobody knows what it applies. */
  #policy(key: string, { router, token }: Place): string {
    const subscriber = this.#people.get(key)
    if (!subscriber) return policies.unknown
    const { name, outcome } = policyOf(subscriber, router)
    if (token) return token.policy_digest === digestOf(name) ? name : policies.other
    return outcome === 'reject' ? policies.unknown : name
  }

  #tell(
    session: Tracked,
    happened: 'started' | 'stopped' | 'reopened' | 'again',
    packet: AccountingPacket,
    at: number,
  ): void {
    const { id: row_id, tenant_id, router_id, service_id, customer_id, state } = session
    const { ip, input_bytes, output_bytes, stop_cause: cause } = state
    const data = { login: packet.login, service_id, customer_id, router_id, ip }
    const tell = (type: string, more: object = {}) =>
      this.events.push({ id: newId(), tenant_id, at, type, row_id, data: { ...data, ...more } })
    if (happened === 'stopped') tell('session.stopped', { cause, input_bytes, output_bytes })
    else tell(happened === 'reopened' ? 'session.reopened' : 'session.started')
    if (
      state.status !== 'closed' &&
      (session.policy === policies.unknown || session.policy === policies.other) &&
      service_id
    )
      tell('session.outdated')
  }
}

export const placeKey = (tenant_id: string, key: string) => `${tenant_id}${key}`
