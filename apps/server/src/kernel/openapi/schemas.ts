import type { Ctx } from '../ctx.ts'
import { kinds } from '../kinds.ts'
import type { Field, Fields, Resource } from '../resource.ts'
import { shapeOf, visibleCustomFields } from '../shape.ts'

/** The JSON Schemas of a noun: a row, what creates one, what changes one. */
export function schemasOf(ctx: Ctx, noun: Resource): Record<string, object> {
  const custom = noun.custom ? { custom: objectOf(ctx, visibleCustomFields(ctx, noun), 'update') } : {}
  const hidden = ctx.access.hidden(noun.name)
  const seen = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !hidden.has(name)))
  const written = (mode: 'create' | 'update') => {
    const schema = objectOf(ctx, seen(noun.fields), mode)
    return { ...schema, properties: { ...schema.properties, ...custom } }
  }
  const row = objectOf(ctx, Object.fromEntries(shapeOf(ctx, noun).fields), 'row')
  const creates = ctx.app.nouns.verbs(noun).find((verb) => verb.verb === 'create')
  return {
    [noun.name]: { ...row, properties: { ...row.properties, ...custom } },
    [`${noun.name}_create`]: creates ? objectOf(ctx, creates.input, 'create') : written('create'),
    [`${noun.name}_update`]: written('update'),
  }
}

/** An object of these fields, as they are read or written. */
export function objectOf(ctx: Ctx, fields: Fields, mode: 'row' | 'create' | 'update') {
  const shown = Object.entries(fields).filter(([, field]) =>
    mode === 'row' ? true : !field.readonly && !(mode === 'update' && field.immutable),
  )
  const required =
    mode === 'create'
      ? shown.filter(([, f]) => !f.nullable && !f.inherits && f.default === undefined)
      : mode === 'row'
        ? shown
        : []
  return {
    type: 'object',
    properties: Object.fromEntries(shown.map(([name, field]) => [name, fieldSchema(ctx, field, mode)])),
    required: required.map(([name]) => name),
    additionalProperties: false,
  }
}

function fieldSchema(ctx: Ctx, field: Field, mode: 'row' | 'create' | 'update'): object {
  const schema: { type?: string; enum?: readonly unknown[]; anyOf?: object[] } =
    mode === 'row' && field.kind === 'secret'
      ? { type: 'string', enum: ['set'] }
      : kinds[field.kind].schema(field, ctx.tenant)
  const described = {
    ...schema,
    ...(field.help ? { description: field.help } : {}),
    ...(field.default !== undefined ? { default: field.default } : {}),
    ...(field.readonly ? { readOnly: true } : {}),
  }
  const nullable = field.nullable || (field.inherits && mode !== 'row')
  if (!nullable || !schema.type) return described
  return {
    ...described,
    type: [schema.type, 'null'],
    ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
  }
}
