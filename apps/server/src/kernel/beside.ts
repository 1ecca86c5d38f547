import type { Ctx } from './ctx.ts'
import { manyKinds } from './many-values.ts'
import { invalidField, Refused } from './refused.ts'
import { words, type Field, type Resource } from './resource.ts'
import { visibleCustomFields } from './shape.ts'
import { plannedAnew } from './db.ts'
import { id, raw, sql, type Sql } from './sql.ts'

/**
 * Values of an administrator's fields are JSON, whose operators no index serves under row-level security. A field that lists are
 * filtered or sorted by stands therefore also in a typed column of a table beside the noun's own, one a tenant and noun, with one row for
 * each of the noun's. The database keeps it in step.
 */
export type Beside = {
  table: string
  column: string
  /** All rows are in it. */
  ready: boolean
}

/** `custom.colour` as a query names it; `key` is the part of the query that is refused. 409 `field_indexing` until all rows are in. */
export function customNamed(
  ctx: Ctx,
  noun: Resource,
  name: string,
  use: 'filter' | 'sort',
  key: string,
): { field: Field; beside: Beside } {
  const field = ownField(visibleCustomFields(ctx, noun), name.slice('custom.'.length))
  if (!field)
    throw invalidField(
      key,
      use === 'filter' ? 'unknown_filter' : 'not_sortable',
      `${noun.label_plural} have no field “${name}” that you may ${use} by.`,
    )
  if (!field[use])
    throw invalidField(
      key,
      use === 'filter' ? 'not_filterable' : 'not_sortable',
      `${noun.label_plural} cannot be ${use === 'filter' ? 'filtered' : 'sorted'} by ${name} unless the field is marked ${use === 'filter' ? 'filterable' : 'sortable'}.`,
    )
  if (manyKinds.has(field.kind))
    throw invalidField(
      key,
      'several_values',
      `${noun.label_plural} cannot be put in order or grouped by ${name}, which holds several values.`,
    )
  if (!field.beside?.ready)
    throw new Refused(
      409,
      'field_indexing',
      `${field.label ?? words(name.slice('custom.'.length))} is still being indexed. Its progress stands at the field; try again in a moment.`,
      { headers: { 'retry-after': '2' } },
    )
  return { field, beside: field.beside }
}

const ownField = (fields: Readonly<Record<string, Field>>, name: string): Field | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined

/** A condition on columns of the table beside, wherever the noun's rows are asked for. */
export const rowsBeside = (table: string, condition: Sql): Sql =>
  sql`id in (select id from ${id(table)} where ${condition}) ${raw(plannedAnew)}`

/** The noun's table, beside the one that has the order of its list; every column in it goes by its own name, which is like no other. */
export function besideInOrder(ctx: Ctx, noun: Resource, { table }: Beside): Sql {
  const fields = Object.values(ctx.tenant.custom_fields.get(noun.name) ?? {})
  return besideColumns(
    noun,
    fields.flatMap((field) => (field.beside?.table === table ? field.beside : [])),
  )
}

/** The noun's table with these columns of the table beside under their own names, which are like no other. */
export const besideColumns = (noun: Resource, beside: readonly Beside[]): Sql => {
  const [first] = beside
  if (!first) return id(noun.table)
  const columns = [...new Set(beside.map(({ column }) => column))].map((name) => sql`, ${id(name)}`)
  const list = columns.reduce((left, right) => sql`${left}${right}`)
  return sql`(select id as beside_id${list} from ${id(first.table)}) beside join ${id(noun.table)} on id = beside_id`
}
