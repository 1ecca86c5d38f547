import type { Ctx } from '#kernel/ctx.ts'
import { flush, newEffects, type QueuedJob } from '#kernel/effects.ts'
import { reactInside } from '#kernel/insiders.ts'
import type { Job } from '#kernel/jobs.ts'

/**
 * Runs a piece of the ISP's history as of `instant`: verbs see that time as now, and the audit rows and events they record bear it. What
 * happened at one instant is written before the next begins, so history stays in order. Jobs of the business are done there and then.
 */
export async function at<T>(ctx: Ctx, instant: Temporal.Instant, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const then: Ctx = { ...ctx, now: instant, effects: newEffects() }
  const result = await work(then)
  await reactInside(then)
  const jobs = then.effects.jobs.splice(0)
  await flush(then)
  for (const queued of jobs) await doJob(then, queued)
  return result
}

/** A day begins: what modules do every night is done at its own time, as far as it concerns money and services. */
export async function night(ctx: Ctx, date: Temporal.PlainDate): Promise<void> {
  const { time_zone } = ctx.tenant
  const midnight = date.toZonedDateTime(time_zone).toInstant()
  const due = ctx.app.schedules
    .filter((schedule) => /^(services|customers|billing|payments|ledger)\./.test(schedule.name))
    .map((schedule) => ({ schedule, at: schedule.next(midnight.subtract({ seconds: 1 }), time_zone) }))
    .filter((each) => Temporal.Instant.compare(each.at, ctx.now) <= 0)
    .sort((a, b) => Temporal.Instant.compare(a.at, b.at))
  for (const { schedule, at: instant } of due) await at(ctx, instant, (then) => schedule.run(then, instant))
}

/** The moment of a day on the ISP's own clocks, but never one that is still to come. */
export function moment(ctx: Ctx, date: Temporal.PlainDate, hour: number, minute = 0): Temporal.Instant {
  const plainTime = new Temporal.PlainTime(hour, minute)
  const instant = date.toZonedDateTime({ timeZone: ctx.tenant.time_zone, plainTime }).toInstant()
  return Temporal.Instant.compare(instant, ctx.now) < 0 ? instant : ctx.now
}

/**
 * Several customers' histories at once over one transaction's connection: its statements are pipelined, so the database works on one
 * while the program prepares the next. Each piece of work must leave the others' rows alone.
 */
export async function together<T>(
  rows: readonly T[],
  work: (row: T, n: number) => Promise<unknown>,
  lanes = 16,
): Promise<void> {
  const waiting = rows.entries()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const [n, row] of waiting) await work(row, n)
    }),
  )
}

/** Mails and packets of last year are not sent now; bills are made. */
async function doJob(ctx: Ctx, queued: QueuedJob): Promise<void> {
  const job = ctx.app.jobs.find((declared) => declared.name === queued.task)
  if (!job || !/^(services|billing|payments)\./.test(job.name)) return
  // A job's envelope, as `Job.later` packs it.
  const { payload } = queued.payload as { payload: Record<string, unknown> }
  const { app, tenant, actor, access } = ctx
  const work: Parameters<Job['run']>[0] = {
    app,
    tenant_id: tenant.id,
    principal: { tenant_id: tenant.id, actor, access, access_version: tenant.access_version },
    payload,
    attempt: 1,
    stopping: new AbortController().signal,
    act: (part) => at(ctx, ctx.now, part),
  }
  await job.run(work)
}
