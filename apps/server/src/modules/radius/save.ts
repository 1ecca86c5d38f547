import type { Db } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import { addUsage } from '#modules/usage/index.ts'
import type { SessionState } from './account.ts'
import type { Ledger, Place, Stored, Tracked } from './ledger.ts'
import { policies } from './policy.ts'

/** The sessions that already have these places, as they stand. */
export async function storedSessions(db: Db, places: readonly Place[]): Promise<Stored[]> {
  const wanted = new Map(places.map(({ router, key }) => [`${router.tenant_id}${key}`, { tenant_id: router.tenant_id, key }]))
  const rows = await db.all(sql<SessionRow>`
    select * from radius_sessions(${[...wanted.values()].map(({ tenant_id }) => tenant_id)}::uuid[], ${[...wanted.values()].map(({ key }) => key)}::uuid[])`)
  return rows.map((row) => ({
    id: row.id,
    tenant_id: row.tenant_id,
    router_id: row.router_id,
    key: row.acct_key,
    version: row.version,
    place: row.place,
    service_id: row.service_id,
    customer_id: row.customer_id,
    partner_id: row.partner_id,
    clock_at: row.clock_at,
    dirty: false,
    names: undefined,
    policy: policies.unknown,
    state: {
      status: row.status,
      presumed: row.presumed,
      ip: row.ip,
      mac: row.mac,
      started_at: Date.parse(row.started_at),
      last_heard_at: Date.parse(row.last_heard_at),
      stopped_at: row.stopped_at === null ? null : Date.parse(row.stopped_at),
      stop_cause: row.stop_cause,
      received_at: Date.parse(row.received_at),
      event_s: optional(row.event_s),
      session_time_s: optional(row.session_time_s),
      input_bytes: Number(row.input_bytes),
      output_bytes: Number(row.output_bytes),
      input_counter: Number(row.input_counter),
      output_counter: Number(row.output_counter),
      gigawords: row.gigawords,
      download_bps: Number(row.download_bps),
      upload_bps: Number(row.upload_bps),
    },
  }))
}

/** Writes what a batch came to: sessions, events, usage; in the caller's transaction, two statements in one trip. */
export async function saveBatch(db: Db, ledger: Ledger): Promise<void> {
  const changed = ledger.changed()
  const stored = changed.filter(({ version }) => version !== null).map(({ place, id, version, state }) => ({ place, id, version, ...printed(state) }))
  const added = changed.filter(({ version }) => version === null).map(newRow)
  const events = ledger.events.map((event) => ({ ...event, at: iso(event.at) }))
  const saved = db.all(sql`
    select radius_save_sessions(${JSON.stringify(stored)}::json, ${JSON.stringify(added)}::json, ${JSON.stringify(ledger.retired)}::json, ${JSON.stringify(events)}::json)`)
  const used = ledger.used.length > 0 ? addUsage(db, ledger.used.map((use) => ({ ...use, at: iso(use.at) }))) : undefined
  await Promise.all([saved, used])
}

function newRow({ version: _, place: __, key, dirty: ___, names, state, policy, ...ids }: Tracked) {
  return {
    ...ids,
    acct_key: key,
    login: names?.login ?? '',
    acct_session_id: names?.acct_session_id ?? '',
    nas_identifier: names?.nas_identifier ?? null,
    nas_port_id: names?.nas_port_id ?? null,
    policy,
    ...printed(state),
  }
}

const printed = (state: SessionState) => ({
  ...state,
  started_at: iso(state.started_at),
  last_heard_at: iso(state.last_heard_at),
  stopped_at: state.stopped_at === null ? null : iso(state.stopped_at),
  received_at: iso(state.received_at),
})

const iso = (ms: number): string => new Date(ms).toISOString()
const optional = (value: bigint | null): number | null => (value === null ? null : Number(value))

type Big = 'event_s' | 'session_time_s'
type Counted = 'input_bytes' | 'output_bytes' | 'input_counter' | 'output_counter' | 'download_bps' | 'upload_bps'
type Instants = 'started_at' | 'last_heard_at' | 'received_at'
type SessionRow = Omit<SessionState, Big | Counted | Instants | 'stopped_at'> &
  Record<Big, bigint | null> &
  Record<Counted, bigint> &
  Record<Instants, string> & {
    stopped_at: string | null
    id: string
    tenant_id: string
    router_id: string
    acct_key: string
    place: string
    version: number
    service_id: string | null
    customer_id: string | null
    partner_id: string | null
    clock_at: string | null
  }
