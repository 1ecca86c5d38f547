import type { Ctx } from '#kernel/ctx.ts'
import { invalid, invalidField, Refused, type FieldError } from '#kernel/refused.ts'
import { decodeBody } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { fieldVocabulary } from './entities.ts'
import { checkDeclared, plain, type Declared } from './vocabulary.ts'

export const mostEntities = 200
export const mostFields = 200

/** Every mistake of every field, named by its place: `fields.2.kind`. */
export function declaredFields(ctx: Ctx, given: unknown): Declared[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > mostFields)
    throw invalidField(
      'fields',
      'not_fields',
      `Fields is a list of 1 to ${mostFields} fields: [{"name": "height_m", "kind": "integer"}].`,
    )
  const errors: FieldError[] = []
  const fields: Declared[] = []
  for (const [place, body] of given.entries()) {
    const at = (field: string) => `fields.${place}.${field}`
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      errors.push({
        field: `fields.${place}`,
        code: 'not_an_object',
        detail: 'Each field is an object with at least name and kind.',
      })
      continue
    }
    try {
      const decoded = decodeBody(ctx, fieldVocabulary, body as Record<string, unknown>, 'input')
      const field = { ...decoded, values: plain(decoded.values), default: plain(decoded.default) } as Declared
      checkDeclared(ctx, field)
      if (fields.some((other) => other.name === field.name))
        throw invalidField('name', 'already_exists', `There are two fields called “${field.name}”.`)
      fields.push(field)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      errors.push(...error.errors.map((one) => ({ ...one, field: at(one.field) })))
    }
  }
  if (errors.length > 0) throw invalid(errors)
  return fields
}

export function titleOf(fields: readonly Declared[], wanted: string | undefined): string {
  if (wanted !== undefined) {
    if (!fields.some((field) => field.name === wanted && field.kind !== 'secret'))
      throw invalidField('title_field', 'no_such_field', `There is no field “${wanted}”.`)
    return wanted
  }
  const texts = fields.filter((field) => field.kind === 'text')
  return (
    (texts.find((field) => field.required) ?? texts[0] ?? fields.find((field) => field.kind !== 'secret'))
      ?.name ?? 'id'
  )
}

/** Names and plurals are one namespace, shared with the built-in nouns: both stand in addresses, permissions and the API's schemas. */
export async function mustBeFree(ctx: Ctx, name: string, plural: string): Promise<void> {
  if (!/^[a-z][a-z0-9_]{0,41}$/.test(plural))
    throw invalidField(
      'plural',
      'not_a_name',
      'The plural has at most 42 small letters, digits and underscores.',
    )
  if (/_(create|update)$/.test(name) || name === 'problem')
    throw invalidField('name', 'reserved', `The name “${name}” has a meaning of its own. Choose another.`)
  const others = await ctx.db.all(
    sql<{
      name: string
      plural: string
    }>`select name, plural from entities where tenant_id = ${ctx.tenant.id} and status = 'active'`,
  )
  if (others.length >= mostEntities)
    throw new Refused(
      409,
      'too_many_entities',
      `There are ${mostEntities} entities already, which is the most.`,
    )
  const used = new Set([...ctx.app.nouns.builtIn, ...others].flatMap((noun) => [noun.name, noun.plural]))
  if (used.has(name))
    throw new Refused(409, 'already_exists', `There is a noun called “${name}” already.`, {
      errors: [{ field: 'name', code: 'already_exists', detail: `“${name}” is already in use.` }],
    })
  if (used.has(plural))
    throw new Refused(409, 'already_exists', `There is a noun called “${plural}” already.`, {
      errors: [{ field: 'plural', code: 'already_exists', detail: `“${plural}” is already in use.` }],
    })
}
