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
  const refusal = (await ofErased(ctx, noun, [row_id])).get(row_id)
  if (refusal) throw refusal
}

/** Of some rows, those whose person was erased, each with its refusal. */
export async function ofErased(
  ctx: Ctx,
  noun: Resource,
  row_ids: readonly string[],
): Promise<Map<string, Refused>> {
  const owners = ownersOf(ctx, noun, noun.fields)
  if (owners.length === 0) return new Map()
  const found = await ctx.db.all(sql<{ row_id: string; owner: string }>`
    ${join(
      owners.map(
        ({ field, target }) => sql`
          select r.id as row_id, ${target.name} as owner
          from ${id(noun.table)} r
          join ${id(target.table)} o on o.id = r.${id(columnOf(noun, field))}
          where r.id = any(${row_ids}::uuid[]) and o.erased_at is not null`,
      ),
      ' union all ',
    )}`)
  return new Map(
    found.flatMap(({ row_id, owner }) => {
      const target = ctx.app.nouns.byName(ctx, owner)
      return target ? [[row_id, erased(target)] as const] : []
    }),
  )
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
