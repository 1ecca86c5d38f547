import type { Ctx } from '#kernel/ctx.ts'
import { seriesOf } from '#kernel/custom-values.ts'
import { printNumber, takeNumbers } from '#kernel/numbers.ts'
import type { Resource } from '#kernel/resource.ts'
import { rowsOf } from '#kernel/rows.ts'
import { id, sql } from '#kernel/sql.ts'
import { copiedLater } from './copied-later.ts'

type Numbered = {
  id: string
  key: string
  pattern: string | null
  numbers_from: bigint | null
  numbers_to: bigint | null
}

/**
 * Numbers those of these rows (in the order of their creation) that were there before an automatic number was added. Their numbers were
 * kept for them then; a row that was being written at that moment takes the next one. A date in a number is that of the row.
 */
export async function numberRows(
  ctx: Ctx,
  noun: Resource,
  field_ids: readonly string[],
  row_ids: readonly string[],
): Promise<void> {
  const fields = await ctx.db.all(sql<Numbered>`
    select id, key, pattern, numbers_from, numbers_to
    from custom_fields
    where id = any(${field_ids}::uuid[]) and kind = 'auto_number'
    order by id
    for no key update`)
  for (const field of fields) {
    const rows = await ctx.db.all(sql<{ id: string; created_at: string }>`
      select id, created_at
      from ${id(noun.table)}
      where id = any(${row_ids}::uuid[]) and not custom ? ${field.key}::text
      order by id`)
    if (rows.length === 0) continue
    const kept = keptNumbers(field, rows.length)
    const missing = rows.length - kept.length
    const further = missing > 0 ? await takeNumbers(ctx, seriesOf(noun.name, field.key), missing) : []
    const numbered = rows.map((row, n) => ({
      id: row.id,
      number:
        kept[n] === undefined
          ? further[n - kept.length]
          : printNumber(field.pattern ?? '{next}', kept[n], dayOf(ctx, row.created_at)),
    }))
    await copiedLater(ctx, () =>
      ctx.db.run(sql`
        update ${id(noun.table)} t
        set custom = t.custom || jsonb_build_object(${field.key}::text, n.number), version = t.version + 1, updated_at = ${ctx.now}
        from ${rowsOf('n', numbered, { id: 'uuid', number: 'text' })}
        where t.id = n.id`),
    )
    await ctx.db.run(sql`
      update custom_fields set numbers_from = numbers_from + ${kept.length} where id = ${field.id}`)
  }
}

function keptNumbers({ numbers_from, numbers_to }: Numbered, wanted: number): bigint[] {
  if (numbers_from === null || numbers_to === null) return []
  const left = Number(numbers_to - numbers_from + 1n)
  return Array.from({ length: Math.min(wanted, left) }, (_, n) => numbers_from + BigInt(n))
}

const dayOf = (ctx: Ctx, created_at: string): Temporal.PlainDate =>
  Temporal.Instant.from(created_at).toZonedDateTimeISO(ctx.tenant.time_zone).toPlainDate()
