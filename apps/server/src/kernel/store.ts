import type { Ctx } from './ctx.ts'
import { settleCustom, tellCustom } from './custom-values.ts'
import { record } from './effects.ts'
import {
  and,
  conditions,
  from,
  limitOf,
  orderBy,
  orderOf,
  partsOf,
  printCursor,
  scope,
  type ListQuery,
} from './filters.ts'
import { erased, isErased, mustNotBelongToErased } from './erased.ts'
import { newId } from './ids.ts'
import { decoded } from './input.ts'
import { JsonValue } from './kinds.ts'
import { mustBeAbleTo } from './permissions.ts'
import { invalidField, notFound, Refused } from './refused.ts'
import {
  columnOf,
  type Create,
  type Field,
  type Fields,
  type Resource,
  type Row,
  type Update,
} from './resource.ts'
import { searchCondition } from './search.ts'
import { allFields, column, partOfShape, printValue, shapeOf, visibleCustomFields } from './shape.ts'
import { id, join, sql, type Sql } from './sql.ts'

/**
 * The generic verbs, and the two functions by which every other verb writes a noun: `insert` and `change`. Both record the audit
 * row and the event. The same functions serve a built-in noun and an administrator's entity.
 */
export type Printed = Record<string, unknown>
export type Page = { data: Printed[]; next_cursor: string | null; total?: number; total_at_least?: number }

export async function list(ctx: Ctx, noun: Resource, query: ListQuery): Promise<Page> {
  mustBeAbleTo(ctx, noun, 'list')
  const wanted = fieldsWanted(ctx, noun, query)
  const order = orderOf(ctx, noun, query.sort)
  const shape = wanted ? partOfShape(ctx, noun, wanted, order.field) : shapeOf(ctx, noun)
  const limit = limitOf(query)
  const where = [...scope(ctx, noun), ...conditions(ctx, noun, query, order)]
  if (query.q) where.push(searchCondition(ctx, noun, query.q))
  const rows: Record<string, unknown>[] = []
  for (const part of partsOf(order, query.cursor)) {
    if (rows.length > limit) break
    rows.push(
      ...(await ctx.db.all(sql`
        select ${shape.select}${order.beside ? sql`, ${order.column} as beside_value` : sql``}
        from ${from(ctx, noun, order)}
        ${and([...where, ...part])}
        ${orderBy(order)}
        limit ${limit + 1 - rows.length}`)),
    )
  }
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    data: page.map((row) => shape.present(row)),
    next_cursor: rows.length > limit && last ? printCursor(order, last) : null,
    ...(query.count === 'true' ? await count(ctx, from(ctx, noun, order), where) : {}),
  }
}

export async function get(ctx: Ctx, noun: Resource, row_id: string): Promise<Printed> {
  mustBeAbleTo(ctx, noun, 'get')
  const shape = shapeOf(ctx, noun)
  const row = await ctx.db.maybe(sql`
    select ${shape.select}
    from ${id(noun.table)}
    ${and([sql`id = ${row_id}`, ...scope(ctx, noun)])}`)
  if (!row) throw notFound(noun.label)
  return shape.present(row)
}

export async function create(ctx: Ctx, noun: Resource, body: Record<string, unknown>): Promise<Printed> {
  mustBeAbleTo(ctx, noun, 'create')
  const { values, custom } = await decoded(ctx, noun, body, 'create')
  const row = await insertRow(ctx, noun, { ...values, ...(custom ? { custom } : {}) })
  return shapeOf(ctx, noun).present(row)
}

export async function update(
  ctx: Ctx,
  noun: Resource,
  row_id: string,
  body: Record<string, unknown>,
  version?: number,
): Promise<Printed> {
  mustBeAbleTo(ctx, noun, 'update')
  const { version: inBody, ...fields } = body
  const { values, custom } = await decoded(ctx, noun, fields, 'update')
  const row = await locked(ctx, noun, row_id)
  if (isErased(row)) throw erased(noun)
  await mustNotBelongToErased(ctx, noun, row_id)
  const expected = version ?? (typeof inBody === 'number' ? inBody : undefined)
  if (inBody !== undefined && typeof inBody !== 'number')
    throw invalidField('version', 'not_a_whole_number', 'Version must be a whole number.')
  if (expected !== undefined && expected !== row.version) {
    throw new Refused(
      409,
      'version_conflict',
      `This ${noun.label.toLowerCase()} was changed meanwhile (it is at version ${row.version}). Read it again and repeat your change.`,
    )
  }
  if (custom) values.custom = new JsonValue({ ...(row.custom as object), ...(custom.value as object) })
  await noun.before?.update?.(ctx, row, values)
  if (isAsItWas(ctx, noun, row, values)) return shapeOf(ctx, noun).present(row)
  const changed = await changeRow(ctx, noun, row, values, { action: 'updated' })
  return shapeOf(ctx, noun).present(changed)
}

