import type { Ctx } from '#kernel/ctx.ts'
import { and, scope } from '#kernel/filters.ts'
import { changeMany, insertMany } from '#kernel/many.ts'
import { takeNumbers } from '#kernel/numbers.ts'
import { refusalOf } from '#kernel/problems.ts'
import { Refused } from '#kernel/refused.ts'
import { raw, sql } from '#kernel/sql.ts'
import { asResource, everyColumn, type StoredRow } from '#kernel/store.ts'
import { tariffs } from '#modules/catalog/index.ts'
import { customers, labels } from '#modules/customers/index.ts'
import { partners } from '#modules/resellers/index.ts'
import { activateService, createService } from '#modules/services/index.ts'
import { byName } from './names.ts'
import { prepare, type Names, type ReadRow, type ReadyRow, type ServiceOfRow } from './row.ts'

/** What became of one row of the file. */
export type Outcome = {
  index: number
  status: 'ok' | 'failed' | 'skipped'
  action: 'created' | 'updated' | null
  row_id: string | null
  error: { code: string; detail: string; errors: readonly { field: string; code: string }[] } | null
}

const noun = asResource(customers)

/**
 * Writes a chunk of rows in the caller's transaction: all together where nothing is refused, otherwise row by row in savepoints, so
 * that each row is in or out as a whole. `repeated` are rows whose external id or login stood in the file before.
 */
export async function writeChunk(
  ctx: Ctx,
  rows: readonly ReadRow[],
  repeated: ReadonlyMap<number, Refused>,
): Promise<Outcome[]> {
  const known = await existing(ctx, rows)
  const names = await namesIn(ctx, rows)
  const outcomes: Outcome[] = []
  const ready: ReadyRow[] = []
  for (const row of rows) {
    try {
      const twice = repeated.get(row.index)
      if (twice) throw twice
      const customer = known.get(String(row.values.external_id))
      if (customer === 'unseen')
        throw new Refused(
          409,
          'already_exists',
          'A customer with this external id exists, and you may not see it.',
        )
      ready.push(await prepare(ctx, row, customer, names))
    } catch (error) {
      outcomes.push(failed(row.index, error))
    }
  }
  try {
    outcomes.push(...(await attempt(ctx, () => write(ctx, ready))))
  } catch (error) {
    if (!refusalOf(error)) throw error
    for (const row of ready) {
      try {
        outcomes.push(...(await attempt(ctx, () => write(ctx, [row]))))
      } catch (reason) {
        outcomes.push(failed(row.index, reason))
      }
    }
  }
  return outcomes.sort((a, b) => a.index - b.index)
}

async function write(ctx: Ctx, rows: readonly ReadyRow[]): Promise<Outcome[]> {
  const [fresh, old] = [rows.filter((row) => !row.existing), rows.filter((row) => row.existing)]
  const numbers = fresh.length > 0 ? await takeNumbers(ctx, 'customer', fresh.length) : []
  const inserted = await insertMany(
    ctx,
    noun,
    fresh.map((row, i) => ({ ...row.values, number: numbers[i] })),
  )
  const changed = await changeMany(
    ctx,
    noun,
    old.map((row) => ({ row: row.existing!, changes: row.values })),
  )
  const outcomes = new Map<ReadyRow, Outcome>()
  const outcome = (row: ReadyRow, status: Outcome['status'], action: Outcome['action'], row_id: string) =>
    outcomes.set(row, { index: row.index, status, action, row_id, error: null })
  fresh.forEach((row, i) => outcome(row, 'ok', 'created', inserted[i]!.id))
  old.forEach((row, i) =>
    changed[i]
      ? outcome(row, 'ok', 'updated', row.existing!.id)
      : outcome(row, 'skipped', null, row.existing!.id),
  )
  await addServices(
    ctx,
    rows.flatMap((row) =>
      row.service ? [{ row, service: row.service, customer_id: outcomes.get(row)!.row_id! }] : [],
    ),
    (row) => {
      const now = outcomes.get(row)!
      if (now.status === 'skipped') outcome(row, 'ok', 'updated', now.row_id!)
    },
  )
  return [...outcomes.values()]
}

