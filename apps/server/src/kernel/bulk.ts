import { actingPartnerOf, principalAsNow } from './acting.ts'
import { rehearsed } from './rehearsed.ts'
import { act, rehearse, StaleAccess, type Ctx, type Origin, type Principal } from './ctx.ts'
import type { App } from './app.ts'
import { queueBulkJob } from './bulk-jobs.ts'
import { operate, targetsOf, verbOf, type BulkRequest, type Target } from './bulk-rows.ts'
import { claim, settle } from './idempotency.ts'
import { refusalOf } from './problems.ts'
import { moneyNeedsKey, Refused } from './refused.ts'
import { pathOf, type Resource } from './resource.ts'

export type RowResult = {
  index: number
  id: string | null
  status: 'ok' | 'failed'
  error?: { code: string; detail: string }
  /** What a rehearsal tells of the row: “money”, say. */
  [told: string]: unknown
}
type Done = { status: 200; body: { done: number; failed: number; data: RowResult[] } }
type Queued = { status: 202; body: { bulk_job: { id: string; total: number } } }
/** The rows it is about are settled, the work is not: their ids, in order. */
type Begun = { status: null; body: (string | null)[] }
export type BulkAnswer = (Done | Queued) & { replayed?: boolean }

export const synchronousLimit = 500

/**
 * The same verb for many rows, each in a transaction of its own, with a result a row; more than 500 become a job. With an
 * `Idempotency-Key` the request keeps which rows it was about, and each row that is done keeps a key of its own beside its change:
 * whoever repeats the request, after an answer or instead of one that was lost half-way, gets every row done once.
 */
export async function bulk(
  app: App,
  principal: Principal,
  origin: Origin,
  noun: Resource,
  request: BulkRequest,
  idempotency_key?: string,
): Promise<BulkAnswer> {
  const key = request.dry_run ? undefined : idempotency_key
  const { plan, replayed } = await act(app, principal, origin, async (ctx) => {
    if (key === undefined && !request.dry_run && verbOf(ctx, noun, request.operation)?.money)
      throw moneyNeedsKey()
    const earlier =
      key === undefined
        ? undefined
        : await claim(ctx, key, { method: 'POST', path: `${pathOf(noun)}/bulk`, body: request })
    if (earlier) return { plan: earlier as Begun | Done | Queued, replayed: true }
    const fresh = await planOf(ctx, noun, request)
    if (key !== undefined) await settle(ctx, key, fresh)
    return { plan: fresh, replayed: false }
  })
  if (plan.status !== null) return { ...plan, replayed }
  // What is to be created stands in the request, which comes again with its key.
  const targets = plan.body.map((row_id, index): Target =>
    request.operation === 'create' ? { id: null, row: request.rows?.[index] ?? {} } : { id: row_id },
  )
  const answer = await eachRow(app, principal, origin, noun, request, targets, key)
  if (key !== undefined) await act(app, principal, origin, (ctx) => settle(ctx, key, answer))
  return answer
}

async function planOf(ctx: Ctx, noun: Resource, request: BulkRequest): Promise<Begun | Queued> {
  const targets = await targetsOf(ctx, noun, request)
  if (targets.length <= synchronousLimit) return { status: null, body: targets.map((target) => target.id) }
  if (request.dry_run && !request.in_background)
    throw new Refused(
      422,
      'too_many_rows',
      `A preview covers at most ${synchronousLimit} rows at once; preview a page of them, or all of them with in_background.`,
    )
  const { id } = await queueBulkJob(ctx, noun, request, targets)
  return { status: 202, body: { bulk_job: { id, total: targets.length } } }
}

async function eachRow(
  app: App,
  principal: Principal,
  origin: Origin,
  noun: Resource,
  request: BulkRequest,
  targets: readonly Target[],
  key: string | undefined,
): Promise<Done> {
  const data: RowResult[] = []
  let author = principal
  for (const [index, target] of targets.entries()) {
    const work = (ctx: Ctx) => operate(ctx, noun, request, target)
    let told: Record<string, unknown> = {}
    const attempt = async () =>
      request.dry_run
        ? (
            await rehearse(app, author, origin, work, async (ctx, row_id) => {
              told = await rehearsed(ctx)
              return row_id
            })
          ).result
        : act(app, author, origin, (ctx) =>
            key === undefined ? work(ctx) : rowOnce(ctx, `${key} ${index}`, () => work(ctx)),
          )
    const result = (row_id: string | null): RowResult => ({ index, id: row_id, status: 'ok', ...told })
    try {
      try {
        data.push(result(await attempt()))
      } catch (error) {
        if (!(error instanceof StaleAccess)) throw error
        // A row before this one changed partners or roles. The rows done stay done; the rest is judged by what holds now.
        author = await principalAsNow(
          app,
          principal.tenant_id,
          principal.actor,
          actingPartnerOf(principal.access),
        )
        data.push(result(await attempt()))
      }
    } catch (error) {
      const refusal = refusalOf(error)
      if (!refusal) throw error
      const why = { code: refusal.code, detail: refusal.message }
      data.push({ index, id: target.id, status: 'failed', error: why })
    }
  }
  const done = data.filter((row) => row.status === 'ok').length
  return { status: 200, body: { done, failed: data.length - done, data } }
}

/** The row's key commits with its change. That it is the same row of the same request, the bulk's own key has shown. */
async function rowOnce(ctx: Ctx, key: string, work: () => Promise<string | null>): Promise<string | null> {
  const earlier = await claim(ctx, key, { method: 'POST', path: '', body: null })
  if (earlier) return earlier.body as string | null
  const row_id = await work()
  await settle(ctx, key, { status: 200, body: row_id })
  return row_id
}
