import type { Ctx } from './ctx.ts'
import { Refused } from './refused.ts'
import { columnOf, type Fields, type Resource } from './resource.ts'
import { id, join, sql } from './sql.ts'

/** A person's row that was erased says so in `erased_at`; from then on it, and what belongs to it, only stands there for the books. */
export const isErased = (row: Record<string, unknown>): boolean => Boolean(row.erased_at)

export const erased = (noun: Resource): Refused =>
  new Refused(
    409,
    'erased',
    `This ${noun.label.toLowerCase()} was erased. What is left is kept for the books and cannot be changed.`,
  )

/** Refuses to write to a row whose person was erased: found by what the row refers to, which is rarely more than one customer. */
export async function mustNotBelongToErased(ctx: Ctx, noun: Resource, row_id: string): Promise<void> {
  const owners = ownersOf(ctx, noun, noun.fields)
  if (owners.length === 0) return
  const found = await ctx.db.maybe(sql<{ owner: string }>`
    ${join(
      owners.map(
        ({ field, target }) => sql`
          select ${target.name} as owner
          from ${id(noun.table)} r
          join ${id(target.table)} o on o.id = r.${id(columnOf(noun, field))}
          where r.id = ${row_id} and o.erased_at is not null`,
      ),
      ' union all ',
    )}
    limit 1`)
  const owner = found && ctx.app.nouns.byName(ctx, found.owner)
  if (owner) throw erased(owner)
}

/** Refuses values that would give something to an erased row. */
export async function mustNotGiveToErased(
  ctx: Ctx,
  fields: Fields,
  values: Record<string, unknown>,
): Promise<void> {
  for (const { field, target } of ownersOf(ctx, undefined, fields)) {
    if (typeof values[field] !== 'string') continue
    const gone = await ctx.db.maybe(
      sql`select 1 from ${id(target.table)} where id = ${values[field]} and erased_at is not null`,
    )
    if (gone) throw erased(target)
  }
}

const ownersOf = (ctx: Ctx, noun: Resource | undefined, fields: Fields) =>
  Object.entries(fields).flatMap(([field, { kind, to }]) => {
    const target = kind === 'reference' && to ? ctx.app.nouns.byName(ctx, to) : undefined
    return target?.fields.erased_at && target !== noun ? [{ field, target }] : []
  })
