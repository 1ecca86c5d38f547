import type { Actor, Cause, Ctx } from './ctx.ts'
import { newId } from './ids.ts'
import { sql } from './sql.ts'

/** One audited change. `changes` maps a field to what it was and what it is, as the API would print them; secrets print as "set". */
export type Change = {
  id: string
  noun: string
  row_id: string
  action: string
  reason: string | null
  changes: Record<string, [unknown, unknown]>
  actor: Actor
  cause: readonly Cause[]
}
/** One fact for the outbox: `customer.blocked`. `data` holds what a listener cannot read from the row any more. */
export type Event = {
  id: string
  type: string
  noun: string
  row_id: string
  data: Record<string, unknown>
  actor: Actor
  cause: readonly Cause[]
}
export type QueuedJob = {
  task: string
  payload: Record<string, unknown>
  run_at: string | null
  key: string | null
  queue: string | null
  max_attempts: number
}

/** Gathered while a verb runs and written by one statement before the commit, so that a hundred changes cost one trip. */
export type Effects = {
  changes: Change[]
  events: Event[]
  jobs: QueuedJob[]
  /** To so many of the events insiders have reacted. */
  reacted: number
}

export const newEffects = (): Effects => ({ changes: [], events: [], jobs: [], reacted: 0 })

/** Records a change of a row: an audit row, and the event `noun.action`. */
export function record(
  ctx: Ctx,
  change: Omit<Change, 'id' | 'reason' | 'actor' | 'cause'> & {
    reason?: string | null
    event?: string
    data?: Record<string, unknown>
  },
): void {
  const { event, data, ...rest } = change
  ctx.effects.changes.push({
    id: newId(),
    ...rest,
    reason: change.reason ?? null,
    actor: ctx.actor,
    cause: ctx.cause,
  })
  ctx.effects.events.push({
    id: newId(),
    type: event ?? `${change.noun}.${change.action}`,
    noun: change.noun,
    row_id: change.row_id,
    data: { changed: Object.keys(change.changes), reason: change.reason ?? null, ...data },
    actor: ctx.actor,
    cause: ctx.cause,
  })
}

/** Writes the effects gathered so far. */
export async function flush(ctx: Ctx): Promise<void> {
  const { changes, events, jobs } = ctx.effects
  const writes: Promise<unknown>[] = []
  if (changes.length > 0 || events.length > 0) {
    writes.push(
      ctx.db.run(sql`
        with audited as (
          insert into audit_events
            (id, tenant_id, at, noun, row_id, action, reason, changes, actor_kind, actor_id, actor_name, request_id, ip, cause)
          select c.id, ${ctx.tenant.id}, ${ctx.now}, c.noun, c.row_id, c.action, c.reason, c.changes,
            c.actor ->> 'kind', (c.actor ->> 'id')::uuid, c.actor ->> 'name', ${ctx.request_id}::uuid, ${ctx.ip}::inet, c.cause
          from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
            as c(id uuid, noun text, row_id uuid, action text, reason text, changes jsonb, actor jsonb, cause jsonb)
        )
        insert into events (id, tenant_id, at, type, noun, row_id, data, actor, cause)
        select e.id, ${ctx.tenant.id}, ${ctx.now}, e.type, e.noun, e.row_id, e.data, e.actor, e.cause
        from jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
          as e(id uuid, type text, noun text, row_id uuid, data jsonb, actor jsonb, cause jsonb)`),
    )
  }
  if (jobs.length > 0) writes.push(ctx.db.all(sql`select enqueue_jobs(${JSON.stringify(jobs)}::jsonb)`))
  await Promise.all(writes)
}

/** The chain for what an event leads to. It is cut at its root end, never silently: sixteen links are a loop, and refused. */
export function causedBy(
  event: { id: string; type: string; row_id?: string },
  cause: readonly Cause[],
): Cause[] {
  if (cause.length >= 16)
    throw new Error(`The chain ${cause.map((link) => link.type).join(' → ')} does not end.`)
  return [
    ...cause,
    { event_id: event.id, type: event.type, ...(event.row_id ? { row_id: event.row_id } : {}) },
  ]
}
