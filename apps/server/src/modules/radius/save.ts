import type { Db } from '#kernel/db.ts'
import { join, raw, sql, type Sql } from '#kernel/sql.ts'
import { usageColumns } from '#modules/usage/index.ts'
import type { SessionState } from './account.ts'
import { columnOf } from './columns.ts'
import type { Ledger, Place, Stored, Tracked } from './ledger.ts'
import { policies } from './policy.ts'

/** The sessions that already have these places, as they stand. */
export async function storedSessions(db: Db, wanted: readonly Place[]): Promise<Stored[]> {
  if (wanted.length === 0) return []
  const rows = await db.all(sql<SessionRow>`
    select * from radius_sessions(${columnOf(wanted, types.uuid, ({ router }) => router.tenant_id)}, ${columnOf(wanted, types.uuid, ({ key }) => key)})`)
  return rows.map((row) => ({
    id: row.id,
    tenant_id: row.tenant_id,
    router_id: row.router_id,
    key: row.acct_key,
    version: row.version,
    retired: false,
    service_id: row.service_id,
    customer_id: row.customer_id,
    partner_id: row.partner_id,
    clock_at: milliseconds(row.clock_at),
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

/** Writes what a batch came to, sessions, events and usage, by one statement, which is one transaction: all of it or nothing. */
export async function saveBatch(db: Db, ledger: Ledger, lane: number): Promise<void> {
  const all = ledger.changed()
  const changed = all.filter(({ version }) => version !== null)
  const added = all.filter(({ version }) => version === null)
  const calls: Sql[] = []
  if (changed.length > 0) calls.push(sql`radius_change_sessions(${changedColumns(changed)})`)
  if (added.length > 0)
    calls.push(sql`radius_add_sessions(${addedColumns(added)}, ${retiredColumns(ledger)})`)
  if (ledger.events.length > 0) calls.push(sql`radius_tell_events(${eventColumns(ledger)})`)
  if (ledger.used.length > 0) calls.push(sql`usage_add(${usageColumns(ledger.used, lane)})`)
  // PostgreSQL evaluates a select list from left to right.
  if (calls.length > 0) await db.all(sql`select ${join(calls)}`)
}

const changedColumns = (rows: readonly Tracked[]): Sql =>
  join([
    columnOf(rows, types.uuid, ({ tenant_id }) => tenant_id),
    columnOf(rows, types.uuid, ({ key }) => key),
    columnOf(rows, types.uuid, ({ id }) => id),
    columnOf(rows, types.integer, ({ version }) => version),
    columnOf(rows, types.text, ({ state }) => state.status),
    columnOf(rows, types.boolean, ({ state }) => state.presumed),
    ...stateColumns(rows),
  ])

const addedColumns = (rows: readonly Tracked[]): Sql =>
  join([
    columnOf(rows, types.uuid, ({ id }) => id),
    columnOf(rows, types.uuid, ({ tenant_id }) => tenant_id),
    columnOf(rows, types.uuid, ({ router_id }) => router_id),
    columnOf(rows, types.uuid, ({ service_id }) => service_id),
    columnOf(rows, types.uuid, ({ customer_id }) => customer_id),
    columnOf(rows, types.uuid, ({ partner_id }) => partner_id),
    columnOf(rows, types.text, ({ names }) => names?.login ?? ''),
    columnOf(rows, types.uuid, ({ key, retired }) => (retired ? null : key)),
    columnOf(rows, types.text, ({ names }) => names?.acct_session_id ?? ''),
    columnOf(rows, types.text, ({ names }) => names?.nas_identifier ?? null),
    columnOf(rows, types.text, ({ names }) => names?.nas_port_id ?? null),
    columnOf(rows, types.text, ({ policy }) => policy),
    columnOf(rows, types.float8, ({ state }) => state.started_at / 1000),
    columnOf(rows, types.text, ({ state }) => state.status),
    ...stateColumns(rows),
  ])

const stateColumns = (rows: readonly Tracked[]): Sql[] => [
  columnOf(rows, types.inet, ({ state }) => state.ip),
  columnOf(rows, types.text, ({ state }) => state.mac),
  columnOf(rows, types.float8, ({ state }) => state.last_heard_at / 1000),
  columnOf(rows, types.float8, ({ state }) => (state.stopped_at === null ? null : state.stopped_at / 1000)),
  columnOf(rows, types.text, ({ state }) => state.stop_cause),
  columnOf(rows, types.float8, ({ state }) => state.received_at / 1000),
  columnOf(rows, types.bigint, ({ state }) => state.event_s),
  columnOf(rows, types.bigint, ({ state }) => state.session_time_s),
  columnOf(rows, types.bigint, ({ state }) => state.input_bytes),
  columnOf(rows, types.bigint, ({ state }) => state.output_bytes),
  columnOf(rows, types.bigint, ({ state }) => state.input_counter),
  columnOf(rows, types.bigint, ({ state }) => state.output_counter),
  columnOf(rows, types.boolean, ({ state }) => state.gigawords),
  columnOf(rows, types.bigint, ({ state }) => state.download_bps),
  columnOf(rows, types.bigint, ({ state }) => state.upload_bps),
]

const retiredColumns = ({ retired }: Ledger): Sql =>
  join([
    columnOf(retired, types.uuid, ({ tenant_id }) => tenant_id),
    columnOf(retired, types.uuid, ({ id }) => id),
    columnOf(retired, types.integer, ({ version }) => version),
  ])

const eventColumns = ({ events }: Ledger): Sql =>
  join([
    columnOf(events, types.uuid, ({ id }) => id),
    columnOf(events, types.uuid, ({ tenant_id }) => tenant_id),
    columnOf(events, types.float8, ({ at }) => at / 1000),
    columnOf(events, types.text, ({ type }) => type),
    columnOf(events, types.uuid, ({ row_id }) => row_id),
    columnOf(events, types.jsonb, ({ data }) => JSON.stringify(data)),
  ])

const types = {
  uuid: raw('uuid[]'),
  text: raw('text[]'),
  inet: raw('inet[]'),
  integer: raw('integer[]'),
  bigint: raw('bigint[]'),
  float8: raw('float8[]'),
  boolean: raw('boolean[]'),
  jsonb: raw('jsonb[]'),
}

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
    partner_id: string | null
    clock_at: number | null
  }
