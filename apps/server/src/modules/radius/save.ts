import type { Db } from '#kernel/db.ts'
import { join, raw, sql, type Sql } from '#kernel/sql.ts'
import type { SessionState } from './account.ts'
import { addresses, bigints, booleans, instants, integers, keys, texts, uuids } from './columns.ts'
import type { Ledger, Place, Tracked } from './ledger.ts'
import { policies } from './policy.ts'
import { keyOfUuid } from './session-key.ts'

/** The sessions that already have these places, as they stand. */
export async function storedSessions(db: Db, wanted: readonly Place[]): Promise<Tracked[]> {
  if (wanted.length === 0) return []
  const rows = await db.all(sql<SessionRow>`
    select * from radius_sessions(${uuids(wanted, ({ router }) => router.tenant_id)}, ${keys(wanted, ({ key }) => key)})`)
  return rows.map((row) => ({
    id: row.id,
    tenant_id: row.tenant_id,
    router_id: row.router_id,
    key: keyOfUuid(row.acct_key),
    version: row.version,
    was: row.status,
    retired: false,
    began: false,
    service_id: row.service_id,
    customer_id: row.customer_id,
    clock_at: milliseconds(row.clock_at),
    at: 0,
    dirty: false,
    names: undefined,
    policy: policies.unknown,
    state: {
      status: row.status,
      presumed: row.presumed,
      ip: row.ip,
      mac: row.mac,
      // Fixed once it is stored.
      started_at: 0,
      last_heard_at: milliseconds(row.last_heard_at) ?? 0,
      stopped_at: milliseconds(row.stopped_at),
      stop_cause: row.stop_cause,
      received_at: milliseconds(row.received_at) ?? 0,
      event_s: row.event_s,
      session_time_s: row.session_time_s,
      input_bytes: row.input_bytes,
      output_bytes: row.output_bytes,
      input_counter: row.input_counter,
      output_counter: row.output_counter,
      gigawords: row.gigawords,
      download_bps: row.download_bps,
      upload_bps: row.upload_bps,
    },
  }))
}

/**
 * Writes what a batch came to by one statement, which is one transaction: all of it or nothing. Usage and events follow from what the
 * rows were before, in the database. Lanes that work side by side each give their number.
 */
export async function saveBatch(db: Db, ledger: Ledger, lane: number): Promise<void> {
  const updated: Tracked[] = []
  const changed: Tracked[] = []
  const added: Tracked[] = []
  for (const session of ledger.changed()) {
    if (session.version === null) added.push(session)
    else if (session.was !== 'closed' && session.state.status === 'online') updated.push(session)
    else changed.push(session)
  }
  const calls: Sql[] = []
  const call = (name: string, rows: readonly Tracked[], columns: readonly Sql[]) =>
    calls.push(sql`${raw(name)}(${lane}::smallint, ${eachOnce(rows)}::boolean, ${join(columns)})`)
  if (updated.length > 0) call('radius_update_sessions', updated, updatedColumns(updated))
  if (changed.length > 0) call('radius_change_sessions', changed, changedColumns(changed))
  if (added.length > 0) call('radius_add_sessions', added, addedColumns(added, ledger))
  // PostgreSQL evaluates a select list from left to right.
  if (calls.length > 0) await db.all(sql`select ${join(calls)}`)
}

/** Whether no service has two of these sessions. */
const eachOnce = (rows: readonly Tracked[]): boolean =>
  new Set(rows.map(({ service_id }) => service_id)).size === rows.length

const updatedColumns = (rows: readonly Tracked[]): Sql[] => [
  ...storedColumns(rows),
  ...heardColumns(rows),
  ...countedColumns(rows),
]

const changedColumns = (rows: readonly Tracked[]): Sql[] => [...storedColumns(rows), ...stateColumns(rows)]

const addedColumns = (rows: readonly Tracked[], { retired }: Ledger): Sql[] => [
  uuids(rows, ({ tenant_id }) => tenant_id),
  uuids(rows, ({ id }) => id),
  uuids(rows, ({ router_id }) => router_id),
  uuids(rows, ({ service_id }) => service_id),
  uuids(rows, ({ customer_id }) => customer_id),
  texts(rows, ({ names }) => names?.login ?? ''),
  keys(rows, ({ key, retired }) => (retired ? null : key)),
  texts(rows, ({ names }) => names?.acct_session_id ?? ''),
  texts(rows, ({ names }) => names?.nas_identifier ?? null),
  texts(rows, ({ names }) => names?.nas_port_id ?? null),
  texts(rows, ({ policy }) => policy),
  instants(rows, ({ state }) => state.started_at),
  ...stateColumns(rows),
  uuids(beganAndEnded(rows), ({ id }) => id),
  uuids(retired, ({ tenant_id }) => tenant_id),
  uuids(retired, ({ id }) => id),
  integers(retired, ({ version }) => version),
]

/** Of the others the state says whether a beginning is to be told of. */
const beganAndEnded = (rows: readonly Tracked[]): Tracked[] =>
  rows.filter(({ began, state }) => began && state.status === 'closed')

/** What a row must still be to be written. */
const storedColumns = (rows: readonly Tracked[]): Sql[] => [
  uuids(rows, ({ tenant_id }) => tenant_id),
  keys(rows, ({ key }) => key),
  uuids(rows, ({ id }) => id),
  texts(rows, ({ was }) => was),
  integers(rows, ({ version }) => version),
  instants(rows, ({ at }) => at),
]

const stateColumns = (rows: readonly Tracked[]): Sql[] => [
  texts(rows, ({ state }) => state.status),
  booleans(rows, ({ state }) => state.presumed),
  instants(rows, ({ state }) => state.stopped_at),
  texts(rows, ({ state }) => state.stop_cause),
  ...heardColumns(rows),
  ...countedColumns(rows),
]

const heardColumns = (rows: readonly Tracked[]): Sql[] => [
  addresses(rows, ({ state }) => state.ip),
  texts(rows, ({ state }) => state.mac),
  instants(rows, ({ state }) => state.last_heard_at),
  instants(rows, ({ state }) => state.received_at),
  bigints(rows, ({ state }) => state.event_s),
  bigints(rows, ({ state }) => state.session_time_s),
]

const countedColumns = (rows: readonly Tracked[]): Sql[] => [
  bigints(rows, ({ state }) => state.input_bytes),
  bigints(rows, ({ state }) => state.output_bytes),
  bigints(rows, ({ state }) => state.input_counter),
  bigints(rows, ({ state }) => state.output_counter),
  booleans(rows, ({ state }) => state.gigawords),
  bigints(rows, ({ state }) => state.download_bps),
  bigints(rows, ({ state }) => state.upload_bps),
]

const milliseconds = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000)

type Instants = 'last_heard_at' | 'received_at'
type SessionRow = Omit<SessionState, 'started_at' | 'stopped_at' | Instants> &
  Record<Instants, number> & {
    stopped_at: number | null
    id: string
    tenant_id: string
    router_id: string
    acct_key: string
    version: number
    service_id: string | null
    customer_id: string | null
    clock_at: number | null
  }
