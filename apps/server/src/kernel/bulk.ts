import { act, rehearse, StaleAccess, type Actor, type Ctx, type Origin, type Principal } from './ctx.ts'
import type { App } from './app.ts'
import { perform } from './commands.ts'
import { and, conditions, limitOf, scope, type ListQuery } from './filters.ts'
import { isId } from './ids.ts'
import { JsonValue } from './kinds.ts'
import { job, type Work } from './jobs.ts'
import { mustBeAbleTo, visiblePartners } from './permissions.ts'
import { refusalOf } from './problems.ts'
import { invalidField, Refused } from './refused.ts'
import { resource, type Resource } from './resource.ts'
import { searchCondition } from './search.ts'
import { id, sql } from './sql.ts'
import { change, create, find, insert, remove, update } from './store.ts'

/** `POST /{plural}/bulk`: the same verb for many rows, each in a transaction of its own, with a result a row. */
export type BulkRequest = {
  operation: string
  ids?: string[]
  filter?: ListQuery
  rows?: Record<string, unknown>[]
  input?: Record<string, unknown>
  dry_run?: boolean
}
export type RowResult = {
  index: number
  id: string | null
  status: 'ok' | 'failed'
  error?: { code: string; detail: string }
}
export type BulkAnswer =
  | { done: number; failed: number; data: RowResult[] }
  | { bulk_job: { id: string; total: number } }

export const synchronousLimit = 500
const largest = 200_000

export const bulkJobs = resource('bulk_job', {
  title: 'operation',
  generic: ['list', 'get'],
  fields: {
    noun: { kind: 'text', filter: true, list: true },
    operation: { kind: 'text', list: true },
    status: {
      kind: 'choice',
      values: ['queued', 'running', 'done', 'failed', 'stopped'],
      filter: true,
      list: true,
    },
    total: { kind: 'integer', list: true },
    done: { kind: 'integer', list: true },
    failed: { kind: 'integer', list: true },
    started_at: { kind: 'datetime', nullable: true },
    finished_at: { kind: 'datetime', nullable: true },
    actor: { kind: 'json' },
    input: { kind: 'json' },
  },
  /** Somebody below sees that a job runs, not what others do in it. */
  redact(ctx, printed) {
    const author = printed.actor as Partial<Actor> | null
    if (visiblePartners(ctx) && author?.id !== ctx.actor.id) printed.input = {}
  },
})

export async function bulk(
  app: App,
  principal: Principal,
  origin: Origin,
  noun: Resource,
  request: BulkRequest,
): Promise<BulkAnswer> {
  const targets = await act(app, principal, origin, (ctx) => resolveTargets(ctx, noun, request))
  if (targets.length <= synchronousLimit) {
    const data: RowResult[] = []
    let author = principal
    for (const [index, target] of targets.entries()) {
      const attempt = () => one(app, author, origin, noun, request, index, target)
      try {
        data.push(await attempt())
      } catch (error) {
        if (!(error instanceof StaleAccess)) throw error
        // A row before this one changed partners or roles. The rows done stay done; the rest is judged by what holds now.
        author = await app.principalOf(principal.tenant_id, principal.actor)
        data.push(await attempt())
      }
    }
    const done = data.filter((row) => row.status === 'ok').length
    return { done, failed: data.length - done, data }
  }
  if (request.dry_run)
    throw new Refused(
      422,
      'too_many_rows',
      `A preview covers at most ${synchronousLimit} rows at once; preview a page of them.`,
    )
  return act(app, principal, origin, async (ctx) => {
    const queued = await insert(ctx, bulkJobs, {
      noun: noun.name,
      operation: request.operation,
      status: 'queued',
      total: targets.length,
      done: 0,
      failed: 0,
      actor: new JsonValue(principal.actor),
      input: new JsonValue({ ...request, targets }),
    })
    runBulkJob.later(ctx, { bulk_job_id: queued.id })
    return { bulk_job: { id: queued.id, total: targets.length } }
  })
}

type Target = { id: string | null; row?: Record<string, unknown> }

async function resolveTargets(ctx: Ctx, noun: Resource, request: BulkRequest): Promise<Target[]> {
  mustBeAbleTo(ctx, noun, request.operation)
  if (request.operation === 'create') {
    if (!Array.isArray(request.rows) || request.rows.length === 0)
      throw invalidField('rows', 'required', 'Rows must list what is to be created.')
    return request.rows.map((row) => ({ id: null, row }))
  }
  if (request.ids) {
    if (!Array.isArray(request.ids) || !request.ids.every(isId))
      throw invalidField('ids', 'not_ids', 'Ids must be a list of ids.')
    return [...new Set(request.ids)].map((row_id) => ({ id: row_id }))
  }
  if (!request.filter) throw invalidField('ids', 'required', 'Say which rows: ids, or a filter.')
  const where = [...scope(ctx, noun), ...conditions(ctx, noun, request.filter)]
  if (request.filter.q) where.push(searchCondition(noun, request.filter.q))
  limitOf(request.filter)
  const rows = await ctx.db.all(
    sql<{ id: string }>`select id from ${id(noun.table)} ${and(where)} order by id limit ${largest}`,
  )
  return rows.map((row) => ({ id: row.id }))
}

