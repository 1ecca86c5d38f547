import { among, apartColumn, inOrder, isApart } from './apart.ts'
import { plannedAnew } from './db.ts'
import { besideInOrder, customNamed, rowsBeside, type Beside } from './beside.ts'
import type { Ctx } from './ctx.ts'
import { readTree, type Tree } from './filter-tree.ts'
import { manyCondition } from './many-values.ts'
import { Complaint } from './kind.ts'
import { kinds } from './kinds.ts'
import { visiblePartners } from './permissions.ts'
import { invalidField, Refused } from './refused.ts'
import { columnOf, type Field, type Resource } from './resource.ts'
import { shapeOf } from './shape.ts'
import { empty, id, join, raw, sql, type Sql } from './sql.ts'

/** `?status=active&balance[lt]=0&q=smith&sort=-created_at&limit=50&cursor=…` */
export type ListQuery = Record<string, string | undefined>

export const reserved = new Set([
  'limit',
  'cursor',
  'sort',
  'q',
  'fields',
  'include',
  'count',
  'format',
  'filter',
])

const comparisons: Record<string, string> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/**
 * The conditions of a query on a noun the actor may read; unknown fields and operators are refused by name. `order` is given where the
 * rows come from `from(noun, order)`.
 */
export function conditions(ctx: Ctx, noun: Resource, query: ListQuery, order?: Order): Sql[] {
  const tests: Test[] = []
  for (const [key, value] of Object.entries(query)) {
    if (reserved.has(key) || value === undefined) continue
    const own = Object.hasOwn(noun.filters ?? {}, key) ? noun.filters?.[key] : undefined
    if (own) {
      tests.push({ sql: own.condition(ctx, value) })
      continue
    }
    const [, name, operator] = /^((?:custom\.)?[a-z][a-z0-9_]*)(?:\[([a-z]+)\])?$/.exec(key) ?? []
    if (!name) throw unknownFilter(noun, key)
    tests.push(testOf(ctx, noun, key, name, operator ?? 'eq', value, order))
  }
  if (query.filter) tests.push(treeTest(ctx, noun, readTree(query.filter), order))
  const besides = tests.flatMap((test) => test.beside ?? [])
  const merged = [...new Set(besides)].map((table) =>
    rowsBeside(
      table,
      join(
        tests.filter((test) => test.beside === table).map((test) => test.sql),
        ' and ',
      ),
    ),
  )
  return [...tests.filter((test) => !test.beside).map((test) => test.sql), ...merged]
}

/** A comparison, and where it is made: in the noun's own table, or in the one beside it, where several become one question. */
type Test = { sql: Sql; beside?: string }

const settled = (test: Test): Sql => (test.beside ? rowsBeside(test.beside, test.sql) : test.sql)

function testOf(
  ctx: Ctx,
  noun: Resource,
  key: string,
  name: string,
  operator: string,
  value: unknown,
  order?: Order,
): Test {
  if (name.startsWith('custom.')) {
    const many = manyCondition(ctx, noun, { key, name, operator, value })
    if (many) return { sql: many }
    const { field, beside } = customNamed(ctx, noun, name, 'filter', key)
    const compared = condition(ctx, id(beside.column), name, field, operator, value)
    // Where the list is read in the order of such a field, the columns are there.
    return order?.beside?.table === beside.table
      ? { sql: sql`${compared} ${raw(plannedAnew)}` }
      : { sql: compared, beside: beside.table }
  }
  const field = shapeOf(ctx, noun).fields.get(name)
  if (!field) throw unknownFilter(noun, key)
  if (!field.filter)
    throw invalidField(key, 'not_filterable', `${noun.label_plural} cannot be filtered by ${name}.`)
  const compared = (column: Sql) => condition(ctx, column, name, field, operator, value)
  if (!isApart(noun, name)) return { sql: compared(id(columnOf(noun, name))) }
  return {
    sql: order?.apart ? compared(apartColumn(noun, name)) : among(noun, compared(id(columnOf(noun, name)))),
  }
}

const unknownFilter = (noun: Resource, key: string) =>
  invalidField(
    key,
    'unknown_filter',
    `“${key}” is not a field of ${noun.label_plural.toLowerCase()} that you can filter by.`,
  )

/** A group holds or does not, also where a value is missing: “not (city is Gdańsk)” finds who has no city. */
function treeTest(ctx: Ctx, noun: Resource, tree: Tree, order?: Order): Test {
  if (!('rules' in tree)) return testOf(ctx, noun, tree.field, tree.field, tree.operator, tree.value, order)
  const tests = tree.rules.map((rule) => treeTest(ctx, noun, rule, order))
  const [table] = tests.map((test) => test.beside)
  const together = table !== undefined && tests.every((test) => test.beside === table)
  const parts = together ? tests.map((test) => test.sql) : tests.map(settled)
  const empty = raw(tree.combinator === 'or' ? 'false' : 'true')
  const group =
    parts.length === 0 ? empty : sql`(${join(parts, tree.combinator === 'or' ? ' or ' : ' and ')})`
  return { sql: tree.not ? sql`(${group} is not true)` : group, ...(together ? { beside: table } : {}) }
}

