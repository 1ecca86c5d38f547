/** What every path of the API description is put together from. */
export type Reference = { $ref: string }
export type Parameter = {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  schema: object
  description?: string
}
export type Operation = {
  tags: string[]
  operationId: string
  summary: string
  description?: string
  parameters?: (Parameter | Reference)[]
  /** Empty: whoever asks need not have signed in. */
  security?: []
  requestBody?: { required: boolean; content: Record<string, { schema?: object }> }
  responses: Record<string, object>
}
export type Paths = Record<string, { [method in 'get' | 'post' | 'patch' | 'delete']?: Operation }>

export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
export const parameter = (name: keyof typeof parameters): Reference => ({
  $ref: `#/components/parameters/${name}`,
})
export const refused = { $ref: '#/components/responses/problem' }
export const body = (schema: object, required = true) => ({
  required,
  content: { 'application/json': { schema } },
})
export const answers = (status: number, schema: object) => ({
  [status]: { description: 'Done', content: { 'application/json': { schema } } },
  default: refused,
})

/** Bytes of one kind as the answer. */
export const file = (type: string, description = 'The file') => ({
  200: { description, content: { [type]: {} } },
  default: refused,
})

export const query = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  schema: { type: 'string' },
  description,
})

export const parameters = {
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
  limit: {
    name: 'limit',
    in: 'query',
    schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    description: 'Rows a page, 50 when left out, at most 500.',
  },
  cursor: query('cursor', 'Where the page before ended: its next_cursor.'),
  sort: {
    name: 'sort',
    in: 'query',
    schema: { type: 'string' },
    description: 'A field, or -field for descending.',
  },
  q: {
    name: 'q',
    in: 'query',
    schema: { type: 'string', maxLength: 200 },
    description: 'Words to search for.',
  },
  fields: query('fields', 'Only these fields, separated by commas.'),
  include: query('include', 'References whose names are wanted, answered in _refs.'),
  count: {
    name: 'count',
    in: 'query',
    schema: { type: 'boolean' },
    description: 'Adds total, exact up to 10,000; total_at_least beyond.',
  },
} satisfies Record<string, Parameter>
export const listParameters = (['limit', 'cursor', 'sort', 'q', 'fields', 'include', 'count'] as const).map(
  parameter,
)

export const problem = {
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

export const bulkRequest = {
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

const object = (properties: Record<string, object>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
})
const arrayOf = (items: object) => ({ type: 'array', items })

export const bulkResults = object({
  done: { type: 'integer' },
  failed: { type: 'integer' },
  data: arrayOf(
    object(
      {
        index: { type: 'integer' },
        id: { type: ['string', 'null'] },
        status: { type: 'string', enum: ['ok', 'failed'] },
        error: object({ code: { type: 'string' }, detail: { type: 'string' } }),
      },
      ['index', 'id', 'status'],
    ),
  ),
})

export const figures = object({
  data: arrayOf({
    ...object({
      count: { type: 'integer' },
      sum: { type: 'object' },
      min: { type: 'object' },
      max: { type: 'object' },
    }),
    description: 'The fields of the group stand beside these.',
  }),
})

export const historyPage = object({
  data: arrayOf(
    object({
      id: { type: 'string' },
      at: { type: 'string', format: 'date-time' },
      action: { type: 'string' },
      actor: { type: 'object' },
      reason: { type: ['string', 'null'] },
      changes: { type: 'object', description: 'Field → [before, after].' },
      cause: { type: 'array' },
    }),
  ),
  next_cursor: { type: ['string', 'null'] },
})
