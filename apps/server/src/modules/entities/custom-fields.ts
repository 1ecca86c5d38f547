import type { Ctx } from '#kernel/ctx.ts'
import { seriesOf } from '#kernel/custom-values.ts'
import { readTree, type Tree } from '#kernel/filter-tree.ts'
import { Complaint } from '#kernel/kind.ts'
import { kinds } from '#kernel/kinds.ts'
import { createSeries } from '#kernel/numbers.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import type { Resource } from '#kernel/resource.ts'
import { id, sql } from '#kernel/sql.ts'
import { indexLater } from './index-fields.ts'
import { checkDeclared, fieldOf, needsColumn, needsValues, plain, type Declared } from './vocabulary.ts'

const mostOnANoun = 200
const valuesLookedAt = 5000

/**
 * Judges a custom field before it is stored, or changed from what `before` is: its noun, its name, its kind, and values that an earlier
 * field of this name left. What has to be indexed, or no longer, is done by a job.
 */
export async function checkCustomField(
  ctx: Ctx,
  given: Record<string, unknown>,
  before: Record<string, unknown> | undefined,
): Promise<void> {
  const row: Record<string, unknown> = { ...before, ...given }
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
  const declared = {
    ...row,
    values: plain(row.values),
    default: plain(row.default),
    visible_when: plain(row.visible_when),
  } as Declared
  checkDeclared(ctx, declared, { beside: true })
  mustPointSomewhere(ctx, declared)
  mustAskOfFields(ctx, noun, declared)
  const others = await ctx.db.all(sql<{ name: string; key: string }>`
    select name, key from custom_fields where noun = ${noun.name} and id is distinct from ${before?.id ?? null}::uuid`)
  if (others.some((other) => other.name === declared.name))
    throw new Refused(
      409,
      'already_exists',
      `${noun.label_plural} have a field “${declared.name}” already.`,
      {
        errors: [{ field: 'name', code: 'already_exists', detail: `“${declared.name}” is already in use.` }],
      },
    )
  if (!before) {
    if (others.length >= mostOnANoun)
      throw new Refused(409, 'too_many_fields', `A noun takes at most ${mostOnANoun} custom fields.`)
    const key = freeKey(declared.name, new Set(others.map((other) => other.key)))
    given.key = key
    await mustFitOldValues(ctx, noun, declared, key)
    if (declared.kind === 'auto_number')
      Object.assign(given, await beginNumbers(ctx, noun, seriesOf(noun.name, key), key, declared.pattern))
  }
  if (before && declared.kind === 'auto_number' && 'pattern' in given)
    await ctx.db.run(sql`
      update number_series set pattern = ${declared.pattern ?? '{next}'}
      where name = (select ${`custom.${noun.name}.`} || key from custom_fields where id = ${before.id})`)
  index(ctx, noun, given, before, declared)
}

/** Its values stay where they are; its column goes. */
export async function forgetCustomField(ctx: Ctx, row: Record<string, unknown>): Promise<void> {
  if (row.index_status !== 'none') indexLater(ctx, String(row.noun))
}

/**
 * Numbers go on where a deleted field of this key stopped. Rows that exist come first, so as many are kept for them; the job gives them
 * out (number-rows.ts).
 */
async function beginNumbers(
  ctx: Ctx,
  noun: Resource,
  series: string,
  key: string,
  pattern: string | null | undefined,
): Promise<{ numbers_from: bigint; numbers_to: bigint }> {
  const printed = pattern ?? '{next}'
  const known = await ctx.db.maybe(
    sql`update number_series set pattern = ${printed} where name = ${series} returning name`,
  )
  if (!known) await createSeries(ctx, series, printed)
  const { rows } = await ctx.db.one(sql<{ rows: number }>`
    select count(*)::integer as rows from ${id(noun.table)} where not custom ? ${key}::text`)
  const { next } = await ctx.db.one(sql<{ next: bigint }>`
    update number_series set next = next + ${rows} where name = ${series} returning next`)
  return { numbers_from: next - BigInt(rows), numbers_to: next - 1n }
}

/** A condition on what no row has would never be met. */
function mustAskOfFields(ctx: Ctx, noun: Resource, { visible_when }: Declared): void {
  if (visible_when == null) return
  const added = ctx.tenant.custom_fields.get(noun.name) ?? {}
  const known = (field: string) =>
    field.startsWith('custom.')
      ? Object.hasOwn(added, field.slice('custom.'.length))
      : Object.hasOwn(noun.fields, field)
  const unknown = (tree: Tree): string | undefined =>
    'rules' in tree
      ? tree.rules.map(unknown).find((name) => name !== undefined)
      : known(tree.field)
        ? undefined
        : tree.field
  const name = unknown(readTree(visible_when, 'visible_when'))
  if (name !== undefined)
    throw invalidField('visible_when', 'no_such_field', `${noun.label_plural} have no field “${name}”.`)
}

/** A renamed field keeps the key it began with, so that the name it had is free while the key is not. */
function freeKey(name: string, taken: ReadonlySet<string>): string {
  let key = name
  for (let n = 2; taken.has(key); n++) key = `${name}_${n}`
  return key
}

/** Until rows that exist are copied, lists cannot be filtered by the field. */
function index(
  ctx: Ctx,
  noun: Resource,
  given: Record<string, unknown>,
  before: Record<string, unknown> | undefined,
  declared: Declared,
): void {
  // Rows that exist are numbered by the same job.
  const numbers = declared.kind === 'auto_number' && !before
  const wanted = needsColumn(declared) || needsValues(declared) || declared.searchable === true || numbers
  const uses = ['filterable', 'sortable', 'unique', 'searchable'] as const
  const changed = !before || uses.some((use) => use in given && given[use] !== before[use])
  if (!changed || (!wanted && (!before || before.index_status === 'none'))) return
  Object.assign(given, {
    index_status: wanted ? 'indexing' : 'none',
    index_done: 0,
    index_from: null,
    index_note: null,
  })
  indexLater(ctx, noun.name)
}

function mustPointSomewhere(ctx: Ctx, { to }: Declared): void {
  if (!to) return
  const target = ctx.app.nouns.byName(ctx, to)
  if (!target || target.log || target.scope === 'whole')
    throw invalidField('to', 'no_such_noun', `There is no noun “${to}” to point to.`)
}

/** A deleted field's values are kept; they come back with a field of the same name, so they must be of its kind. */
async function mustFitOldValues(ctx: Ctx, noun: Resource, declared: Declared, key: string): Promise<void> {
  const old = await ctx.db.all(sql<{ value: unknown }>`
    select distinct custom -> ${key}::text as value
    from ${id(noun.table)}
    where custom ? ${key}::text and custom -> ${key}::text <> 'null'
    limit ${valuesLookedAt}`)
  for (const { value } of old) {
    try {
      if (declared.kind === 'auto_number' || declared.kind === 'formula') continue
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