async function one(
  app: App,
  principal: Principal,
  origin: Origin,
  noun: Resource,
  request: BulkRequest,
  index: number,
  target: Target,
): Promise<RowResult> {
  const work = (ctx: Ctx) => operate(ctx, noun, request, target)
  try {
    const row_id = request.dry_run
      ? (await rehearse(app, principal, origin, work)).result
      : await act(app, principal, origin, work)
    return { index, id: row_id, status: 'ok' }
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    return { index, id: target.id, status: 'failed', error: { code: refusal.code, detail: refusal.message } }
  }
}

async function operate(
  ctx: Ctx,
  noun: Resource,
  request: BulkRequest,
  target: Target,
): Promise<string | null> {
  const input = request.input ?? {}
  const verb = ctx.app.nouns.verbs(noun).find((candidate) => candidate.verb === request.operation)
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

const chunk = 100

/** Goes on where it was: rows that have a result are not done again. */
export const runBulkJob = job(
  'kernel.bulk',
  { max_attempts: 10 },
  async (work: Work<{ bulk_job_id: string }>) => {
    const { app, payload } = work
    const { row, request, finished } = await work.act(async (ctx) => {
      const found = await find(ctx, bulkJobs, payload.bulk_job_id)
      if (!found) throw new Error('The bulk job is gone.')
      const input = found.input as BulkRequest & { targets: Target[] }
      const known = await ctx.db.all(
        sql<{ index: number }>`select index from bulk_job_rows where bulk_job_id = ${found.id}`,
      )
      if (found.status === 'queued')
        await change(
          ctx,
          bulkJobs,
          found,
          { status: 'running', started_at: ctx.now.toString() },
          { action: 'started' },
        )
      return { row: found, request: input, finished: new Set(known.map((result) => result.index)) }
    })
    const asNow = () => app.principalOf(work.tenant_id, row.actor as Actor)
    let author = await asNow()
    const noun = await work.act(async (ctx) => ctx.app.nouns.byName(ctx, row.noun))
    if (!noun) throw new Error(`There is no noun ${row.noun} any more.`)
    for (let start = 0; start < request.targets.length; start += chunk) {
      if (work.stopping.aborted) throw new Error('Stopping; the rest goes on after the restart.')
      for (const [offset, target] of request.targets.slice(start, start + chunk).entries()) {
        const index = start + offset
        if (finished.has(index)) continue
        try {
          await oneRecorded(app, author, noun, request, index, target, row.id)
        } catch (error) {
          if (!(error instanceof StaleAccess)) throw error
          author = await asNow()
          await oneRecorded(app, author, noun, request, index, target, row.id)
        }
      }
      await work.act((ctx) =>
        ctx.db.run(sql`
      update bulk_jobs b
      set done = n.done, failed = n.failed, updated_at = ${ctx.now}
      from (select count(*) filter (where status = 'ok') as done, count(*) filter (where status = 'failed') as failed
            from bulk_job_rows where bulk_job_id = ${row.id}) n
      where b.id = ${row.id}`),
      )
    }
    await work.act(async (ctx) => {
      const now = await find(ctx, bulkJobs, row.id)
      if (now)
        await change(
          ctx,
          bulkJobs,
          now,
          { status: 'done', finished_at: ctx.now.toString() },
          { action: 'finished' },
        )
    })
  },
)
/** The row's change and its result commit together, so that a crash between them cannot repeat it. */
async function oneRecorded(
  app: App,
  principal: Principal,
  noun: Resource,
  request: BulkRequest,
  index: number,
  target: Target,
  job_id: string,
): Promise<void> {
  const note = (ctx: Ctx, row_id: string | null, error: object | null) =>
    ctx.db.run(sql`
      insert into bulk_job_rows (tenant_id, bulk_job_id, index, row_id, status, error)
      values (${principal.tenant_id}, ${job_id}, ${index}, ${row_id}, ${error ? 'failed' : 'ok'}, ${error ? JSON.stringify(error) : null}::jsonb)
      on conflict do nothing`)
  try {
    await act(app, principal, {}, async (ctx) => note(ctx, await operate(ctx, noun, request, target), null))
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    await act(app, principal, {}, (ctx) =>
      note(ctx, target.id, { code: refusal.code, detail: refusal.message }),
    )
  }
}
