import type { Ctx } from '#kernel/ctx.ts'
import { mayName } from '#kernel/personal.ts'
import { standardFields } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'

/** What the audit and the outbox said of the rows, as far as it may name the person. Answers how many audit rows there were. */
export async function erasePast(ctx: Ctx, erasure_id: string, patterns: readonly string[]): Promise<number> {
  const nouns = ctx.app.nouns.all(ctx)
  const silent = Object.fromEntries(
    nouns.map((noun) => [
      noun.name,
      Object.entries({ ...standardFields, ...noun.fields })
        .filter(([, field]) => ('personal' in field ? field.personal === false : !mayName(field)))
        .map(([name]) => name),
    ]),
  )
  const words = [
    ...new Set(nouns.flatMap((noun) => Object.values(noun.fields).flatMap(({ values }) => values ?? []))),
  ]
  const { n } = await ctx.db.one(sql<{ n: bigint }>`
    select erase_past(${erasure_id}, ${JSON.stringify(silent)}::jsonb, ${words}::text[], ${patterns}::text[]) as n`)
  return Number(n)
}
