import type { Ctx } from '../ctx.ts'
import type { Verb } from '../commands.ts'
import { kinds } from '../kinds.ts'
import { pathOf, words, type Resource } from '../resource.ts'
import { shapeOf, visibleCustomFields } from '../shape.ts'
import {
  answers,
  body,
  bulkRequest,
  bulkResults,
  figures,
  historyPage,
  listParameters,
  parameter,
  query,
  ref,
  refused,
  type Operation,
  type Parameter,
  type Paths,
} from './parts.ts'
import { objectOf } from './schemas.ts'

/** Every address of a noun that the actor may use. */
export function nounPaths(ctx: Ctx, noun: Resource): Paths {
  const path = pathOf(noun)
  const can = (generic: 'list' | 'get' | 'create' | 'update' | 'delete') =>
    noun.generic.includes(generic) && ctx.access.can(noun.name, generic)
  const verbs = ctx.app.nouns.verbs(noun).filter((verb) => ctx.access.can(noun.name, verb.verb))
  const creates = verbs.find((verb) => verb.verb === 'create')
  const others = verbs.filter((verb) => verb !== creates)
  const tags = [noun.label_plural]
  const one = noun.label.toLowerCase()
  const many = noun.label_plural.toLowerCase()
  const create: Operation | undefined =
    can('create') || creates
      ? {
          tags,
          operationId: `create_${noun.name}`,
          summary: creates?.label ?? `Create a ${one}`,
          ...(creates?.help ? { description: creates.help } : {}),
          parameters: [parameter('idempotency_key')],
          requestBody: body(ref(`${noun.name}_create`)),
          responses: answers(201, ref(noun.name)),
        }
      : undefined
  const paths: Paths = {
    [path]: {
      ...(can('list') ? { get: listOf(ctx, noun, tags) } : {}),
      ...(create ? { post: create } : {}),
    },
    ...(can('list') ? figurePaths(ctx, noun, tags) : {}),
    ...(create || can('update') || can('delete') || others.length > 0
      ? {
          [`${path}/bulk`]: {
            post: {
              tags,
              operationId: `bulk_${noun.plural}`,
              summary: 'One operation on many rows, with a result a row',
              description:
                'Up to 500 rows are done at once, each in a transaction of its own; more become a bulk job (202).',
              parameters: [parameter('idempotency_key')],
              requestBody: body(bulkRequest),
              responses: answers(200, bulkResults),
            },
          },
        }
      : {}),
    [`${path}/{id}`]: {
      ...(can('get')
        ? {
            get: {
              tags,
              operationId: `get_${noun.name}`,
              summary: `Read a ${one}`,
              parameters: [parameter('id'), parameter('include')],
              responses: answers(200, ref(noun.name)),
            },
          }
        : {}),
      ...(can('update')
        ? {
            patch: {
              tags,
              operationId: `update_${noun.name}`,
              summary: `Change a ${one}`,
              parameters: [parameter('id'), parameter('if_match')],
              requestBody: body(ref(`${noun.name}_update`)),
              responses: answers(200, ref(noun.name)),
            },
          }
        : {}),
      ...(can('delete')
        ? {
            delete: {
              tags,
              operationId: `delete_${noun.name}`,
              summary: `Delete a ${one}`,
              parameters: [parameter('id')],
              responses: { '204': { description: 'Deleted' }, default: refused },
            },
          }
        : {}),
    },
    ...(can('get') ? aboutPaths(noun, tags, many) : {}),
    ...Object.assign({}, ...others.map((verb) => verbPath(ctx, noun, verb, tags))),
  }
  return Object.fromEntries(
    Object.entries(paths).filter(([, operations]) => Object.keys(operations).length > 0),
  )
}

