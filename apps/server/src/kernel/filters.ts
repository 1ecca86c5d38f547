import { among, apartColumn, inOrder, isApart } from './apart.ts'
import type { Ctx } from './ctx.ts'
import { Complaint, kinds } from './kinds.ts'
import { visiblePartners } from './permissions.ts'
import { invalidField, Refused } from './refused.ts'
import { columnOf, type Field, type Resource } from './resource.ts'
import { shapeOf } from './shape.ts'
import { empty, id, join, raw, sql, type Sql } from './sql.ts'

/** `?status=active&balance[lt]=0&q=smith&sort=-created_at&limit=50&cursor=…` */
export type ListQuery = Record<string, string | undefined>

export const reserved = new Set(['limit', 'cursor', 'sort', 'q', 'fields', 'include', 'count', 'format'])

const comparisons: Record<string, string> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/**
 * The conditions of a query on a noun the actor may read; unknown fields and operators are refused by name. `order` is given where the
 * rows come from `from(noun, order)`.
 */
export function conditions(ctx: Ctx, noun: Resource, query: ListQuery, order?: Order): Sql[] {
  const where: Sql[] = []
  for (const [key, value] of Object.entries(query)) {
    if (reserved.has(key) || value === undefined) continue
    const own = Object.hasOwn(noun.filters ?? {}, key) ? noun.filters?.[key] : undefined
    if (own) {
      where.push(own.condition(ctx, value))
      continue
    }
    // Custom fields are JSON, whose operators no index serves under row-level security.
    if (noun.custom && key.startsWith('custom.'))
      throw invalidField(key, 'not_filterable', `${noun.label_plural} cannot be filtered by custom fields.`)
    const [, name, operator] = /^([a-z][a-z0-9_]*)(?:\[([a-z]+)\])?$/.exec(key) ?? []
    const field = name ? shapeOf(ctx, noun).fields.get(name) : undefined
    if (!name || !field)
      throw invalidField(
        key,
        'unknown_filter',
        `“${key}” is not a field of ${noun.label_plural.toLowerCase()} that you can filter by.`,
      )
    if (!field.filter)
      throw invalidField(key, 'not_filterable', `${noun.label_plural} cannot be filtered by ${name}.`)
    const compared = (column: Sql) => condition(ctx, column, name, field, operator ?? 'eq', value)
    where.push(
      !isApart(noun, name)
        ? compared(id(columnOf(noun, name)))
        : order?.apart
          ? compared(apartColumn(noun, name))
          : among(noun, compared(id(columnOf(noun, name)))),
    )
  }
  return where
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

function condition(ctx: Ctx, column: Sql, name: string, field: Field, operator: string, value: string): Sql {
  const kind = kinds[field.kind]
  const type = raw(kind.column)
  const decode = (text: string) => {
    try {
      return kind.decode(fromQuery(field, text), field, ctx.tenant)
    } catch (error) {
      if (error instanceof Complaint)
        throw invalidField(name, error.code, `The filter value for ${name} ${error.message}.`)
      throw error
    }
  }
  if (operator === 'null') return sql`${column} is ${raw(value === 'false' ? 'not null' : 'null')}`
  if (operator === 'in' || operator === 'nin') {
    const list = value.split(',')
    if (list.length > 500)
      throw invalidField(name, 'too_many_values', `At most 500 values may be listed for ${name}.`)
    const member = sql`${column} = any(${list.map(decode).map(String)}::${type}[])`
    return operator === 'in' ? member : sql`not (${member})`
  }
  if (operator === 'starts' && kind.compare === 'prefix') return prefix(column, value)
  const symbol = comparisons[operator]
  if (!symbol || (operator !== 'eq' && operator !== 'ne' && kind.compare !== 'order')) {
    throw invalidField(name, 'unknown_operator', `${name} cannot be compared with “${operator}”.`)
  }
  return sql`${column} ${raw(symbol)} ${decode(value)}::${type}`
}

/** A range serves a prefix under row-level security, where LIKE may not use an index. */
export function prefix(column: Sql, text: string): Sql {
  return sql`(${column} >= ${text} and ${column} < ${text + '\u{10ffff}'})`
}

/** Query strings are text; whole numbers and booleans are read from it before the kind judges them. */
function fromQuery(field: Field, text: string): unknown {
  if (field.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (field.kind === 'integer' || field.kind === 'bytes' || field.kind === 'kbps')
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
}

/** What a list in this order is read from. */
export const from = (noun: Resource, order: Order): Sql => (order.apart ? inOrder(noun) : id(noun.table))

/** Newest first is by id: UUIDv7 are in order of creation, and the primary key is an index already. */
export function orderOf(ctx: Ctx, noun: Resource, requested: string | undefined): Order {
  // A role that hides the field by which a list is usually sorted still gets the list.
  const usual = shapeOf(ctx, noun).fields.get(noun.sort.replace(/^-/, ''))?.sort ? noun.sort : '-created_at'
  const text = requested ?? usual
  const descending = text.startsWith('-')
  const name = descending ? text.slice(1) : text
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
  return sql`order by ${order.column} ${direction}${raw(order.nullable ? ' nulls last' : '')}, ${idOf(order)} ${direction}`
}

const idOf = (order: Order): Sql => raw(order.apart ? 'apart_id' : 'id')

/** Where a page ended: the order it was read in, the last row's value, its id. */
export type Cursor = [field: string, descending: boolean, value: string | null, row_id: string]

export function printCursor(order: Order, row: Record<string, unknown>): string {
  const value = row[order.field]
  const cursor: Cursor = [
    order.field,
    order.descending,
    value === null || value === undefined ? null : String(value),
    String(row.id),
  ]
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

/** The condition for rows after a cursor. */
export function after(order: Order, text: string): Sql {
  const [, , value, row_id] = parseCursor(order, text)
  const type = raw(kinds[order.kind].column)
  const less = raw(order.descending ? '<' : '>')
  if (order.field === 'id') return sql`id ${less} ${row_id}::uuid`
  if (!order.nullable)
    return sql`(${order.column}, ${idOf(order)}) ${less} (${value}::${type}, ${row_id}::uuid)`
  if (value === null) return sql`(${order.column} is null and ${idOf(order)} ${less} ${row_id}::uuid)`
  return sql`((${order.column}, ${idOf(order)}) ${less} (${value}::${type}, ${row_id}::uuid) or ${order.column} is null)`
}

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