/** What the actor may see of a noun at all: its partner's subtree, and its roles' row filters. */
export function scope(ctx: Ctx, noun: Resource): Sql[] {
  const where: Sql[] = []
  const partners = noun.scope === 'tenant' ? null : visiblePartners(ctx)
  if (partners)
    where.push(
      noun.scope === 'whole'
        ? sql`false`
        : sql`${id(columnOf(noun, 'partner_id'))} = any(${partners}::uuid[])`,
    )
  if (noun.bin) where.push(sql`deleted_at is null`)
  if (noun.rows && ctx.actor.kind !== 'system') where.push(noun.rows(ctx))
  const rows = ctx.access.rows(noun.name)
  if (rows) {
    const any = rows.map(
      (filter) => sql`(${join(conditions({ ...ctx, access: ctx.app.everything }, noun, filter), ' and ')})`,
    )
    where.push(sql`(${join(any, ' or ')})`)
  }
  return where
}

export const and = (where: readonly Sql[]): Sql =>
  where.length === 0 ? empty : sql`where ${join(where, ' and ')}`

function condition(ctx: Ctx, column: Sql, name: string, field: Field, operator: string, value: unknown): Sql {
  const kind = kinds[field.kind]
  const type = raw(kind.column)
  const decode = (given: unknown) => {
    try {
      return kind.decode(typeof given === 'string' ? fromQuery(field, given) : given, field, ctx.tenant)
    } catch (error) {
      if (error instanceof Complaint)
        throw invalidField(name, error.code, `The filter value for ${name} ${error.message}.`)
      throw error
    }
  }
  if (operator === 'null') return sql`${column} is ${raw(String(value) === 'false' ? 'not null' : 'null')}`
  if (operator === 'in' || operator === 'nin') {
    const list: unknown[] = Array.isArray(value) ? value : String(value).split(',')
    if (list.length > 500)
      throw invalidField(name, 'too_many_values', `At most 500 values may be listed for ${name}.`)
    const member = sql`${column} = any(${list.map(decode).map(String)}::${type}[])`
    return operator === 'in' ? member : sql`not (${member})`
  }
  if (operator === 'between') {
    const [from, to, ...more]: unknown[] = Array.isArray(value) ? value : String(value).split(',')
    if (kind.compare !== 'order' || to === undefined || more.length > 0)
      throw invalidField(
        name,
        'unknown_operator',
        `“between” takes two values of what has an order, for ${name}: [1, 5].`,
      )
    return sql`(${column} >= ${decode(from)}::${type} and ${column} <= ${decode(to)}::${type})`
  }
  if (operator === 'starts' && kind.compare === 'prefix') return prefix(column, textOf(name, value))
  const symbol = comparisons[operator]
  if (!symbol || (operator !== 'eq' && operator !== 'ne' && kind.compare !== 'order')) {
    throw invalidField(name, 'unknown_operator', `${name} cannot be compared with “${operator}”.`)
  }
  return sql`${column} ${raw(symbol)} ${decode(value)}::${type}`
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' && !value.includes('\0') && value.isWellFormed()) return value
  throw invalidField(name, 'not_text', `The filter value for ${name} must be text.`)
}

/** A range serves a prefix under row-level security, where LIKE may not use an index. */
export function prefix(column: Sql, text: string): Sql {
  return sql`(${column} >= ${text} and ${column} < ${text + '\u{10ffff}'})`
}

