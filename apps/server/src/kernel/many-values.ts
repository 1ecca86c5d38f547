import type { Ctx } from './ctx.ts'
import { plannedAnew } from './db.ts'
import { Complaint } from './kind.ts'
import { JsonValue, kinds } from './kinds.ts'
import { invalidField, Refused } from './refused.ts'
import { words, type Field, type FieldKind, type Resource } from './resource.ts'
import { visibleCustomFields } from './shape.ts'
import { join, raw, sql, type Sql } from './sql.ts'

/**
 * Filters on an administrator's field that holds several values: `contains` one, any of some (`in`), `all` of some, none of some (`nin`),
 * or none at all (`null`). They ask `custom_values`, which has a row for each value.
 */
export type ManyValues = {
  field_id: string
  /** All rows are in it. */
  ready: boolean
}

/** Kinds whose fields hold several values that lists can be filtered by. */
export const manyKinds: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'choices',
  'emails',
  'phones',
  'references',
])

/** A B-tree entry holds 2,700 bytes; the table keeps so many characters of a value. */
export const longestValue = 500

/** The condition, where the field is such a one. 409 `field_indexing` until all rows are in. */
export function manyCondition(
  ctx: Ctx,
  noun: Resource,
  asked: { key: string; name: string; operator: string; value: unknown },
): Sql | undefined {
  const fields = visibleCustomFields(ctx, noun)
  const name = asked.name.slice('custom.'.length)
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (!field?.filter || !manyKinds.has(field.kind)) return undefined
  if (!field.many?.ready)
    throw new Refused(
      409,
      'field_indexing',
      `${field.label ?? words(name)} is still being indexed. Its progress stands at the field; try again in a moment.`,
      { headers: { 'retry-after': '2' } },
    )
  return conditionOn(ctx, field, field.many.field_id, asked)
}

function conditionOn(
  ctx: Ctx,
  field: Field,
  field_id: string,
  { name, operator, value }: { name: string; operator: string; value: unknown },
): Sql {
  const any = sql`exists (select from custom_values v where v.field_id = ${field_id} and v.row_id = id)`
  const among = (values: readonly string[]) =>
    sql`id in (select row_id from custom_values where field_id = ${field_id} and value = any(${values}::text[])) ${raw(plannedAnew)}`
  const has = (one: string) =>
    sql`id in (select row_id from custom_values where field_id = ${field_id} and value = ${one}) ${raw(plannedAnew)}`
  const listed = () => listOf(value).map((one) => stored(ctx, field, name, one))
  switch (operator) {
    case 'null':
      return String(value) === 'false' ? any : sql`not ${any}`
    case 'eq':
    case 'contains':
      return has(stored(ctx, field, name, value))
    case 'in':
      return among(mustBeSome(name, listed()))
    case 'all':
      return sql`(${join(mustBeSome(name, listed(), 20).map(has), ' and ')})`
    // As elsewhere: what has no value at all is neither.
    case 'ne':
    case 'nin':
      return sql`(${any} and not (${among(operator === 'ne' ? [stored(ctx, field, name, value)] : mustBeSome(name, listed()))}))`
    default:
      throw invalidField(
        name,
        'unknown_operator',
        `${name} holds several values: it can be asked what it contains, for any or all of some, and whether it is empty, not with “${operator}”.`,
      )
  }
}

function mustBeSome(name: string, values: string[], most = 500): string[] {
  if (values.length === 0) throw invalidField(name, 'required', `Say which values ${name} is asked for.`)
  if (values.length > most)
    throw invalidField(name, 'too_many_values', `At most ${most} values may be listed for ${name}.`)
  return values
}

export const listOf = (value: unknown): unknown[] =>
  Array.isArray(value)
    ? value
    : String(value ?? '')
        .split(',')
        .filter(Boolean)

/** One value as the table keeps it. */
function stored(ctx: Ctx, field: Field, name: string, value: unknown): string {
  try {
    const list = kinds[field.kind].decode([value], field, ctx.tenant)
    const [one] = list instanceof JsonValue ? (list.value as unknown[]) : (list as unknown[])
    return String(one).slice(0, longestValue)
  } catch (error) {
    if (error instanceof Complaint)
      throw invalidField(name, error.code, `The filter value for ${name} ${error.message}.`)
    throw error
  }
}