/** Nothing to write, to record or to tell of. Of a secret nobody says whether it is the same. */
function isAsItWas(ctx: Ctx, noun: Resource, row: StoredRow, values: Record<string, unknown>): boolean {
  const print = (name: string, stored: unknown) => {
    const field = noun.fields[name]
    return JSON.stringify(
      field ? printValue(ctx, field, stored) : stored instanceof JsonValue ? stored.value : stored,
    )
  }
  return Object.entries(values).every(
    ([name, value]) => noun.fields[name]?.kind !== 'secret' && print(name, value) === print(name, row[name]),
  )
}

export async function remove(ctx: Ctx, noun: Resource, row_id: string): Promise<void> {
  mustBeAbleTo(ctx, noun, 'delete')
  const row = await locked(ctx, noun, row_id)
  await mustNotBelongToErased(ctx, noun, row_id)
  await noun.before?.delete?.(ctx, row)
  await ctx.db.run(
    noun.bin
      ? sql`update ${id(noun.table)} set deleted_at = ${ctx.now}, version = version + 1, updated_at = ${ctx.now} where id = ${row_id}`
      : sql`delete from ${id(noun.table)} where id = ${row_id}`,
  )
  record(ctx, { noun: noun.name, row_id, action: 'deleted', changes: diff(ctx, noun, row, {}) })
}

/** Locks one row the actor may see; a 404 otherwise. */
export async function locked(
  ctx: Ctx,
  noun: Resource,
  row_id: string,
): Promise<Record<string, unknown> & { id: string; version: number }> {
  const row = await ctx.db.maybe(sql<Record<string, unknown> & { id: string; version: number }>`
    select ${everyColumn(noun)}
    from ${id(noun.table)}
    ${and([sql`id = ${row_id}`, ...scope(ctx, noun)])}
    for no key update`)
  if (!row) throw notFound(noun.label)
  return row
}

