import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { aggregate } from './aggregate.ts'
import type { App } from './app.ts'
import { bulk } from './bulk.ts'
import { bulkRequestOf } from './bulk-rows.ts'
import { perform, type Verb } from './commands.ts'
import { mustBeCurrent, reading, type Ctx } from './ctx.ts'
import { mountDocs } from './docs/routes.ts'
import { exportLines, type ExportFormat } from './export.ts'
import { limitOf, type ListQuery } from './filters.ts'
import { actAs, bodyOf, freshly, keyOf, originOf, readAs } from './http.ts'
import { isId } from './ids.ts'
import { metaOf } from './meta.ts'
import { openapiOf } from './openapi/openapi.ts'
import { mustBeAbleTo } from './permissions.ts'
import { referencesOf } from './references.ts'
import { invalidField, notFound, Refused } from './refused.ts'
import type { Generic, Resource } from './resource.ts'
import { withoutHidden } from './shape.ts'
import { sql } from './sql.ts'
import { create, find, get, list, remove, update } from './store.ts'

/**
 * One family of routes serves every noun, built-in or an administrator's: Fastify cannot take routes after it listens, and
 * entities appear while it does. `/api/v1/{plural}` and `/api/v1/x/{plural}`.
 */
export function mountRest(server: FastifyInstance, app: App): void {
  mountDocs(server, app)
  for (const entity of [false, true]) {
    const root = entity ? '/api/v1/x/:plural' : '/api/v1/:plural'
    const noun = (ctx: Ctx, request: FastifyRequest, generic?: Generic) =>
      nounOf(ctx, request, entity, generic)

    server.get(root, (request, reply) =>
      readAs(app, request, reply, async (ctx) => {
        const target = await noun(ctx, request, 'list')
        const query = queryOf(request)
        return withReferences(ctx, target, query, await list(ctx, target, query))
      }),
    )
    server.get(`${root}/export`, (request, reply) => sendExport(app, request, reply, noun))
    server.get(`${root}/aggregate`, (request, reply) =>
      readAs(app, request, reply, async (ctx) =>
        aggregate(ctx, await noun(ctx, request, 'list'), queryOf(request)),
      ),
    )
    server.get(`${root}/:id`, (request, reply) =>
      readAs(app, request, reply, async (ctx) => {
        const target = await noun(ctx, request, 'get')
        const row = await get(ctx, target, idOf(request, target))
        if (!target.log) reply.header('etag', `"${String(row.version)}"`)
        const query = queryOf(request)
        if (!query.include) return row
        return { ...row, _refs: await referencesOf(ctx, target, query.include, [row]) }
      }),
    )
    server.get(`${root}/:id/actions`, (request, reply) =>
      readAs(app, request, reply, async (ctx) => actionsOf(ctx, await noun(ctx, request), request)),
    )
    server.get(`${root}/:id/history`, (request, reply) =>
      readAs(app, request, reply, async (ctx) => historyOf(ctx, await noun(ctx, request), request)),
    )
    server.post(root, (request, reply) => {
      const verb = entity ? undefined : verbOf(app, paramsOf(request).plural, 'create')
      return actAs(
        app,
        request,
        reply,
        { status: 201, key_required: verb?.money ?? false },
        async (ctx, body) => {
          const target = await noun(ctx, request)
          if (verb) return perform(ctx, verb, null, body)
          mustOffer(target, 'create')
          return create(ctx, target, body)
        },
      )
    })
    server.post(`${root}/bulk`, async (request, reply) => {
      const asked = bulkRequestOf(bodyOf(request))
      const answer = await freshly(app, request, reply, async (principal) => {
        const target = await noun(await reading(app, principal, originOf(request)), request)
        return bulk(app, principal, originOf(request), target, asked, keyOf(request))
      })
      if (answer.replayed) reply.header('idempotency-replayed', 'true')
      reply.code(answer.status)
      return answer.body
    })
    server.patch(`${root}/:id`, (request, reply) =>
      actAs(app, request, reply, { status: 200 }, async (ctx, body) => {
        const target = await noun(ctx, request, 'update')
        return update(ctx, target, idOf(request, target), body, ifMatch(request))
      }),
    )
    server.delete(`${root}/:id`, (request, reply) =>
      actAs(app, request, reply, { status: 204 }, async (ctx) => {
        const target = await noun(ctx, request, 'delete')
        await remove(ctx, target, idOf(request, target))
      }),
    )
    server.post(`${root}/:id`, (request, reply) => {
      const { plural, id: name } = paramsOf(request)
      const verb = entity ? undefined : verbOf(app, plural, name ?? '')
      if (verb?.on !== 'collection')
        throw new Refused(404, 'no_such_verb', `There is no action “${name}” here.`)
      return actAs(app, request, reply, { status: 200, key_required: verb.money }, (ctx, body) =>
        perform(ctx, verb, null, body),
      )
    })
    server.post(`${root}/:id/:verb`, (request, reply) => {
      const { plural, verb: name } = paramsOf(request)
      const verb = entity ? undefined : verbOf(app, plural, name ?? '')
      if (verb?.on !== 'row') throw new Refused(404, 'no_such_verb', `There is no action “${name}” here.`)
      return actAs(app, request, reply, { status: 200, key_required: verb.money }, (ctx, body) =>
        perform(ctx, verb, idOf(request, verb.noun), body),
      )
    })
  }
  for (const [path, describe] of [
    ['/api/v1/meta', metaOf],
    ['/api/v1/openapi.json', openapiOf],
  ] as const) {
    server.get(path, (request, reply) =>
      readAs(app, request, reply, async (ctx) => {
        await mustBeCurrent(ctx)
        return describe(ctx)
      }),
    )
  }
}

