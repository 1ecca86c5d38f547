import { attachedTo } from './attached.ts'
import type { Ctx } from './ctx.ts'
import { columnOf, type Resource } from './resource.ts'
import { empty, id, sql, type Sql } from './sql.ts'

/** A field by which rows of `noun` point to rows of another noun. */
export type Pointer = { noun: Resource; field: string; attached: boolean }

/**
 * Every field by which anything points to rows of a noun, an administrator's entities and what hangs on rows (files, notes) included.
 * Left out are logs and fields that say `stays`.
 */
export function pointersTo(ctx: Ctx, target: string): Pointer[] {
  return ctx.app.nouns
    .all(ctx)
    .filter((noun) => !noun.log)
    .flatMap((noun) => {
      const attached = noun.fields.row_id === attachedTo.row_id
      const fields = Object.entries(noun.fields)
        .filter(([, field]) => field.kind === 'reference' && field.to === target && !field.stays)
        .map(([field]) => ({ noun, field, attached: false }))
      return attached ? [...fields, { noun, field: 'row_id', attached }] : fields
    })
}

/** Makes the rows of a pointer that point to `from` point to `to`, all or those that meet `only`. Answers their ids. */
export async function repoint(
  ctx: Ctx,
  { noun, field, attached }: Pointer,
  move: { target: string; from: string; to: string; only?: Sql },
): Promise<string[]> {
  const column = id(columnOf(noun, field))
  const rows = await ctx.db.all(sql<{ id: string }>`
    update ${id(noun.table)}
    set ${column} = ${move.to}, version = version + 1, updated_at = ${ctx.now}
    where ${column} = ${move.from} ${attached ? sql`and noun = ${move.target}` : empty} ${move.only ? sql`and ${move.only}` : empty}
    returning id`)
  return rows.map((row) => row.id)
}
