import type { Ctx } from './ctx.ts'
import { erased } from './erased.ts'
import { scope } from './filters.ts'
import { invalidField } from './refused.ts'
import type { Fields, Resource } from './resource.ts'
import { id, join, sql, type Sql } from './sql.ts'

/**
 * What hangs on any other row: a file, a note, a to-do. It names the row by `noun` and `row_id`, and who may not see that row does
 * not see what hangs on it either.
 */
export const attachedTo = {
  noun: {
    kind: 'text',
    personal: false,
    max: 63,
    immutable: true,
    filter: true,
    list: true,
    label: 'Kind of row',
    help: 'The noun of the row it hangs on, such as customer',
  },
  row_id: { kind: 'reference', immutable: true, filter: true, list: true, label: 'About' },
} as const satisfies Fields

/** Nothing hangs on what itself hangs on something, nor on a line of a log. */
export const canBear = (noun: Resource): boolean =>
  !noun.log && !(noun.fields.noun && noun.fields.row_id?.kind === 'reference')

/** The row something is to hang on must be there, and the actor must see it. */
export async function mustSeeBearer(ctx: Ctx, attached: { noun: unknown; row_id: unknown }): Promise<void> {
  const noun = ctx.app.nouns.byName(ctx, String(attached.noun))
  if (!noun || !canBear(noun) || !ctx.access.can(noun.name, 'get'))
    throw invalidField(
      'noun',
      'no_such_noun',
      `Nothing can hang on a “${String(attached.noun).slice(0, 60)}”. Name the noun of a row you may read, such as customer.`,
    )
  const there = await ctx.db.maybe(
    sql<{
      erased: boolean
    }>`select ${noun.fields.erased_at ? sql`erased_at is not null` : sql`false`} as erased from ${id(noun.table)} where ${join([sql`id = ${attached.row_id}`, ...scope(ctx, noun)], ' and ')}`,
  )
  if (!there)
    throw invalidField(
      'row_id',
      `no_such_${noun.name}`,
      `There is no ${noun.label.toLowerCase()} with this id, or you may not see it.`,
    )
  if (there.erased) throw erased(noun)
}

/** The rows of `table` whose bearer the actor may read. For `rows` of a noun made with `attachedTo`. */
export function bearerSeen(ctx: Ctx, table: string): Sql {
  const open: string[] = []
  const limited: Sql[] = []
  for (const noun of ctx.app.nouns.all(ctx)) {
    if (!canBear(noun) || !ctx.access.can(noun.name, 'get')) continue
    const seen = scope(ctx, noun)
    if (seen.length === 0) open.push(noun.name)
    else
      limited.push(sql`(${id(`${table}.noun`)} = ${noun.name} and exists (
        select 1 from ${id(noun.table)}
        where ${join([sql`${id(`${noun.table}.id`)} = ${id(`${table}.row_id`)}`, ...seen], ' and ')}))`)
  }
  return sql`(${join([sql`${id(`${table}.noun`)} = any(${open}::text[])`, ...limited], ' or ')})`
}
