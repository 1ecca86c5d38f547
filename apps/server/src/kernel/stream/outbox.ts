import type { App } from '../app.ts'
import type { Actor } from '../ctx.ts'
import { poolDb } from '../db.ts'
import { sql } from '../sql.ts'
import type { Position } from './position.ts'

/** An event as it is told to those who may see its row. */
export type Streamed = Position & {
  tenant_id: string
  id: string
  at: string
  type: string
  noun: string
  row_id: string
  /** Names of the fields that changed; null where the event says nothing of fields. */
  changed: string[] | null
  actor: Actor
}

export const batchLimit = 2000

/** The end of the outbox: what commits from now on comes after it. */
export async function endOfOutbox(app: App): Promise<Position> {
  const { xid } = await poolDb(app.pool).one(sql<{ xid: string }>`select events_horizon()::text as xid`)
  return { xid, seq: 0n }
}

/** Events of these tenants among the next of the outbox; `passed` is how far that was, undefined at the end. */
export async function eventsAfter(
  app: App,
  { xid, seq }: Position,
  tenant_ids: readonly string[],
): Promise<{ events: Streamed[]; passed: Position | undefined }> {
  const rows = await poolDb(app.pool).all(sql<Position & (Streamed | { id: null })>`
    select * from stream_events(${xid}::xid8, ${seq}, ${batchLimit}, ${tenant_ids}::uuid[])`)
  const last = rows.at(-1)
  return {
    events: rows.filter((row): row is Streamed => row.id !== null),
    passed: last && { xid: last.xid, seq: last.seq },
  }
}
