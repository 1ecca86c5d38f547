import type { Ctx } from '#kernel/ctx.ts'
import { and, scope } from '#kernel/filters.ts'
import { invalidField } from '#kernel/refused.ts'
import { columnOf, type Resource } from '#kernel/resource.ts'
import { id, sql } from '#kernel/sql.ts'

/** Rows by what people call them, whatever the case: ids of each, because two may bear one name. */
export type ByName = ReadonlyMap<string, readonly string[]>

export async function byName(ctx: Ctx, noun: Resource, names: Iterable<string>): Promise<ByName> {
  const wanted = [...new Set([...names].map(foldedName))]
  if (wanted.length === 0) return new Map()
  const column = id(columnOf(noun, noun.title))
  const rows = await ctx.db.all(sql<{ id: string; name: string }>`
    select id, ${column} as name from ${id(noun.table)} ${and([sql`lower(${column}) = any(${wanted}::text[])`, ...scope(ctx, noun)])}`)
  return new Map(
    [...Map.groupBy(rows, (row) => foldedName(row.name))].map(([name, group]) => [
      name,
      group.map((row) => row.id),
    ]),
  )
}

/** The one that bears this name; refused where there is none or more than one. `field` is the cell that names it. */
export function theOne(known: ByName, name: string, field: string): string {
  const ids = known.get(foldedName(name)) ?? []
  const what = field === 'labels' ? 'label' : field.replaceAll('_', ' ')
  if (ids.length === 1) return ids[0]!
  const shown = name.slice(0, 120)
  throw ids.length === 0
    ? invalidField(field, `no_such_${what.replaceAll(' ', '_')}`, `There is no ${what} called “${shown}”.`)
    : invalidField(field, 'ambiguous', `More than one ${what} is called “${shown}”.`)
}

export const foldedName = (name: string): string => name.trim().toLowerCase()

export const labelsIn = (text: string): string[] =>
  text
    .split(/[,;|]/)
    .map((label) => label.trim())
    .filter(Boolean)