type Params = { plural: string; id?: string; verb?: string }
const paramsOf = (request: FastifyRequest) => request.params as Params

export function queryOf(request: FastifyRequest): ListQuery {
  const query = request.query as Record<string, string | string[]>
  for (const [key, value] of Object.entries(query)) {
    if (Array.isArray(value))
      throw invalidField(key, 'repeated', `“${key}” is given twice; list several values as ${key}[in]=a,b.`)
    if (value.length > 20_000 || value.includes('\0'))
      throw invalidField(key, 'too_long', `The value of “${key}” is not acceptable.`)
  }
  return query as ListQuery
}

async function nounOf(
  ctx: Ctx,
  request: FastifyRequest,
  entity: boolean,
  generic?: Generic,
): Promise<Resource> {
  const noun = ctx.app.nouns.byPlural(ctx, paramsOf(request).plural, entity)
  // Another process may have made the entity a moment ago.
  if (!noun && entity) await mustBeCurrent(ctx)
  if (!noun)
    throw new Refused(
      404,
      'not_found',
      `There is no “${paramsOf(request).plural}” here. /api/v1/meta lists what there is.`,
    )
  if (generic) mustOffer(noun, generic)
  return noun
}

function mustOffer(noun: Resource, generic: Generic): void {
  if (noun.generic.includes(generic)) return
  throw new Refused(
    405,
    'not_offered',
    `${noun.label_plural} cannot be ${generic === 'create' ? 'created' : `${generic}d`} directly; they change by their own actions.`,
  )
}

const verbOf = (app: App, plural: string, name: string): Verb | undefined => {
  const noun = app.nouns.builtIn.find((candidate) => candidate.plural === plural)
  return noun && app.nouns.verbs(noun).find((verb) => verb.verb === name)
}

function idOf(request: FastifyRequest, noun: Resource): string {
  const row_id = paramsOf(request).id
  // Anything that is no id names no row: the same answer as for a row of somebody else.
  if (!isId(row_id)) throw notFound(noun.label)
  return row_id
}

function ifMatch(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match']
  if (header === undefined) return undefined
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1]
  if (!version)
    throw new Refused(400, 'bad_if_match', 'If-Match must be the version you read: If-Match: "3".')
  return Number(version)
}

async function withReferences(
  ctx: Ctx,
  noun: Resource,
  query: ListQuery,
  page: Awaited<ReturnType<typeof list>>,
) {
  if (!query.include) return page
  return { ...page, _refs: await referencesOf(ctx, noun, query.include, page.data) }
}

async function actionsOf(
  ctx: Ctx,
  noun: Resource,
  request: FastifyRequest,
): Promise<Record<string, { allowed: boolean; reason?: string }>> {
  mustBeAbleTo(ctx, noun, 'get')
  const row = await find(ctx, noun, idOf(request, noun))
  if (!row) throw notFound(noun.label)
  const actions: Record<string, { allowed: boolean; reason?: string }> = {}
  for (const verb of ctx.app.nouns.verbs(noun)) {
    if (verb.on !== 'row') continue
    const reason = ctx.access.can(noun.name, verb.verb)
      ? verb.refusal(ctx, row as never)
      : 'Your role does not allow this.'
    actions[verb.verb] = reason ? { allowed: false, reason } : { allowed: true }
  }
  return actions
}

async function historyOf(ctx: Ctx, noun: Resource, request: FastifyRequest) {
  const row_id = idOf(request, noun)
  await get(ctx, noun, row_id)
  const query = queryOf(request)
  const limit = limitOf(query)
  if (query.cursor !== undefined && !isId(query.cursor))
    throw new Refused(400, 'bad_cursor', 'This cursor does not belong to this list.')
  const rows = await ctx.db.all(sql<{ id: string; changes: Record<string, unknown> }>`
    select id, at, action, reason, changes, cause, request_id,
      jsonb_build_object('kind', actor_kind, 'id', actor_id, 'name', actor_name) as actor
    from audit_events
    where row_id = ${row_id}
    ${query.cursor ? sql`and id < ${query.cursor}` : sql``}
    order by id desc
    limit ${limit + 1}`)
  const data = rows.slice(0, limit).map((row) => ({
    ...row,
    changes: withoutHidden(ctx, noun, row.changes),
  }))
  return { data, next_cursor: rows.length > limit ? data.at(-1)!.id : null }
}

async function sendExport(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  noun: (ctx: Ctx, request: FastifyRequest, generic?: Generic) => Promise<Resource>,
) {
  const query = queryOf(request)
  const format = (query.format ?? 'csv') as ExportFormat
  if (format !== 'csv' && format !== 'ndjson')
    throw invalidField('format', 'not_a_choice', 'format must be csv or ndjson.')
  const { lines, name } = await readAs(app, request, reply, async (ctx) => {
    const target = await noun(ctx, request, 'list')
    mustBeAbleTo(ctx, target, 'list')
    return { lines: await exportLines(ctx, target, query, format), name: target.plural }
  })
  return reply
    .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .send(Readable.from(lines))
}
