import { actingPartnerOf, principalAsNow } from './acting.ts'
import type { App } from './app.ts'
import { operate, type BulkRequest, type Target } from './bulk-rows.ts'
import { chunkRecorded } from './bulk-chunk.ts'
import { act, rehearse, StaleAccess, type Actor, type Ctx, type Principal } from './ctx.ts'
import { job, type Work } from './jobs.ts'
import { JsonValue } from './kinds.ts'
import { refusalOf } from './problems.ts'
import { rehearsed } from './rehearsed.ts'
import { resource, type Resource, type Row } from './resource.ts'
import { sql } from './sql.ts'
import { change, find, insert } from './store.ts'

/** A bulk too large for one request: its progress, and a result a row. */
export const bulkJobs = resource('bulk_job', {
  title: 'operation',
  generic: ['list', 'get'],
  fields: {
    noun: { kind: 'text', filter: true, list: true },
    operation: { kind: 'text', list: true },
    preview: { kind: 'boolean', default: false, list: true, help: 'Nothing is changed' },
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
    /** Rows to create bear passwords and keys: sealed while the job needs them, dropped at its end. */
    input: { kind: 'secret', nullable: true },
  },
  pulse: sql`select sum(done + failed) from bulk_jobs where status in ('queued', 'running')`,
})

export async function queueBulkJob(
  ctx: Ctx,
  noun: Resource,
  request: BulkRequest,
  targets: readonly Target[],
): Promise<{ id: string }> {
  const queued = await insert(ctx, bulkJobs, {
    noun: noun.name,
    operation: request.operation,
    preview: request.dry_run ?? false,
    status: 'queued',
    total: targets.length,
    done: 0,
    failed: 0,
    actor: new JsonValue(ctx.actor),
    input: JSON.stringify({ ...request, targets, acting_partner_id: actingPartnerOf(ctx.access) }),
  })
  runBulkJob.later(ctx, { bulk_job_id: queued.id })
  return queued
}

/** A bulk as its job finds it; one queued by an older version says of no partner. */
type Queued = BulkRequest & { targets: Target[]; acting_partner_id?: string | null }

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
      const input = await inputOf(ctx, found)
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
    const asNow = () =>
      principalAsNow(app, work.tenant_id, row.actor as Actor, request.acting_partner_id ?? null)
    let author = await asNow()
    const noun = await work.act(async (ctx) => ctx.app.nouns.byName(ctx, row.noun))
    if (!noun) throw new Error(`There is no noun ${row.noun} any more.`)
    for (let start = 0; start < request.targets.length; start += chunk) {
      if (work.stopping.aborted) throw new Error('Stopping; the rest goes on after the restart.')
      const part = request.targets
        .slice(start, start + chunk)
        .flatMap((target, offset) =>
          finished.has(start + offset) ? [] : [{ index: start + offset, target }],
        )
      const together = { noun, request, part, job_id: row.id }
      if (part.length > 0 && (await chunkRecorded(app, author, together))) await counted(work, row.id)
      else {
        for (const { index, target } of part) {
          try {
            await oneRecorded(app, author, noun, request, index, target, row.id)
          } catch (error) {
            if (!(error instanceof StaleAccess)) throw error
            author = await asNow()
            await oneRecorded(app, author, noun, request, index, target, row.id)
          }
        }
        await counted(work, row.id)
      }
    }
    await work.act(async (ctx) => {
      const now = await find(ctx, bulkJobs, row.id)
      if (now)
        await change(
          ctx,
          bulkJobs,
          now,
          { status: 'done', finished_at: ctx.now.toString(), input: null },
          { action: 'finished', columns: { input_in_clear: null } },
        )
    })
  },
)

const counted = (work: Work<unknown>, job_id: string) =>
  work.act((ctx) =>
    ctx.db.run(sql`
      update bulk_jobs b
      set done = n.done, failed = n.failed, updated_at = ${ctx.now}
      from (select count(*) filter (where status = 'ok') as done, count(*) filter (where status = 'failed') as failed
            from bulk_job_rows where bulk_job_id = ${job_id}) n
      where b.id = ${job_id}`),
  )

/** What the job was given; one queued before inputs were sealed has it beside. */
async function inputOf(ctx: Ctx, row: Row<typeof bulkJobs>): Promise<Queued> {
  if (row.input) {
    const place = { table: bulkJobs.table, column: 'input', row_id: row.id }
    return JSON.parse(await ctx.app.secrets.open(ctx.tenant.id, place, row.input)) as Queued
  }
  const { input_in_clear } = await ctx.db.one(
    sql<{ input_in_clear: Queued }>`select input_in_clear from bulk_jobs where id = ${row.id}`,
  )
  return input_in_clear
}

/** The row's result is taken before its change and commits with it, so that neither a crash nor a second worker repeats it. */
async function oneRecorded(
  app: App,
  principal: Principal,
  noun: Resource,
  request: BulkRequest,
  index: number,
  target: Target,
  job_id: string,
): Promise<void> {
  const note = (ctx: Ctx, row_id: string | null, error: object | null, told: object | null = null) =>
    ctx.db.run(sql`
      insert into bulk_job_rows (tenant_id, bulk_job_id, index, row_id, status, error, told)
      values (${principal.tenant_id}, ${job_id}, ${index}, ${row_id}, ${error ? 'failed' : 'ok'}, ${error ? JSON.stringify(error) : null}::jsonb, ${told ? JSON.stringify(told) : null}::jsonb)
      on conflict do nothing`)
  try {
    if (request.dry_run) {
      let told: Record<string, unknown> = {}
      const work = (ctx: Ctx) => operate(ctx, noun, request, target)
      await rehearse(app, principal, {}, work, async (ctx, row_id) => {
        told = await rehearsed(ctx)
        return row_id
      })
      await act(app, principal, {}, (ctx) => note(ctx, target.id, null, told))
      return
    }
    await act(app, principal, {}, async (ctx) => {
      const taken = await note(ctx, target.id, null)
      if (taken === 0) return
      const row_id = await operate(ctx, noun, request, target)
      if (row_id !== target.id)
        await ctx.db.run(
          sql`update bulk_job_rows set row_id = ${row_id} where bulk_job_id = ${job_id} and index = ${index}`,
        )
    })
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    await act(app, principal, {}, (ctx) =>
      note(ctx, target.id, { code: refusal.code, detail: refusal.message }),
    )
  }
}