type Wanted = { row: ReadyRow; service: ServiceOfRow; customer_id: string }

/** A login names one living service: on a second run it is there already. The statements of all rows share the connection's pipeline. */
async function addServices(
  ctx: Ctx,
  wanted: readonly Wanted[],
  added: (row: ReadyRow) => void,
): Promise<void> {
  if (wanted.length === 0) return
  const living = await ctx.db.all(sql<{ customer_id: string; login: string | null; tariff_id: string }>`
    select customer_id, login, tariff_id
    from services
    where status <> 'terminated'
      and (login = any(${wanted.map(({ service }) => service.login ?? '')}::text[]) or customer_id = any(${wanted.map(({ customer_id }) => customer_id)}::uuid[]))`)
  const waiting = wanted.filter(({ service, customer_id }) => {
    if (service.login === null)
      return !living.some(
        (one) => one.customer_id === customer_id && one.login === null && one.tariff_id === service.tariff_id,
      )
    const holder = living.find((one) => one.login === service.login)
    if (holder && holder.customer_id !== customer_id)
      throw new Refused(
        409,
        'login_taken',
        `The login ${service.login} belongs to a service of another customer.`,
      )
    return !holder
  })
  const done = await Promise.allSettled(
    waiting.map(async ({ row, service, customer_id }) => {
      const created = await createService(ctx, { ...service, customer_id, quantity: 1 })
      await activateService(ctx, created, {})
      added(row)
    }),
  )
  const lost = done.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  // After the first refusal by the database all that were on their way fail too, and say nothing of why.
  if (lost.length > 0) throw lost.find((reason) => refusalOf(reason)) ?? lost[0]
}

/** Undone as a whole when refused: rows, and what was noted of them for audit, events and jobs. */
async function attempt<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  const { changes, events, jobs } = ctx.effects
  const before = [changes.length, events.length, jobs.length] as const
  await ctx.db.run(raw('savepoint import_rows'))
  try {
    const result = await work()
    await ctx.db.run(raw('release savepoint import_rows'))
    return result
  } catch (error) {
    await ctx.db.run(raw('rollback to savepoint import_rows'))
    changes.length = before[0]
    events.length = before[1]
    jobs.length = before[2]
    throw error
  }
}

/** Customers by external id, locked; `unseen` where another partner has it. */
async function existing(ctx: Ctx, rows: readonly ReadRow[]): Promise<Map<string, StoredRow | 'unseen'>> {
  const ids = rows.map((row) => row.values.external_id).filter((value) => typeof value === 'string')
  if (ids.length === 0) return new Map()
  const all = await ctx.db.all(
    sql<{ external_id: string }>`select external_id from customers where external_id = any(${ids}::text[])`,
  )
  const seen = await ctx.db.all(sql<StoredRow>`
    select ${everyColumn(noun)} from customers ${and([sql`external_id = any(${ids}::text[])`, ...scope(ctx, noun)])} order by id for no key update`)
  return new Map<string, StoredRow | 'unseen'>([
    ...all.map((row) => [row.external_id, 'unseen'] as const),
    ...seen.map((row) => [String(row.external_id), row] as const),
  ])
}

async function namesIn(ctx: Ctx, rows: readonly ReadRow[]): Promise<Names> {
  const texts = (field: string) =>
    rows.flatMap((row) => (typeof row.values[field] === 'string' ? [row.values[field]] : []))
  return {
    partners: await byName(ctx, asResource(partners), texts('partner')),
    labels: await byName(
      ctx,
      asResource(labels),
      texts('labels').flatMap((list) => list.split(/[,;|]/)),
    ),
    tariffs: await byName(ctx, asResource(tariffs), texts('tariff')),
  }
}

function failed(index: number, error: unknown): Outcome {
  const refusal = refusalOf(error)
  if (!refusal) throw error
  const errors = refusal.errors.map(({ field, code }) => ({ field, code }))
  return {
    index,
    status: 'failed',
    action: null,
    row_id: null,
    error: { code: refusal.code, detail: refusal.message, errors },
  }
}
