import type { Ctx } from '#kernel/ctx.ts'
import { words, type Field, type Fields } from '#kernel/resource.ts'
import { printValue, shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn } from '#kernel/store.ts'
import { tariffs, type Tariff } from './tariffs.ts'
import { tariffVersions, type TariffVersion } from './versions.ts'

export type Difference = { field: string; label: string; before: unknown; after: unknown }

/**
 * A tariff's versions with what each changed of the one before it, as the API prints values: what is planned first, then the newest.
 * The first in force has no differences. Fields that the actor may not see are not among them.
 */
export async function versionHistory(ctx: Ctx, tariff: Tariff) {
  const versions = await ctx.db.all(sql<TariffVersion>`
    select ${everyColumn(asResource(tariffVersions))}
    from tariff_versions
    where tariff_id = ${tariff.id}
    order by number desc nulls first, id desc
    limit 500`)
  const inForce = versions.filter(({ number }) => number !== null)
  const data = versions.map(({ changes, terms, ...version }) => {
    const place = inForce.findIndex(({ id }) => id === version.id)
    const differences =
      place < 0
        ? differencesOf(ctx, tariff as Values, { ...tariff, ...valuesIn(changes) })
        : inForce[place + 1]
          ? differencesOf(ctx, valuesIn(inForce[place + 1]!.terms), valuesIn(terms))
          : []
    return { ...version, differences, sentence: differences.map(inWords).join('; ') }
  })
  return { tariff_id: tariff.id, data }
}

/** A tariff as one of its versions says it was. */
export function tariffOfVersion(tariff: Tariff, terms: unknown): Tariff {
  const then = Object.entries(valuesIn(terms)).flatMap(([name, value]) => {
    const field = (tariffs.fields as Fields)[name]
    return field ? [[name, stored(field, value)]] : []
  })
  return { ...tariff, ...Object.fromEntries(then) }
}

type Values = Readonly<Record<string, unknown>>

function differencesOf(ctx: Ctx, before: Values, after: Values): Difference[] {
  const differences: Difference[] = []
  for (const [name, field] of shapeOf(ctx, asResource(tariffs)).fields) {
    if (!(name in tariffs.fields)) continue
    const [was, is] = [before, after].map((values) => printValue(ctx, field, stored(field, values[name])))
    if (JSON.stringify(was) === JSON.stringify(is)) continue
    differences.push({ field: name, label: field.label ?? words(name), before: was, after: is })
  }
  return differences
}

/** JSON has no bigint. */
const stored = (field: Field, value: unknown): unknown =>
  typeof value === 'number' && ['money', 'percent', 'decimal', 'bytes', 'kbps'].includes(field.kind)
    ? BigInt(value)
    : value

function inWords({ field, label, before, after }: Difference): string {
  const unit = (tariffs.fields as Fields)[field]?.kind === 'kbps' ? ' kbps' : ''
  return `${label}: ${said(before)} → ${said(after)}${unit}`
}

function said(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `${value.length} chosen`
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

const valuesIn = (json: unknown): Values =>
  typeof json === 'object' && json !== null ? (json as Values) : {}