const listOf = (ctx: Ctx, noun: Resource, tags: string[]): Operation => ({
  tags,
  operationId: `list_${noun.plural}`,
  summary: `List ${noun.label_plural.toLowerCase()}`,
  ...(noun.help ? { description: noun.help } : {}),
  parameters: [...listParameters, ...filterParameters(ctx, noun)],
  responses: answers(200, {
    type: 'object',
    properties: {
      data: { type: 'array', items: ref(noun.name) },
      next_cursor: { type: ['string', 'null'] },
    },
    required: ['data', 'next_cursor'],
  }),
})

function figurePaths(ctx: Ctx, noun: Resource, tags: string[]): Paths {
  const path = pathOf(noun)
  const filters = filterParameters(ctx, noun)
  return {
    [`${path}/export`]: {
      get: {
        tags,
        operationId: `export_${noun.plural}`,
        summary: `Export ${noun.label_plural.toLowerCase()} as CSV or NDJSON`,
        parameters: [
          query('format', 'csv or ndjson.'),
          parameter('sort'),
          parameter('q'),
          parameter('fields'),
          ...filters,
        ],
        responses: {
          '200': { description: 'The rows', content: { 'text/csv': {}, 'application/x-ndjson': {} } },
          default: refused,
        },
      },
    },
    [`${path}/aggregate`]: {
      get: {
        tags,
        operationId: `aggregate_${noun.plural}`,
        summary: `Figures over ${noun.label_plural.toLowerCase()}: how many, sums, least and greatest, by group`,
        parameters: [
          query('sum', 'Fields to add up, separated by commas.'),
          query('min', 'Fields whose least value is wanted.'),
          query('max', 'Fields whose greatest value is wanted.'),
          query('group', 'Fields that rows of a group have in common; without it there is one row for all.'),
          parameter('q'),
          parameter('include'),
          ...filters,
        ],
        responses: answers(200, figures),
      },
    },
  }
}

const aboutPaths = (noun: Resource, tags: string[], many: string): Paths => ({
  [`${pathOf(noun)}/{id}/actions`]: {
    get: {
      tags,
      operationId: `actions_of_${noun.name}`,
      summary: 'Which verbs may be used on it now, and why not',
      parameters: [parameter('id')],
      responses: answers(200, { type: 'object' }),
    },
  },
  [`${pathOf(noun)}/{id}/history`]: {
    get: {
      tags,
      operationId: `history_of_${noun.name}`,
      summary: `Who changed what in one of the ${many}, when and why`,
      parameters: [parameter('id'), parameter('limit'), parameter('cursor')],
      responses: answers(200, historyPage),
    },
  },
})

function verbPath(ctx: Ctx, noun: Resource, verb: Verb, tags: string[]): Paths {
  const input = objectOf(ctx, verb.input, 'create')
  const schema = {
    ...input,
    properties: {
      ...input.properties,
      dry_run: { type: 'boolean', description: 'Answer what would happen; change nothing.' },
    },
  }
  return {
    [`${pathOf(noun)}${verb.on === 'row' ? '/{id}' : ''}/${verb.verb}`]: {
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

const filterParameters = (ctx: Ctx, noun: Resource): Parameter[] => [
  ...[...shapeOf(ctx, noun).fields]
    .filter(([, field]) => field.filter)
    .map(([name, field]) =>
      query(
        name,
        `${field.label ?? words(name)}. Operators as ${name}[ne], [in], [null]${kinds[field.kind].compare === 'order' ? ', [lt], [lte], [gt], [gte]' : ''}${kinds[field.kind].compare === 'prefix' ? ', [starts]' : ''}.`,
      ),
    ),
  ...Object.entries(visibleCustomFields(ctx, noun))
    .filter(([, field]) => field.filter)
    .map(([name, field]) =>
      query(`custom.${name}`, `${field.label ?? words(name)}. Operators as of any field.`),
    ),
  ...Object.entries(noun.filters ?? {}).map(([name, { help }]) => query(name, help)),
  query(
    'filter',
    'Conditions as a tree: {"combinator": "or", "rules": [{"field": "…", "operator": "=", "value": "…"}]}.',
  ),
]
