import type { Ctx } from '#kernel/ctx.ts'
import { Complaint, kinds } from '#kernel/kinds.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import type { Resource } from '#kernel/resource.ts'
import { id, sql } from '#kernel/sql.ts'
import { checkDeclared, fieldOf, plain, type Declared } from './vocabulary.ts'

const mostOnANoun = 200
const valuesLookedAt = 5000

/** Judges a custom field before it is stored: its noun, its name, its kind, and values that an earlier field of this name left. */
export async function checkCustomField(
  ctx: Ctx,
  row: Record<string, unknown>,
  fresh: boolean,
): Promise<void> {
  const noun = ctx.app.nouns.builtIn.find((candidate) => candidate.name === row.noun)
  if (!noun?.custom)
    throw invalidField(
      'noun',
      'no_custom_fields',
      `Fields cannot be added to “${String(row.noun)}”. They can to: ${ctx.app.nouns.builtIn
        .filter((one) => one.custom)
        .map((one) => one.name)
        .join(', ')}.`,
    )
  const declared = { ...row, values: plain(row.values), default: plain(row.default) } as Declared
  checkDeclared(ctx, declared)
  if (!fresh) return
  const { n } = await ctx.db.one(
    sql<{ n: bigint }>`select count(*) as n from custom_fields where noun = ${noun.name}`,
  )
  if (Number(n) >= mostOnANoun)
    throw new Refused(409, 'too_many_fields', `A noun takes at most ${mostOnANoun} custom fields.`)
  await mustFitOldValues(ctx, noun, declared)
}

/** A deleted field's values are kept; they come back with a field of the same name, so they must be of its kind. */
async function mustFitOldValues(ctx: Ctx, noun: Resource, declared: Declared): Promise<void> {
  const old = await ctx.db.all(sql<{ value: unknown }>`
    select distinct custom -> ${declared.name}::text as value
    from ${id(noun.table)}
    where custom ? ${declared.name}::text and custom -> ${declared.name}::text <> 'null'
    limit ${valuesLookedAt}`)
  for (const { value } of old) {
    try {
      kinds[declared.kind].decode(value, fieldOf(declared), ctx.tenant)
    } catch (error) {
      if (!(error instanceof Complaint)) throw error
      throw invalidField(
        'name',
        'old_values',
        `${noun.label_plural} still hold values of a deleted field “${declared.name}” that do not fit, such as ${JSON.stringify(value).slice(0, 60)}. Choose another name.`,
      )
    }
  }
}
