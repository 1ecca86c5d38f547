import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { Refused } from '#kernel/refused.ts'
import type { Field, Resource } from '#kernel/resource.ts'
import { rowsOf } from '#kernel/rows.ts'
import { printValue } from '#kernel/shape.ts'
import { id, sql, type Sql } from '#kernel/sql.ts'
import { copiedLater } from './copied-later.ts'
import { converted, mostValues, shownMisfits } from './convert.ts'
import { fieldOf, type Declared } from './vocabulary.ts'

/** Values are dropped one by one in the audit. */
const mostDropped = 10_000

/** Of rows that were being written while the kind of a field changed, those whose value is not of it yet. Called as rows are copied. */
export async function readAgain(
  ctx: Ctx,
  noun: Resource,
  field_ids: readonly string[],
  row_ids: readonly string[],
): Promise<void> {
  const retyped = await ctx.db.all(sql<Declared & { key: string }>`
    select * from custom_fields where id = any(${field_ids}::uuid[]) and retyped_from is not null order by id`)
  for (const field of retyped) {
    const fit = await fitting(ctx, noun, field.key, field, row_ids)
    await convertAll(ctx, noun, fit, row_ids)
  }
}

type Fit = {
  key: string
  /** Different values that become others, as JSON texts. */
  values: { old: string; next: string }[]
  values_read: number
  misfits: unknown[]
  /** How many rows have a value that does not fit, and which values these are, as JSON texts. */
  rows: number
  dropped: string[]
}

/** What each different value of a field becomes in the kind that is declared. What is of it already is left alone. */
export async function fitting(
  ctx: Ctx,
  noun: Resource,
  key: string,
  declared: Declared,
  row_ids?: readonly string[],
): Promise<Fit> {
  const old = await ctx.db.all(sql<{ text: string; n: number }>`
    select (custom -> ${key}::text)::text as text, count(*)::integer as n
    from ${id(noun.table)}
    where custom -> ${key}::text <> 'null' ${row_ids ? sql`and id = any(${row_ids}::uuid[])` : sql``}
    group by 1
    limit ${mostValues + 1}`)
  if (old.length > mostValues)
    throw new Refused(
      409,
      'too_many_values',
      `A field with more than ${mostValues} different values is not retyped.`,
    )
  const field = fieldOf(declared)
  const fit: Fit = { key, values: [], values_read: old.length, misfits: [], rows: 0, dropped: [] }
  for (const { text, n } of old) {
    const value: unknown = JSON.parse(text)
    const next = become(ctx, value, field)
    if (next === undefined) {
      if (fit.misfits.length < shownMisfits) fit.misfits.push(value)
      fit.rows += n
      fit.dropped.push(text)
    } else if (JSON.stringify(next) !== JSON.stringify(value))
      fit.values.push({ old: text, next: JSON.stringify(next) })
  }
  return fit
}

/** A value as the API prints it, printed in the other kind. */
function become(ctx: Ctx, value: unknown, field: Field): unknown {
  const stored = converted(value, field, ctx.tenant)
  return stored === undefined ? undefined : printValue(ctx, field, stored)
}

/** Writes what values become, and empties what does not fit. */
export async function convertAll(
  ctx: Ctx,
  noun: Resource,
  fit: Fit,
  row_ids?: readonly string[],
): Promise<void> {
  const { key, values, dropped } = fit
  const among = row_ids ? sql`and t.id = any(${row_ids}::uuid[])` : sql``
  if (dropped.length > 0) await drop(ctx, noun, fit, among)
  if (values.length === 0) return
  await copiedLater(ctx, () =>
    ctx.db.run(sql`
      update ${id(noun.table)} t
      set custom = t.custom || jsonb_build_object(${key}::text, m.next::jsonb), version = t.version + 1, updated_at = ${ctx.now}
      from ${rowsOf('m', values, { old: 'text', next: 'text' })}
      where (t.custom -> ${key}::text)::text = m.old ${among}`),
  )
}

/** What a row loses is told of that row. */
async function drop(ctx: Ctx, noun: Resource, { key, dropped, rows }: Fit, among: Sql): Promise<void> {
  if (rows > mostDropped)
    throw new Refused(
      409,
      'too_many_misfits',
      `${rows} rows have values that do not fit; at most ${mostDropped} are emptied at once. Change them first.`,
    )
  const lost = await ctx.db.all(sql<{ id: string; value: unknown }>`
    with before as (
      select t.id, t.custom -> ${key}::text as value
      from ${id(noun.table)} t
      where (t.custom -> ${key}::text)::text = any(${dropped}::text[]) ${among}
      for no key update
    )
    update ${id(noun.table)} t
    set custom = t.custom - ${key}::text, version = t.version + 1, updated_at = ${ctx.now}
    from before b
    where t.id = b.id
    returning t.id, b.value`)
  for (const row of lost)
    record(ctx, {
      noun: noun.name,
      row_id: row.id,
      action: 'updated',
      changes: { custom: [{ [key]: row.value }, {}] },
      reason: 'the field changed its kind',
    })
}
