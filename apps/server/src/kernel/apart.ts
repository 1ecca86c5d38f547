import { columnOf, type Resource } from './resource.ts'
import { id, join, sql, type Sql } from './sql.ts'

/**
 * A change of an indexed column writes every index of its table. What changes with every posting is therefore indexed apart, in a
 * narrow table that the database keeps in step: `resource.apart`. The noun's own table still has the columns, without an index.
 */
export type Apart = { table: string; key: string; fields: readonly string[] }

export const isApart = (noun: Resource, name: string): boolean => noun.apart?.fields.includes(name) ?? false

/** The name such a column goes by in a list that is read in its order (`inOrder`). */
export const apartColumn = (noun: Resource, name: string): Sql => id(`apart_${columnOf(noun, name)}`)

/** The noun's table, beside the one that has the order of its list. */
export function inOrder({ table, apart }: Resource): Sql {
  if (!apart) return id(table)
  const columns = apart.fields.map((name) => sql`${id(name)} as ${id(`apart_${name}`)}`)
  return sql`(select ${id(apart.key)} as apart_id, ${join(columns)} from ${id(apart.table)}) apart join ${id(table)} on id = apart_id`
}

/** A comparison with such a column, wherever the noun's rows are asked for. */
export function among({ apart }: Resource, comparison: Sql): Sql {
  return apart ? sql`id in (select ${id(apart.key)} from ${id(apart.table)} where ${comparison})` : comparison
}
