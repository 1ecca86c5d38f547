import type { Ctx } from './ctx.ts'
import { perform } from './commands.ts'
import { and, conditions, limitOf, scope, type ListQuery } from './filters.ts'
import { readTree } from './filter-tree.ts'
import { isId } from './ids.ts'
import { mustBeAbleTo } from './permissions.ts'
import { invalidField, Refused } from './refused.ts'
import type { Resource } from './resource.ts'
import { searchCondition } from './search.ts'
import { id, sql } from './sql.ts'
import { create, remove, update } from './store.ts'

/** `POST /{plural}/bulk`: the same verb for many rows. `input` is common to all; `rows` are what is to be created. */
export type BulkRequest = {
  operation: string
  ids?: string[]
  filter?: ListQuery
  rows?: Record<string, unknown>[]
  input?: Record<string, unknown>
  dry_run?: boolean
  /** A preview of more rows than fit in a request becomes a job, whose results say what each row would come to. */
  in_background?: boolean
}

/** One row of a bulk: its id, or for `create` what it is to be. */
export type Target = { id: string | null; row?: Record<string, unknown> }

const largest = 200_000

/** The body of a bulk, judged; every part that is not in the form we take is named. */
export function bulkRequestOf(body: Record<string, unknown>): BulkRequest {
  const { operation, ids, filter, rows, input, dry_run, in_background, ...others } = body
  const strange = Object.keys(others)[0]
  if (strange !== undefined) throw invalidField(strange, 'unknown_field', `${strange} is not a field here.`)
  if (typeof operation !== 'string')
    throw invalidField('operation', 'required', 'Say which operation: update, delete, create or a verb.')
  if (ids !== undefined && !(Array.isArray(ids) && ids.every(isId)))
    throw invalidField('ids', 'not_ids', 'Ids must be a list of ids.')
  const query = isObject(filter) && 'rules' in filter ? { filter: JSON.stringify(readTree(filter)) } : filter
  if (query !== undefined && !isTextMap(query))
    throw invalidField(
      'filter',
      'not_a_filter',
      'The filter is an object of the list’s own query, each value a text: {"status": "active"}; or a tree: {"combinator": "or", "rules": […]}.',
    )
  if (rows !== undefined && !(Array.isArray(rows) && rows.every(isObject)))
    throw invalidField('rows', 'not_objects', 'Rows must be a list of objects.')
  if (input !== undefined && !isObject(input))
    throw invalidField('input', 'not_an_object', 'Input must be an object.')
  if (dry_run !== undefined && typeof dry_run !== 'boolean')
    throw invalidField('dry_run', 'not_a_boolean', 'dry_run must be true or false.')
  if (in_background !== undefined && typeof in_background !== 'boolean')
    throw invalidField('in_background', 'not_a_boolean', 'in_background must be true or false.')
  return {
    operation,
    ...(ids ? { ids } : {}),
    ...(query ? { filter: query } : {}),
    ...(rows ? { rows } : {}),
    ...(input ? { input } : {}),
    ...(dry_run ? { dry_run } : {}),
    ...(in_background ? { in_background } : {}),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isTextMap = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((text) => typeof text === 'string')

/** Which rows a bulk is about, as they are now: those named, or those that its filter leaves. */
export async function targetsOf(ctx: Ctx, noun: Resource, request: BulkRequest): Promise<Target[]> {
  mustBeAbleTo(ctx, noun, request.operation)
  if (request.operation === 'create') {
    if (!request.rows?.length) throw invalidField('rows', 'required', 'Rows must list what is to be created.')
    return request.rows.map((row) => ({ id: null, row }))
  }
  if (request.ids) return [...new Set(request.ids)].map((row_id) => ({ id: row_id }))
  if (!request.filter) throw invalidField('ids', 'required', 'Say which rows: ids, or a filter.')
  const where = [...scope(ctx, noun), ...conditions(ctx, noun, request.filter)]
  if (request.filter.q) where.push(searchCondition(ctx, noun, request.filter.q))
  limitOf(request.filter)
  return ctx.db.all(
    sql<{ id: string }>`select id from ${id(noun.table)} ${and(where)} order by id limit ${largest}`,
  )
}

/** Does it to one row; answers the row's id. */
export async function operate(
  ctx: Ctx,
  noun: Resource,
  request: BulkRequest,
  target: Target,
): Promise<string | null> {
  const input = request.input ?? {}
  const verb = verbOf(ctx, noun, request.operation)
  if (request.operation === 'create' && !verb)
    return String((await create(ctx, noun, { ...input, ...target.row })).id)
  if (verb) {
    const result = await perform(ctx, verb, target.id, { ...input, ...target.row })
    const created = typeof result === 'object' && result !== null && 'id' in result ? String(result.id) : null
    return target.id ?? created
  }
  if (request.operation === 'update' && noun.generic.includes('update'))
    await update(ctx, noun, target.id!, input)
  else if (request.operation === 'delete' && noun.generic.includes('delete'))
    await remove(ctx, noun, target.id!)
  else
    throw new Refused(404, 'no_such_verb', `${noun.label_plural} have no operation “${request.operation}”.`)
  return target.id
}

export const verbOf = (ctx: Ctx, noun: Resource, name: string) =>
  ctx.app.nouns.verbs(noun).find((candidate) => candidate.verb === name)