/** Query strings are text; whole numbers and booleans are read from it before the kind judges them. */
function fromQuery(field: Field, text: string): unknown {
  if (field.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (field.kind === 'integer' || field.kind === 'rating' || field.kind === 'bytes' || field.kind === 'kbps')
    return /^-?\d{1,16}$/.test(text) ? Number(text) : text
  return text
}

export type Order = {
  field: string
  column: Sql
  descending: boolean
  nullable: boolean
  kind: Field['kind']
  /** The column is indexed in a table beside the noun's own. */
  apart?: boolean
  /** The table that indexes the administrator's fields, and the column in it. */
  beside?: Beside
}

/** What a list in this order is read from. */
export const from = (ctx: Ctx, noun: Resource, order: Order): Sql =>
  order.beside ? besideInOrder(ctx, noun, order.beside) : order.apart ? inOrder(noun) : id(noun.table)

/** Newest first is by id: UUIDv7 are in order of creation, and the primary key is an index already. */
export function orderOf(ctx: Ctx, noun: Resource, requested: string | undefined): Order {
  // A role that hides the field by which a list is usually sorted still gets the list.
  const usual = shapeOf(ctx, noun).fields.get(noun.sort.replace(/^-/, ''))?.sort ? noun.sort : '-created_at'
  const text = requested ?? usual
  const descending = text.startsWith('-')
  const name = descending ? text.slice(1) : text
  if (name.startsWith('custom.')) {
    const { field, beside } = customNamed(ctx, noun, name, 'sort', 'sort')
    return { field: name, column: id(beside.column), descending, nullable: true, kind: field.kind, beside }
  }
  const field = shapeOf(ctx, noun).fields.get(name)
  if (name === 'created_at')
    return { field: 'id', column: id('id'), descending, nullable: false, kind: 'reference' }
  if (!field?.sort && name !== 'id') {
    const sortable = [...shapeOf(ctx, noun).fields].filter(([, f]) => f.sort).map(([n]) => n)
    throw invalidField(
      'sort',
      'not_sortable',
      `${noun.label_plural} cannot be sorted by “${name}”. Sort by one of: ${sortable.join(', ')}.`,
    )
  }
  return {
    field: name,
    column: isApart(noun, name) ? apartColumn(noun, name) : id(columnOf(noun, name)),
    descending,
    nullable: field?.nullable ?? false,
    kind: field?.kind ?? 'reference',
    ...(isApart(noun, name) ? { apart: true } : {}),
  }
}

export function orderBy(order: Order): Sql {
  const direction = raw(order.descending ? 'desc' : 'asc')
  if (order.field === 'id') return sql`order by id ${direction}`
  return sql`order by ${order.column} ${direction}, ${idOf(order)} ${direction}`
}

const idOf = (order: Order): Sql => raw(order.beside ? 'beside_id' : order.apart ? 'apart_id' : 'id')

/**
 * The parts that a list in this order is read in, one after the other: rows with a value, then those without. One statement for both
 * could use the index in one direction only.
 */
export function partsOf(order: Order, cursor: string | undefined): Sql[][] {
  const beyond = cursor === undefined ? undefined : after(order, cursor)
  if (!order.nullable) return [beyond ? [beyond] : []]
  const none = sql`${order.column} is null`
  if (beyond && cursorValue(order, cursor!) === null) return [[none, beyond]]
  return [[sql`${order.column} is not null`, ...(beyond ? [beyond] : [])], [none]]
}

/** Where a page ended: the order it was read in, the last row's value, its id. */
export type Cursor = [field: string, descending: boolean, value: string | null, row_id: string]

export function printCursor(order: Order, row: Record<string, unknown>): string {
  const value = row[order.beside ? 'beside_value' : order.field]
  const cursor: Cursor = [
    order.field,
    order.descending,
    value === null || value === undefined ? null : String(value),
    String(row.id),
  ]
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

/** The condition for rows after a cursor, among those with a value where it has one. */
function after(order: Order, text: string): Sql {
  const [, , value, row_id] = parseCursor(order, text)
  const type = raw(kinds[order.kind].column)
  const less = raw(order.descending ? '<' : '>')
  if (order.field === 'id') return sql`id ${less} ${row_id}::uuid`
  if (value === null) return sql`${idOf(order)} ${less} ${row_id}::uuid`
  return sql`(${order.column}, ${idOf(order)}) ${less} (${value}::${type}, ${row_id}::uuid)`
}

const cursorValue = (order: Order, text: string): string | null => parseCursor(order, text)[2]

function parseCursor(order: Order, text: string): Cursor {
  const bad = () =>
    new Refused(400, 'bad_cursor', 'This cursor does not belong to this list. Start again without one.')
  let cursor: unknown
  try {
    cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw bad()
  }
  if (!Array.isArray(cursor) || cursor.length !== 4) throw bad()
  const [field, descending, value, row_id] = cursor as unknown[]
  if (field !== order.field || descending !== order.descending) throw bad()
  if (typeof row_id !== 'string' || !/^[0-9a-f-]{36}$/.test(row_id)) throw bad()
  if (value === null && !order.nullable) throw bad()
  if (value !== null && !(typeof value === 'string' && plausible(order.kind, value))) throw bad()
  return [order.field, order.descending, value, row_id]
}

/** A forged cursor must not reach a cast in the statement. */
function plausible(kind: Field['kind'], value: string): boolean {
  const type = kinds[kind].column
  if (type === 'bigint' || type === 'integer') return /^-?\d{1,18}$/.test(value)
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
  if (type.startsWith('timestamptz')) return !Number.isNaN(Date.parse(value))
  if (type === 'uuid') return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
  if (type === 'time') return /^\d\d:\d\d(:\d\d)?$/.test(value)
  if (type === 'boolean') return value === 'true' || value === 'false'
  if (type === 'inet' || type === 'cidr') return /^[0-9a-fA-F.:/]{2,50}$/.test(value)
  return !value.includes('\0')
}

export function limitOf(query: ListQuery, most = 500): number {
  if (query.limit === undefined) return 50
  const limit = Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw invalidField('limit', 'out_of_range', `limit must be a whole number between 1 and ${most}.`)
  }
  return limit
}
