import { act, reading, systemPrincipal, type Ctx, type Principal } from '../ctx.ts'
import type { App } from '../app.ts'
import { and, scope } from '../filters.ts'
import { visiblePartners } from '../permissions.ts'
import { columnOf, type Resource } from '../resource.ts'
import { id, sql } from '../sql.ts'
import type { Streamed } from './outbox.ts'

/** One tenant's events with the customers that their rows belong to, and the version of everybody's permissions, looked up once for all who watch. */
export type TenantBatch = {
  events: readonly Streamed[]
  customers: ReadonlyMap<string, string>
  access_version: bigint
}

export async function batchOf(
  app: App,
  tenant_id: string,
  events: readonly Streamed[],
): Promise<TenantBatch> {
  const customers = new Map<string, string>()
  const access_version = await act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
    for (const [name, of] of Map.groupBy(events, (event) => event.noun)) {
      if (name === 'customer') for (const { row_id } of of) customers.set(row_id, row_id)
      const noun = ctx.app.nouns.byName(ctx, name)
      if (!noun?.fields.customer_id) continue
      const rows = await ctx.db.all(sql<{ id: string; customer_id: string | null }>`
        select id, ${id(columnOf(noun, 'customer_id'))} as customer_id
        from ${id(noun.table)}
        where id = any(${rowIds(of)}::uuid[])`)
      for (const row of rows) if (row.customer_id) customers.set(row.id, row.customer_id)
    }
    return ctx.tenant.access_version
  })
  return { events, customers, access_version }
}

/** What the actor may know of a batch, each as the stream prints it. */
export async function visibleTo(
  app: App,
  principal: Principal,
  wanted: ReadonlySet<string> | null,
  { events, customers }: TenantBatch,
): Promise<{ event: Streamed; printed: object }[]> {
  const ctx = await reading(app, principal, {})
  const shown = new Map<string, ReadonlySet<string> | 'all' | 'none'>()
  for (const [name, of] of Map.groupBy(events, (event) => event.noun))
    shown.set(name, wanted && !wanted.has(name) ? 'none' : await rowsSeen(ctx, name, of))
  return events.flatMap((event) => {
    const rows = shown.get(event.noun)
    if (rows === 'none' || (rows !== 'all' && !rows?.has(event.row_id))) return []
    const hidden = ctx.access.hidden(event.noun)
    const customer_id = hidden.has('customer_id') ? undefined : customers.get(event.row_id)
    return {
      event,
      printed: {
        id: event.id,
        at: event.at,
        type: event.type,
        noun: event.noun,
        row_id: event.row_id,
        ...(customer_id ? { customer_id } : {}),
        ...(event.changed ? { changed: event.changed.filter((field) => !hidden.has(field)) } : {}),
        actor: { kind: event.actor.kind, name: event.actor.name },
      },
    }
  })
}

/** Of the rows that events are about, those the actor would find in the noun's list. A deleted row is found by nobody with limits. */
async function rowsSeen(
  ctx: Ctx,
  name: string,
  events: readonly Streamed[],
): Promise<ReadonlySet<string> | 'all' | 'none'> {
  const noun = ctx.app.nouns.byName(ctx, name)
  if (!noun || !mayRead(ctx, noun)) return 'none'
  if (seesEveryRow(ctx, noun)) return 'all'
  const rows = await ctx.db.all(sql<{ id: string }>`
    select id from ${id(noun.table)} ${and([sql`id = any(${rowIds(events)}::uuid[])`, ...scope(ctx, noun)])}`)
  return new Set(rows.map((row) => row.id))
}

export const mayRead = (ctx: Pick<Ctx, 'access'>, noun: Resource): boolean =>
  ctx.access.can(noun.name, 'list') || ctx.access.can(noun.name, 'get')

const seesEveryRow = (ctx: Ctx, noun: Resource): boolean =>
  !noun.rows &&
  ctx.access.rows(noun.name) === null &&
  (noun.scope === 'tenant' || visiblePartners(ctx) === null)

const rowIds = (events: readonly Streamed[]) => [...new Set(events.map((event) => event.row_id))]
