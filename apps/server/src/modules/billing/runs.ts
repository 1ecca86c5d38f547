import { collectionCommand, command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { job } from '#kernel/jobs.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { visiblePartners } from '#kernel/permissions.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change, insert, lock } from '#kernel/store.ts'
import { billAll } from './bill-all.ts'
import { dueBy, readCatalog } from './due.ts'
import { billingRuns, type BillingRun } from './invoices.ts'
import { askDeliveryOfRun } from './notices.ts'
import { previewChunk, sumPreview } from './preview.ts'

/** Up to so many customers a preview is ready when the request is answered. */
const atOnce = 2000
const farthest_days = 366

export const createBillingRun = collectionCommand(
  billingRuns,
  'create',
  {
    label: 'Preview billing run',
    help: 'Draws up the bill of every customer whose billing day has come by this date. Nothing is booked until it is confirmed.',
    input: { date: { kind: 'date' } },
  },
  async (ctx, { date }) => {
    mustSeeEverybody(ctx)
    const away = Temporal.PlainDate.from(date).since(today(ctx)).days
    if (Math.abs(away) > farthest_days)
      throw invalidField(
        'date',
        'too_far_away',
        `The date of a billing run lies within a year of today, ${today(ctx)}.`,
      )
    const customers = await countDue(ctx, date)
    const run = await insert(ctx, billingRuns, {
      date,
      status: 'previewing',
      customers,
      progress_total: customers,
      started_at: ctx.now.toString(),
    })
    if (customers > atOnce) {
      previewRun.later(ctx, { billing_run_id: run.id })
      return run
    }
    const catalog = await readCatalog(ctx)
    for (let after: string | null = null; ;) {
      const done: { last: string } | null = await previewChunk(ctx, run, catalog, after, 1000)
      if (!done) break
      after = done.last
    }
    return previewed(ctx, run.id)
  },
)

export const previewRun = job<{ billing_run_id: string }>(
  'billing.preview_run',
  { max_attempts: 5 },
  async (work) => {
    const { billing_run_id } = work.payload
    // A preview that was cut off starts again: it is quick, and customers may have changed since.
    const begun = await work.act(async (ctx) => {
      const run = await lock(ctx, billingRuns, billing_run_id)
      if (run.status !== 'previewing') return null
      await ctx.db.run(sql`delete from billing_run_previews where billing_run_id = ${run.id}`)
      await ctx.db.run(sql`update billing_runs set progress_done = 0 where id = ${run.id}`)
      return { run, catalog: await readCatalog(ctx) }
    })
    if (!begun) return
    for (let after: string | null = null; ;) {
      if (work.stopping.aborted)
        throw new Error('The server is stopping; the preview starts again afterwards.')
      const done: { last: string } | null = await work.act((ctx) =>
        previewChunk(ctx, begun.run, begun.catalog, after, 1000),
      )
      if (!done) break
      after = done.last
    }
    await work.act((ctx) => previewed(ctx, billing_run_id))
  },
)

export const confirmBillingRun = command(
  billingRuns,
  'confirm',
  {
    label: 'Confirm billing run',
    help: 'Makes the invoices. Customers that changed since the preview are billed as they are now.',
    unless: (run, ctx) =>
      run.status === 'previewing'
        ? 'The preview is not ready yet.'
        : run.status !== 'preview'
          ? `This run is ${run.status} already.`
          : Temporal.PlainDate.from(run.date).since(today(ctx)).days > 31
            ? 'Invoices can be made at most 31 days ahead of their date.'
            : null,
  },
  (ctx, run) => {
    mustSeeEverybody(ctx)
    return startRun(ctx, run)
  },
)

export const withdrawBillingRun = command(
  billingRuns,
  'withdraw',
  {
    label: 'Withdraw billing run',
    danger: true,
    unless: (run) =>
      run.status === 'preview' || run.status === 'previewing'
        ? null
        : `Only a preview can be withdrawn; this run is ${run.status}.`,
  },
  async (ctx, run) => {
    await ctx.db.run(sql`delete from billing_run_previews where billing_run_id = ${run.id}`)
    return change(
      ctx,
      billingRuns,
      run,
      { status: 'withdrawn', finished_at: ctx.now.toString() },
      { action: 'withdrawn' },
    )
  },
)

/** Every night, for tenants that switched it on: whoever's billing day has come. The same run, confirmed by itself. */
export async function runAutomatically(ctx: Ctx): Promise<void> {
  const { wanted } = await ctx.db.one(sql<{ wanted: boolean }>`
    select auto_billing as wanted from tenants where id = ${ctx.tenant.id}`)
  if (!wanted) return
  const date = today(ctx).toString()
  const customers = await countDue(ctx, date)
  if (customers === 0) return
  const run = await insert(asSystem(ctx), billingRuns, {
    date,
    status: 'preview',
    automatic: true,
    customers,
  })
  await startRun(asSystem(ctx), run)
}

export const billRun = job<{ billing_run_id: string }>(
  'billing.bill_run',
  { max_attempts: 12 },
  async (work) => {
    const { billing_run_id } = work.payload
    try {
      const problems = await billAll(work, billing_run_id)
      if (problems) await work.act((ctx) => finished(ctx, billing_run_id, 'done', problems))
    } catch (error) {
      if (work.attempt >= 12)
        await work.act((ctx) =>
          finished(ctx, billing_run_id, 'failed', [
            {
              sentence:
                'The run failed repeatedly; the server’s log says why. What was billed stays billed, and a new run takes the rest.',
            },
          ]),
        )
      throw error
    }
  },
)

async function startRun(ctx: Ctx, run: BillingRun): Promise<BillingRun> {
  const customers = await countDue(ctx, run.date)
  const zero = { invoices: 0, net_total: 0n, tax_total: 0n, total: 0n, progress_done: 0 }
  const started = await change(
    ctx,
    billingRuns,
    run,
    { status: 'confirming', started_at: ctx.now.toString(), customers, progress_total: customers, ...zero },
    { action: 'confirmed' },
  )
  // One after another within a tenant: two runs at once would only wait for each other's numbers.
  billRun.later(ctx, { billing_run_id: run.id }, { queue: 'billing' })
  return started
}

async function previewed(ctx: Ctx, billing_run_id: string): Promise<BillingRun> {
  const run = await lock(ctx, billingRuns, billing_run_id)
  if (run.status !== 'previewing') throw new Refused(409, 'withdrawn', 'This run was withdrawn meanwhile.')
  const sums = await sumPreview(ctx, run)
  return change(
    ctx,
    billingRuns,
    run,
    { status: 'preview', ...sums, finished_at: ctx.now.toString() },
    { action: 'previewed' },
  )
}

/** A run bills the whole ISP; who sees only a partner's customers may not start it. */
function mustSeeEverybody(ctx: Ctx): void {
  if (visiblePartners(ctx))
    throw new Refused(
      403,
      'whole_isp_only',
      'A billing run bills every customer of the ISP, and you see only those of your partner. Ask the ISP to run it.',
    )
}

export type Problem = { customer_id?: string; sentence: string }

async function finished(
  ctx: Ctx,
  billing_run_id: string,
  status: 'done' | 'failed',
  problems: readonly Problem[],
): Promise<void> {
  const run = await lock(ctx, billingRuns, billing_run_id)
  if (run.status !== 'confirming') return
  await change(
    ctx,
    billingRuns,
    run,
    { status, finished_at: ctx.now.toString(), problems: new JsonValue(problems) },
    {
      action: status === 'done' ? 'completed' : 'failed',
      data: { invoices: run.invoices, total: String(run.total) },
    },
  )
  askDeliveryOfRun.later(ctx, { billing_run_id })
}

async function countDue(ctx: Ctx, date: string): Promise<number> {
  const { n } = await ctx.db.one(
    sql<{
      n: number
    }>`select count(*)::integer as n from ${dueBy(date)}`,
  )
  return n
}
