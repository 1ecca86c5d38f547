import type { Ctx } from './ctx.ts'
import { settleCustom } from './custom-values.ts'
import { record } from './effects.ts'
import { newId } from './ids.ts'
import { JsonValue, kinds } from './kinds.ts'
import { columnOf, type Field, type Resource } from './resource.ts'
import { id, join, raw, sql } from './sql.ts'
import { diff, everyColumn, type StoredRow } from './store.ts'

/**
 * `insert` and `change` for many rows of a noun in one statement, with the same audit rows, events and hooks. All succeed or none: who
 * wants a result a row repeats them one by one within savepoints. Secrets are not taken. `tell` adds to the data of a row's event.
 */
export async function insertMany(
  ctx: Ctx,
  noun: Resource,
  given: readonly Record<string, unknown>[],
  tell: (row: StoredRow) => Record<string, unknown> = () => ({}),
): Promise<StoredRow[]> {
  if (given.length === 0) return []
  const rows: Record<string, unknown>[] = []
  for (const values of given) {
    const row = { ...values, id: values.id ?? newId() }
    await noun.before?.create?.(ctx, row)
    rows.push(row)
  }
  if (noun.custom) {
    for (const row of rows) row.custom ??= new JsonValue({})
    await settleCustom(
      ctx,
      noun,
      rows.map((row) => ({ row, before: null })),
    )
  }
  const names = namesIn(rows)
  const columns = join(names.map((name) => id(columnOf(noun, name))))
  const inserted = await ctx.db.all(sql<StoredRow>`
    insert into ${id(noun.table)} (tenant_id, created_at, updated_at, ${columns})
    select ${ctx.tenant.id}, ${ctx.now}, ${ctx.now}, ${join(names.map((name) => sql`r.${id(name)}`))}
    from jsonb_to_recordset(${printed(rows)}::jsonb) as r(${recordOf(noun, names)})
    returning ${everyColumn(noun)}`)
  const byId = new Map(inserted.map((row) => [row.id, row]))
  return rows.map((row) => {
    const stored = byId.get(String(row.id))!
    record(ctx, {
      noun: noun.name,
      row_id: stored.id,
      action: 'created',
      changes: diff(ctx, noun, {}, stored),
      data: tell(stored),
    })
    return stored
  })
}

/** Rows that were locked, each with its changes. A row that its changes leave as it is stays untouched and answers null. */
export async function changeMany(
  ctx: Ctx,
  noun: Resource,
  given: readonly { row: StoredRow; changes: Record<string, unknown> }[],
  action = 'updated',
): Promise<(StoredRow | null)[]> {
  const pending: { row: StoredRow; changes: Record<string, unknown> }[] = []
  for (const { row, changes: wanted } of given) {
    const changes = { ...wanted }
    await noun.before?.update?.(ctx, row, changes)
    if (Object.keys(diff(ctx, noun, row, { ...row, ...changes }, Object.keys(changes))).length > 0)
      pending.push({ row, changes })
  }
  if (pending.length === 0) return given.map(() => null)
  if (noun.custom) {
    const written = pending.filter(({ changes }) => changes.custom instanceof JsonValue)
    const settled = written.map(({ row, changes }) => ({
      row: { ...changes, id: row.id } as Record<string, unknown>,
      before: row,
    }))
    await settleCustom(ctx, noun, settled)
    settled.forEach(({ row }, n) => (written[n]!.changes.custom = row.custom))
  }
  const names = namesIn(pending.map(({ changes }) => changes)).filter((name) => name !== 'id')
  const rows = pending.map(({ row, changes }) => ({ ...row, ...changes }) as Record<string, unknown>)
  const kept = rows.map((row) => Object.fromEntries(['id', ...names].map((name) => [name, row[name]])))
  const changed = await ctx.db.all(sql<StoredRow>`
    update ${id(noun.table)} t
    set ${join(names.map((name) => sql`${id(columnOf(noun, name))} = r.${id(name)}`))}, version = t.version + 1, updated_at = ${ctx.now}
    from jsonb_to_recordset(${printed(kept)}::jsonb) as r(${recordOf(noun, ['id', ...names])})
    where t.id = r.id
    returning ${prefixed(noun)}`)
  const byId = new Map(changed.map((row) => [row.id, row]))
  for (const { row, changes } of pending) {
    record(ctx, {
      noun: noun.name,
      row_id: row.id,
      action,
      changes: diff(ctx, noun, row, byId.get(row.id)!, Object.keys(changes)),
    })
  }
  return given.map(({ row }) => byId.get(row.id) ?? null)
}

const namesIn = (rows: readonly Record<string, unknown>[]): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row).filter((name) => row[name] !== undefined))),
]

function recordOf(noun: Resource, names: readonly string[]) {
  const fields: Record<string, Field> = {
    ...noun.fields,
    id: { kind: 'reference' },
    custom: { kind: 'json' },
  }
  return join(names.map((name) => sql`${id(name)} ${raw(kinds[fields[name]!.kind].column)}`))
}

/** `everyColumn`, told apart from the values' own names. */
const prefixed = (noun: Resource) => {
  const names = [
    'id',
    'version',
    ...Object.keys(noun.fields),
    'created_at',
    'updated_at',
    ...(noun.custom ? ['custom'] : []),
  ]
  return join(names.map((name) => sql`t.${id(columnOf(noun, name))} as ${id(name)}`))
}

/** Stored values as JSON that PostgreSQL reads back into the column's type. */
const printed = (rows: readonly Record<string, unknown>[]): string =>
  JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value instanceof JsonValue ? value.value : value,
  )
