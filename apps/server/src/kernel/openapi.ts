import type { Ctx } from './ctx.ts'
import type { Verb } from './commands.ts'
import { kinds } from './kinds.ts'
import { pathOf, words, type Field, type Fields, type Resource } from './resource.ts'
import { allFields } from './shape.ts'

/** OpenAPI 3.1 of this tenant's API, its own entities included. */
export function openapiOf(ctx: Ctx): object {
  const nouns = ctx.app.nouns
    .all(ctx)
    .filter((noun) => ctx.access.can(noun.name, 'list') || ctx.access.can(noun.name, 'get'))
  return {
    openapi: '3.1.0',
    info: {
      title: `${ctx.tenant.name}: ISP Framework API`,
      version: '1',
      description:
        'JSON, snake_case. Money is a decimal string in the tenant’s currency. Refusals are application/problem+json with a stable code.',
    },
    servers: [{ url: '/' }],
    security: [{ api_key: [] }],
    paths: Object.assign({}, ...nouns.map((noun) => pathsOf(ctx, noun))),
    components: {
      securitySchemes: { api_key: { type: 'http', scheme: 'bearer', description: 'isp_…' } },
      schemas: Object.assign({ problem }, ...nouns.map((noun) => schemasOf(ctx, noun))),
      responses: {
        problem: {
          description: 'Refused',
          content: { 'application/problem+json': { schema: ref('problem') } },
        },
      },
      parameters,
    },
  }
}

function schemasOf(ctx: Ctx, noun: Resource): Record<string, object> {
  const custom = noun.custom
    ? { custom: objectOf(ctx, ctx.tenant.custom_fields.get(noun.name) ?? {}, 'update') }
    : {}
  const written = (mode: 'create' | 'update') => {
    const schema = objectOf(ctx, noun.fields, mode)
    return { ...schema, properties: { ...schema.properties, ...custom } }
  }
  const row = objectOf(ctx, allFields(noun), 'row')
  const creates = ctx.app.nouns.verbs(noun).find((verb) => verb.verb === 'create')
  return {
    [noun.name]: { ...row, properties: { ...row.properties, ...custom } },
    [`${noun.name}_create`]: creates ? objectOf(ctx, creates.input, 'create') : written('create'),
    [`${noun.name}_update`]: written('update'),
  }
}

function objectOf(ctx: Ctx, fields: Fields, mode: 'row' | 'create' | 'update') {
  const shown = Object.entries(fields).filter(([, field]) =>
    mode === 'row' ? true : !field.readonly && !(mode === 'update' && field.immutable),
  )
  const required =
    mode === 'create'
      ? shown.filter(([, f]) => !f.nullable && f.default === undefined)
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
  if (!field.nullable || !schema.type) return described
  return {
    ...described,
    type: [schema.type, 'null'],
    ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
  }
}

function pathsOf(ctx: Ctx, noun: Resource): Record<string, object> {
  const path = pathOf(noun)
  const can = (generic: 'list' | 'get' | 'create' | 'update' | 'delete') =>
    noun.generic.includes(generic) && ctx.access.can(noun.name, generic)
  const verbs = ctx.app.nouns.verbs(noun).filter((verb) => ctx.access.can(noun.name, verb.verb))
  const tags = [noun.label_plural]
  const creates = verbs.find((verb) => verb.verb === 'create')
  const paths: Record<string, Record<string, object>> = { [path]: {}, [`${path}/{id}`]: {} }
  if (can('list')) {
    paths[path]!.get = {
      tags,
      operationId: `list_${noun.plural}`,
      summary: `List ${noun.label_plural.toLowerCase()}`,
      parameters: [...listParameters, ...filterParameters(noun)],
      responses: answers(200, {
        type: 'object',
        properties: {
          data: { type: 'array', items: ref(noun.name) },
          next_cursor: { type: ['string', 'null'] },
        },
        required: ['data', 'next_cursor'],
      }),
    }
    paths[`${path}/export`] = {
      get: {
        tags,
        operationId: `export_${noun.plural}`,
        summary: `Export ${noun.label_plural.toLowerCase()} as CSV or NDJSON`,
        parameters: filterParameters(noun),
        responses: {
          '200': { description: 'The rows', content: { 'text/csv': {}, 'application/x-ndjson': {} } },
          default: refused,
        },
      },
    }
  }
  if (can('create') || creates) {
    paths[path]!.post = {
      tags,
      operationId: `create_${noun.name}`,
      summary: creates?.label ?? `Create a ${noun.label.toLowerCase()}`,
      parameters: [parameter('idempotency_key')],
      requestBody: body(ref(`${noun.name}_create`)),
      responses: answers(201, ref(noun.name)),
    }
    paths[`${path}/bulk`] = {
      post: {
        tags,
        operationId: `bulk_${noun.plural}`,
        summary: 'One operation on many rows, with a result a row',
        requestBody: body(bulkRequest),
        responses: answers(200, { type: 'object' }),
      },
    }
  }
  if (can('get'))
    paths[`${path}/{id}`]!.get = {
      tags,
      operationId: `get_${noun.name}`,
      summary: `Read a ${noun.label.toLowerCase()}`,
      parameters: [parameter('id')],
      responses: answers(200, ref(noun.name)),
    }
  if (can('update'))
    paths[`${path}/{id}`]!.patch = {
      tags,
      operationId: `update_${noun.name}`,
      summary: `Change a ${noun.label.toLowerCase()}`,
      parameters: [parameter('id'), parameter('if_match')],
      requestBody: body(ref(`${noun.name}_update`)),
      responses: answers(200, ref(noun.name)),
    }
  if (can('delete'))
    paths[`${path}/{id}`]!.delete = {
      tags,
      operationId: `delete_${noun.name}`,
      summary: `Delete a ${noun.label.toLowerCase()}`,
      parameters: [parameter('id')],
      responses: { '204': { description: 'Deleted' }, default: refused },
    }
  for (const verb of verbs) if (verb !== creates) Object.assign(paths, verbPath(ctx, noun, verb, tags))
  return Object.fromEntries(
    Object.entries(paths).filter(([, operations]) => Object.keys(operations).length > 0),
  )
}

