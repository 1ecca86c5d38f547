import type { Ctx } from './ctx.ts'
import { today } from './ctx.ts'
import { sql } from './sql.ts'

/**
 * People's numbers, by series and pattern: `{year}-{next|6}` → `2026-000123`. Without gaps, because the series' row stays locked until
 * the caller commits; take a block of them per chunk, since that row is also the tenant's slowest point.
 */
export async function takeNumbers(ctx: Ctx, series: string, n: number, date = today(ctx)): Promise<string[]> {
  const { pattern, first } = await ctx.db.one(sql<{ pattern: string; first: bigint }>`
    select pattern, first from take_numbers(${series}, ${n}::bigint)`)
  return Array.from({ length: n }, (_, i) => printNumber(pattern, first + BigInt(i), date))
}

export async function takeNumber(ctx: Ctx, series: string): Promise<string> {
  const [number] = await takeNumbers(ctx, series, 1)
  return number!
}

/** Variables: next, year, month, day; `|n` pads with zeros. */
export function printNumber(pattern: string, next: bigint, date: Temporal.PlainDate): string {
  const values: Record<string, string> = {
    next: String(next),
    year: String(date.year),
    month: String(date.month),
    day: String(date.day),
  }
  return pattern.replace(/\{(\w+)(?:\|(\d{1,2}))?\}/g, (whole, name: string, width?: string) =>
    values[name] === undefined
      ? whole
      : values[name].padStart(Number(width ?? (name === 'year' ? 4 : name === 'next' ? 1 : 2)), '0'),
  )
}

export async function createSeries(ctx: Ctx, name: string, pattern: string, next = 1n): Promise<void> {
  await ctx.db.run(
    sql`insert into number_series (tenant_id, name, pattern, next) values (${ctx.tenant.id}, ${name}, ${pattern}, ${next})`,
  )
}
