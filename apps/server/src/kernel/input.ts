import type { Ctx } from './ctx.ts'
import { decodeCustom } from './custom-values.ts'
import { mustNotGiveToErased } from './erased.ts'
import { and, scope } from './filters.ts'
import { JsonValue } from './kinds.ts'
import { visiblePartners } from './permissions.ts'
import { invalid, invalidField, Refused, type FieldError } from './refused.ts'
import { inSentence, type Fields, type Resource } from './resource.ts'
import { decodeBody } from './shape.ts'
import { id, sql } from './sql.ts'

/** A body as stored values, and the administrator's own fields beside them; every mistake of both is named at once. */
export async function decoded(
  ctx: Ctx,
  noun: Resource,
  body: Record<string, unknown>,
  mode: 'create' | 'update',
) {
  const { custom: customBody, ...fields } = body
  const readonly = new Set([...ctx.access.readonly(noun.name), ...ctx.access.hidden(noun.name)])
  const own = async () => {
    const values = decodeBody(ctx, noun.fields, noun.custom ? fields : body, mode, readonly)
    await mustSeeReferences(ctx, noun.fields, values)
    return values
  }
  if (!noun.custom) return { values: await own(), custom: undefined }
  const errors: FieldError[] = []
  const values = await named(errors, own)
  const custom = await named(errors, () => decodedCustom(ctx, noun, customBody, mode))
  if (errors.length > 0 || !values) throw invalid(errors)
  return { values, custom }
}

async function named<T>(errors: FieldError[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'invalid') throw error
    errors.push(...error.errors)
    return undefined
  }
}

/** The administrator's own fields of a body, for verbs that take them: `custom` as `insert` stores it. */
export const decodedCustom = (ctx: Ctx, noun: Resource, body: unknown, mode: 'create' | 'update') =>
  decodeCustom(
    ctx,
    noun,
    body,
    mode,
    new Set([...ctx.access.readonly(noun.name), ...ctx.access.hidden(noun.name)]),
    (fields, values) => mustBeThere(ctx, fields, values),
  )

/**
 * A limited actor may not point at rows outside its partner's subtree. Other tenants' rows are stopped by the foreign keys, or here
 * where a list of ids has none.
 */
export async function mustSeeReferences(
  ctx: Ctx,
  fields: Fields,
  values: Record<string, unknown>,
): Promise<void> {
  await mustNotGiveToErased(ctx, fields, values)
  const partners = visiblePartners(ctx)
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name]
    const target = field.to ? ctx.app.nouns.byName(ctx, field.to) : undefined
    if (!field.to || !target) continue
    if (field.kind === 'references' && Array.isArray(value) && value.length > 0) {
      const { n } = await ctx.db.one(
        sql<{
          n: bigint
        }>`select count(*) as n from ${id(target.table)} ${and([sql`id = any(${value}::uuid[])`, ...scope(ctx, target)])}`,
      )
      if (Number(n) < value.length) throw noSuch(name, target, 'one of these ids')
    }
    if (field.kind !== 'reference' || typeof value !== 'string') continue
    if (field.to === 'partner') {
      if (partners && !partners.includes(value)) throw noSuch(name, target)
    } else if (partners && target.scope === 'partner') {
      const seen = await ctx.db.maybe(
        sql`select 1 from ${id(target.table)} ${and([sql`id = ${value}`, ...scope(ctx, target)])}`,
      )
      if (!seen) throw noSuch(name, target)
    }
  }
}

/** What an administrator's field refers to exists, and the actor may see it: the column that guards it may still be indexing. */
async function mustBeThere(ctx: Ctx, fields: Fields, values: Record<string, unknown>): Promise<void> {
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name]
    const target = field.to ? ctx.app.nouns.byName(ctx, field.to) : undefined
    if (!target || value === null || value === undefined) continue
    const ids = [value instanceof JsonValue ? value.value : value].flat() as string[] // Of kinds that hold ids.
    const there = await ctx.db.all(sql`
      select id from ${id(target.table)} ${and([sql`id = any(${ids}::uuid[])`, ...scope(ctx, target)])}`)
    if (there.length < ids.length) throw noSuch(name, target)
  }
}

const noSuch = (field: string, target: Resource, by = 'this id') =>
  invalidField(
    field,
    `no_such_${target.name}`,
    `There is no ${inSentence(target.label)} with ${by}, or you may not see it.`,
  )