function verbPath(ctx: Ctx, noun: Resource, verb: Verb, tags: string[]): Record<string, object> {
  const path = `${pathOf(noun)}${verb.on === 'row' ? '/{id}' : ''}/${verb.verb}`
  const input = objectOf(ctx, verb.input, 'create')
  const schema = {
    ...input,
    properties: {
      ...input.properties,
      dry_run: { type: 'boolean', description: 'Answer what would happen; change nothing.' },
    },
  }
  return {
    [path]: {
      post: {
        tags,
        operationId: `${verb.verb}_${noun.name}`,
        summary: verb.label,
        ...(verb.help ? { description: verb.help } : {}),
        parameters: [...(verb.on === 'row' ? [parameter('id')] : []), parameter('idempotency_key')],
        requestBody: body(schema, false),
        responses: answers(200, verb.answers === 'json' ? {} : ref(verb.answers.name)),
      },
    },
  }
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` })
const refused = { $ref: '#/components/responses/problem' }
const body = (schema: object, required = true) => ({ required, content: { 'application/json': { schema } } })
const answers = (status: number, schema: object) => ({
  [status]: { description: 'Done', content: { 'application/json': { schema } } },
  default: refused,
})

const filterParameters = (noun: Resource) =>
  Object.entries(noun.fields)
    .filter(([, field]) => field.filter)
    .map(([name, field]) => ({
      name,
      in: 'query',
      schema: { type: 'string' },
      description: `${field.label ?? words(name)}. Operators as ${name}[ne], [in], [null]${kinds[field.kind].compare === 'order' ? ', [lt], [lte], [gt], [gte]' : ''}${kinds[field.kind].compare === 'prefix' ? ', [starts]' : ''}.`,
    }))

const parameters = {
  id: { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
  if_match: {
    name: 'If-Match',
    in: 'header',
    schema: { type: 'string' },
    description: 'The version you read; refused with 409 when it has changed.',
  },
  idempotency_key: {
    name: 'Idempotency-Key',
    in: 'header',
    schema: { type: 'string', maxLength: 255 },
    description: 'Repeat a request with the same key and it happens once.',
  },
  limit: { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 } },
  cursor: { name: 'cursor', in: 'query', schema: { type: 'string' } },
  sort: {
    name: 'sort',
    in: 'query',
    schema: { type: 'string' },
    description: 'A field, or -field for descending.',
  },
  q: { name: 'q', in: 'query', schema: { type: 'string', maxLength: 200 } },
  fields: { name: 'fields', in: 'query', schema: { type: 'string' } },
  include: { name: 'include', in: 'query', schema: { type: 'string' } },
  count: { name: 'count', in: 'query', schema: { type: 'boolean' } },
}
const listParameters = ['limit', 'cursor', 'sort', 'q', 'fields', 'include', 'count'].map(parameter)

const problem = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    request_id: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
  required: ['status', 'code', 'detail'],
}

const bulkRequest = {
  type: 'object',
  properties: {
    operation: { type: 'string' },
    ids: { type: 'array', items: { type: 'string' } },
    filter: { type: 'object' },
    rows: { type: 'array', items: { type: 'object' } },
    input: { type: 'object' },
    dry_run: { type: 'boolean' },
  },
  required: ['operation'],
}
