import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'
import type { ServiceStatus } from './services.ts'
import {
  sameStanding,
  timelineOf,
  type ChangeKind,
  type DatedChange,
  type Period,
  type Terms,
  type Timeline,
} from './timeline.ts'

/** A change as it stands in the database. */
export type StoredChange = DatedChange & {
  id: string
  status: 'planned' | 'in_force' | 'withdrawn'
  /** A stop that nobody wanted: for lack of money. It takes nothing from the stops that the tariff allows. */
  held?: boolean
}

/** What is said of a change when it is entered. */
export type Entry = { kind: ChangeKind; date: string; held?: boolean } & Partial<
  Omit<DatedChange, 'kind' | 'date' | 'seq'>
>

/** All that was entered about services and not taken back, by service, in order of entry. */
export async function changesOf(
  ctx: Ctx,
  service_ids: readonly string[],
): Promise<Map<string, StoredChange[]>> {
  const changes = await ctx.db.all(sql<StoredChange & { service_id: string }>`
    select service_id, id, date, seq, kind, status, tariff_id, price, price_is_custom, quantity, period_months, for_tariff_id, group_id, held
    from service_changes
    where service_id = any(${service_ids}::uuid[]) and status <> 'withdrawn'
    order by service_id, seq`)
  return byService(changes)
}

/** A change with who entered it, when, and why. */
export type EnteredChange = StoredChange & {
  reason: string | null
  actor: { kind: string; id: string | null; name: string }
  created_at: string
}

export const changesWithReasons = (ctx: Ctx, service_id: string): Promise<EnteredChange[]> =>
  ctx.db.all(sql<EnteredChange>`
    select id, date, seq, kind, status, tariff_id, price, price_is_custom, quantity, period_months, for_tariff_id, group_id, reason, actor, created_at
    from service_changes
    where service_id = ${service_id} and status <> 'withdrawn'
    order by seq`)

/** The last number of entry of each service; what was withdrawn keeps its own. */
export async function lastSeqs(ctx: Ctx, service_ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await ctx.db.all(sql<{ service_id: string; last: number }>`
    select service_id, max(seq) as last
    from service_changes
    where service_id = any(${service_ids}::uuid[])
    group by service_id`)
  return new Map(rows.map(({ service_id, last }) => [service_id, last]))
}

export type NewChange = DatedChange & {
  service_id: string
  /** The customer's; every service has it. */
  partner_id: string | null
  status: StoredChange['status']
  reason: string | null
  held?: boolean
}

/** Writes changes of any number of services in one statement. */
export async function insertChanges(ctx: Ctx, changes: readonly NewChange[]): Promise<StoredChange[]> {
  if (changes.length === 0) return []
  const rows = changes.map((change) => ({ id: newId(), held: false, ...change }))
  await ctx.db.run(sql`
    insert into service_changes (tenant_id, id, service_id, partner_id, date, seq, kind, status, tariff_id, price, price_is_custom, quantity, period_months, for_tariff_id, group_id, reason, held, actor, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, c.*, ${JSON.stringify(ctx.actor)}::jsonb, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
    from ${rowsOf('c', rows, { id: 'uuid', service_id: 'uuid', partner_id: 'uuid', date: 'date', seq: 'integer', kind: 'text', status: 'text', tariff_id: 'uuid', price: 'bigint', price_is_custom: 'boolean', quantity: 'integer', period_months: 'integer', for_tariff_id: 'uuid', group_id: 'uuid', reason: 'text', held: 'boolean' })}`)
  return rows
}

/** An entry with everything it does not say. */
export const completed = (entry: Entry, seq: number): DatedChange & { held?: boolean } => ({
  tariff_id: null,
  price: null,
  price_is_custom: null,
  quantity: null,
  period_months: null,
  for_tariff_id: null,
  group_id: null,
  ...entry,
  seq,
})

/** The periods as they are written down, by service, in order. */
export async function periodsOf(ctx: Ctx, service_ids: readonly string[]): Promise<Map<string, Period[]>> {
  const periods = await ctx.db.all(sql<Period & { service_id: string }>`
    select service_id, lower(during) as "from", upper(during) as until, status, tariff_id, price, price_is_custom, quantity, period_months, anchor
    from service_periods
    where service_id = any(${service_ids}::uuid[])
    order by service_id, during`)
  return byService(periods)
}

/** How one service stands and will stand. */
export async function timelineNow(
  ctx: Ctx,
  service_id: string,
): Promise<Timeline & { changes: StoredChange[] }> {
  const changes = (await changesOf(ctx, [service_id])).get(service_id) ?? []
  return { ...timelineOf(changes), changes }
}

/** The terms and status in force on a day; undefined before the first. */
export const termsOn = (
  ctx: Ctx,
  service_id: string,
  date: string,
): Promise<(Terms & { status: ServiceStatus }) | undefined> =>
  ctx.db.maybe(sql<Terms & { status: ServiceStatus }>`
    select status, tariff_id, price, price_is_custom, quantity, period_months
    from service_periods
    where service_id = ${service_id} and during @> ${date}::date`)

/** Makes the written periods say what the timelines say: only those that differ are touched. */
export async function writePeriods(
  ctx: Ctx,
  timelines: readonly { service_id: string; before: readonly Period[]; now: readonly Period[] }[],
): Promise<void> {
  const gone = timelines.flatMap(({ service_id, before, now }) =>
    before
      .filter((period) => !now.some((other) => same(period, other)))
      .map(({ from }) => ({ service_id, from_date: from })),
  )
  const fresh = timelines.flatMap(({ service_id, before, now }) =>
    now
      .filter((period) => !before.some((other) => same(period, other)))
      .map((period) => ({ service_id, ...period })),
  )
  // Pipelined: the days are free before they are taken again.
  await Promise.all([
    gone.length > 0
      ? ctx.db.run(sql`
          delete from service_periods p
          using ${rowsOf('g', gone, { service_id: 'uuid', from_date: 'date' })}
          where p.service_id = g.service_id and lower(p.during) = g.from_date`)
      : undefined,
    insertPeriods(ctx, fresh),
  ])
}

/** Writes periods of any number of services in one statement. */
export async function insertPeriods(
  ctx: Ctx,
  periods: readonly (Period & { service_id: string })[],
): Promise<void> {
  if (periods.length === 0) return
  const rows = periods.map(({ from, until, ...period }) => ({
    from_date: from,
    until_date: until,
    ...period,
  }))
  await ctx.db.run(sql`
    insert into service_periods (tenant_id, service_id, during, status, tariff_id, price, price_is_custom, quantity, period_months, anchor, created_at)
    select ${ctx.tenant.id}::uuid, p.service_id, daterange(p.from_date, p.until_date), p.status, p.tariff_id, p.price, p.price_is_custom, p.quantity, p.period_months, p.anchor, ${ctx.now}::timestamptz
    from ${rowsOf('p', rows, { service_id: 'uuid', from_date: 'date', until_date: 'date', status: 'text', tariff_id: 'uuid', price: 'bigint', price_is_custom: 'boolean', quantity: 'integer', period_months: 'integer', anchor: 'date' })}`)
}

function byService<T extends { service_id: string }>(
  rows: readonly T[],
): Map<string, Omit<T, 'service_id'>[]> {
  const found = new Map<string, Omit<T, 'service_id'>[]>()
  for (const { service_id, ...row } of rows) {
    const others = found.get(service_id)
    if (others) others.push(row)
    else found.set(service_id, [row])
  }
  return found
}

const same = (a: Period, b: Period): boolean => a.from === b.from && a.until === b.until && sameStanding(a, b)