/** Locks rows the actor may see, in order of their ids; by id. */
export async function lockedMany(
  ctx: Ctx,
  noun: Resource,
  row_ids: readonly string[],
): Promise<Map<string, StoredRow>> {
  const rows = await ctx.db.all(sql<StoredRow>`
    select ${everyColumn(noun)}
    from ${id(noun.table)}
    ${and([sql`id = any(${row_ids}::uuid[])`, ...scope(ctx, noun)])}
    order by id
    for no key update`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** A typed row, for verbs that decide on it: `const customer = await lock(ctx, customers, id)`. */
export const lock = <F extends Fields>(
  ctx: Ctx,
  noun: Resource<F>,
  row_id: string,
): Promise<Row<Resource<F>>> => locked(ctx, asResource(noun), row_id) as Promise<Row<Resource<F>>>

/** Reads a typed row without locking it; undefined when the actor may not see it or it is not there. */
export async function find<F extends Fields>(
  ctx: Ctx,
  noun: Resource<F>,
  row_id: string,
): Promise<Row<Resource<F>> | undefined> {
  const plain = asResource(noun)
  const row = await ctx.db.maybe(sql`
    select ${everyColumn(plain)}
    from ${id(noun.table)}
    ${and([sql`id = ${row_id}`, ...scope(ctx, plain)])}`)
  return row as Row<Resource<F>> | undefined
}

/** Inserts a row with stored values (money in minor units); audit row `created` and event `noun.created` with it. */
export async function insert<F extends Fields>(
  ctx: Ctx,
  noun: Resource<F>,
  values: Create<Resource<F>>,
  told: Told = {},
): Promise<Row<Resource<F>>> {
  return (await insertRow(ctx, asResource(noun), values as Record<string, unknown>, told)) as Row<Resource<F>>
}

/** Changes a row a verb has locked. `action` is the past tense of the verb: `blocked`. */
export async function change<F extends Fields>(
  ctx: Ctx,
  noun: Resource<F>,
  row: Row<Resource<F>>,
  changes: Update<Resource<F>>,
  told: Told & { action: string },
): Promise<Row<Resource<F>>> {
  return (await changeRow(
    ctx,
    asResource(noun),
    row as StoredRow,
    changes as Record<string, unknown>,
    told,
  )) as Row<Resource<F>>
}

/** What a verb says about its change, for the audit row and the event. `columns` are stored beside the fields and belong to no API. */
export type Told = {
  action?: string
  reason?: string | null
  data?: Record<string, unknown>
  columns?: Record<string, unknown>
}

export type StoredRow = Record<string, unknown> & { id: string; version: number }

async function insertRow(
  ctx: Ctx,
  noun: Resource,
  given: Record<string, unknown>,
  told: Told = {},
): Promise<StoredRow> {
  const row: Record<string, unknown> = { ...given }
  row.id ??= newId()
  await noun.before?.create?.(ctx, row)
  if (noun.custom) await settleCustom(ctx, noun, [{ row, before: null }])
  if (noun.scope === 'partner' && noun.fields.partner_id && !row.partner_id)
    row.partner_id = ctx.access.partner_id ?? ctx.tenant.root_partner_id
  await sealSecrets(ctx, noun, row, String(row.id))
  Object.assign(row, told.columns)
  const names = Object.keys(row).filter((name) => row[name] !== undefined)
  const inserted = await ctx.db.one(sql<StoredRow>`
    insert into ${id(noun.table)} (tenant_id, created_at, updated_at, ${join(names.map((name) => id(columnOf(noun, name))))})
    values (${ctx.tenant.id}, ${ctx.now}, ${ctx.now}, ${join(names.map((name) => sql`${row[name]}`))})
    returning ${everyColumn(noun)}`)
  const action = told.action ?? 'created'
  record(ctx, {
    noun: noun.name,
    row_id: inserted.id,
    action,
    changes: diff(ctx, noun, {}, inserted),
    reason: told.reason ?? null,
    ...(told.data ? { data: told.data } : {}),
  })
  return inserted
}

async function changeRow(
  ctx: Ctx,
  noun: Resource,
  row: StoredRow,
  given: Record<string, unknown>,
  told: Told & { action: string },
): Promise<StoredRow> {
  const changes: Record<string, unknown> = { ...given }
  if (changes.custom instanceof JsonValue) {
    const settled: Record<string, unknown> = { ...changes, id: row.id }
    await settleCustom(ctx, noun, [{ row: settled, before: row }])
    changes.custom = settled.custom
  }
  await sealSecrets(ctx, noun, changes, row.id)
  const names = Object.keys(changes)
  Object.assign(changes, told.columns)
  const assignments = Object.keys(changes).map((name) => sql`${id(columnOf(noun, name))} = ${changes[name]}`)
  const changed = await ctx.db.one(sql<StoredRow>`
    update ${id(noun.table)}
    set ${join([...assignments, sql`version = version + 1`, sql`updated_at = ${ctx.now}`])}
    where id = ${row.id}
    returning ${everyColumn(noun)}`)
  const differences = diff(ctx, noun, row, changed, names)
  record(ctx, {
    noun: noun.name,
    row_id: row.id,
    action: told.action,
    changes: differences,
    reason: told.reason ?? null,
    ...(told.data ? { data: told.data } : {}),
  })
  return changed
}

/** Field → [before, after] as the API prints them; a secret only says that it was set. */
export function diff(
  ctx: Ctx,
  noun: Resource,
  before: Record<string, unknown>,
  now: Record<string, unknown>,
  names?: readonly string[],
): Record<string, [unknown, unknown]> {
  const changes: Record<string, [unknown, unknown]> = {}
  const fields: Record<string, Field> = noun.custom
    ? { ...noun.fields, custom: { kind: 'json' } }
    : noun.fields
  for (const name of names ?? Object.keys(fields)) {
    const field = fields[name]
    if (!field) continue
    const print = (value: unknown) =>
      noun.custom && name === 'custom' ? tellCustom(ctx, noun, value) : printValue(ctx, field, value)
    const old = print(before[name])
    const next = print(now[name])
    const secretRenewed = field.kind === 'secret' && names !== undefined
    if (secretRenewed || JSON.stringify(old) !== JSON.stringify(next)) changes[name] = [old, next]
  }
  return changes
}

const columnLists = new WeakMap<Resource, Sql>()
export function everyColumn(noun: Resource): Sql {
  let columns = columnLists.get(noun)
  if (!columns) {
    const names = Object.keys(allFields(noun)).map((name) => column(noun, name))
    columns = join(noun.custom ? [...names, id('custom')] : names)
    columnLists.set(noun, columns)
  }
  return columns
}

async function sealSecrets(
  ctx: Ctx,
  noun: Resource,
  row: Record<string, unknown>,
  row_id: string,
): Promise<void> {
  for (const [name, field] of Object.entries(noun.fields)) {
    const plain = row[name]
    if (field.kind !== 'secret' || typeof plain !== 'string') continue
    row[name] = await ctx.app.secrets.seal(
      ctx.tenant.id,
      { table: noun.table, column: name, row_id },
      plain,
      ctx.db,
    )
  }
}

/** Exact up to 10,000; a bigger list says "at least". */
async function count(ctx: Ctx, source: Sql, where: readonly Sql[]) {
  const { n } = await ctx.db.one(sql<{ n: bigint }>`
    select count(*) as n from (select 1 from ${source} ${and(where)} limit 10001) as counted`)
  return n > 10_000n ? { total_at_least: 10_000 } : { total: Number(n) }
}

function fieldsWanted(ctx: Ctx, noun: Resource, query: ListQuery): string[] | undefined {
  if (!query.fields) return undefined
  const names = query.fields.split(',')
  const known = shapeOf(ctx, noun).fields
  const custom = Object.keys(visibleCustomFields(ctx, noun)).map((name) => `custom.${name}`)
  const unknown = names.find(
    (name) => !known.has(name) && !custom.includes(name) && !(noun.custom && name === 'custom'),
  )
  if (unknown !== undefined)
    throw invalidField(
      'fields',
      'unknown_field',
      `“${unknown}” is not a field of ${noun.label_plural.toLowerCase()}.`,
    )
  return [...new Set(['id', ...names.map((name) => (name.startsWith('custom.') ? 'custom' : name))])]
}

/** A declared noun as the generic functions take it: inference has done its work by then. */
export const asResource = <F extends Fields>(noun: Resource<F>): Resource => noun as unknown as Resource
