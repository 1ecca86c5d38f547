import type { Ctx } from './ctx.ts'
import { and, scope } from './filters.ts'
import { invalidField } from './refused.ts'
import { columnOf, type Resource } from './resource.ts'
import { id, sql } from './sql.ts'

export type Reference = { noun: string; title: string; number?: string }

/** `?include=customer_id,tariff_id`: what the ids in those fields are called, for rows the actor may see. */
export async function referencesOf(
  ctx: Ctx,
  noun: Resource,
  include: string,
  rows: readonly Record<string, unknown>[],
): Promise<Record<string, Reference>> {
  const fields = include.split(',').map((name) => {
    const field = noun.fields[name]
    if (!field?.to || (field.kind !== 'reference' && field.kind !== 'references'))
      throw invalidField(
        'include',
        'not_a_reference',
        `“${name}” is not a reference of ${noun.label_plural.toLowerCase()}.`,
      )
    return { name, to: field.to }
  })
  const found: Record<string, Reference> = {}
  await Promise.all(
    fields.map(async ({ name, to }) => {
      const target = ctx.app.nouns.byName(ctx, to)
      if (!target || !ctx.access.can(to, 'list') || ctx.access.hidden(to).has(target.title)) return
      const ids = [...new Set(rows.flatMap((row) => row[name] ?? []))].filter(
        (value) => typeof value === 'string',
      )
      if (ids.length === 0) return
      const number =
        target.fields.number && !ctx.access.hidden(to).has('number')
          ? sql`${id(columnOf(target, 'number'))}::text`
          : sql`null::text`
      const titles = await ctx.db.all(sql<{ id: string; title: string | null; number: string | null }>`
        select id, ${id(columnOf(target, target.title))}::text as title, ${number} as number
        from ${id(target.table)}
        ${and([sql`id = any(${ids}::uuid[])`, ...scope(ctx, target)])}`)
      for (const row of titles)
        found[row.id] = {
          noun: to,
          title: row.title ?? target.label,
          ...(row.number ? { number: row.number } : {}),
        }
    }),
  )
  return found
}
