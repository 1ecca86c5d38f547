import type { Ctx } from './ctx.ts'
import { and, scope } from './filters.ts'
import { invalidField } from './refused.ts'
import { columnOf, type FieldKind, type Resource } from './resource.ts'
import { visibleCustomFields } from './shape.ts'
import { id, sql } from './sql.ts'

const pointing = new Set<FieldKind>(['reference', 'references', 'user', 'files'])

export type Reference = { noun: string; title: string; number?: string }

/**
 * `?include=customer_id,tariff_id`: what the ids in those fields are called, for rows the actor may see. What hangs on any row is asked
 * for as `row_id`.
 */
export async function referencesOf(
  ctx: Ctx,
  noun: Resource,
  include: string,
  rows: readonly Record<string, unknown>[],
): Promise<Record<string, Reference>> {
  const wanted = include.split(',').flatMap((name): { to: string; of: unknown[] }[] => {
    const added = name.startsWith('custom.')
    const key = name.slice('custom.'.length)
    const field = added ? visibleCustomFields(ctx, noun)[key] : noun.fields[name]
    const attached = name === 'row_id' && noun.fields.noun !== undefined && field?.kind === 'reference'
    if (attached)
      return Object.entries(Object.groupBy(rows, (row) => String(row.noun))).map(([to, some]) => ({
        to,
        of: (some ?? []).map((row) => row.row_id),
      }))
    if (!field?.to || !pointing.has(field.kind))
      throw invalidField(
        'include',
        'not_a_reference',
        `“${name}” is not a reference of ${noun.label_plural.toLowerCase()}.`,
      )
    const valueOf = (row: Record<string, unknown>) =>
      added ? (row.custom as Record<string, unknown> | undefined)?.[key] : row[name]
    return [{ to: field.to, of: rows.flatMap((row) => valueOf(row) ?? []) }]
  })
  const found: Record<string, Reference> = {}
  await Promise.all(
    wanted.map(async ({ to, of }) => {
      const target = ctx.app.nouns.byName(ctx, to)
      if (!target || !ctx.access.can(to, 'list') || ctx.access.hidden(to).has(target.title)) return
      const ids = [...new Set(of)].filter((value) => typeof value === 'string')
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
