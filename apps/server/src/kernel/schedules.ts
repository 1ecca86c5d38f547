import type { App } from './app.ts'
import { act, systemPrincipal, type Ctx } from './ctx.ts'
import { pendingEvents } from './events.ts'
import { drain } from './events.ts'
import { pendingJobs } from './jobs.ts'
import { poolDb } from './db.ts'
import { invalidField, Refused } from './refused.ts'
import { sql } from './sql.ts'

/**
 * Work that time brings: `daily('billing.mark_overdue', '00:10', async (ctx) => …)`, at the tenant's own time of day. A missed
 * occurrence (the server was down) is made up for, each once, in order. On a test clock the same occurrences happen as the clock
 * is moved, so a whole ISP can be run forward.
 */
export type Schedule = {
  name: string
  next(after: Temporal.Instant, time_zone: string): Temporal.Instant
  /** `due` is the occurrence's own instant; `ctx.now` is when it is carried out. */
  run(ctx: Ctx, due: Temporal.Instant): Promise<void>
}

export const daily = (name: string, at: string, run: Schedule['run']): Schedule => ({
  name,
  next(after, time_zone) {
    const local = after.toZonedDateTimeISO(time_zone)
    const time = Temporal.PlainTime.from(at)
    const candidate = local.toPlainDate().toZonedDateTime({ timeZone: time_zone, plainTime: time })
    const later =
      Temporal.ZonedDateTime.compare(candidate, local) > 0
        ? candidate
        : local.toPlainDate().add({ days: 1 }).toZonedDateTime({ timeZone: time_zone, plainTime: time })
    return later.toInstant()
  },
  run,
})

export const hourly = (name: string, run: Schedule['run']): Schedule => ({
  name,
  next: (after, time_zone) =>
    after
      .toZonedDateTimeISO(time_zone)
      .round({ smallestUnit: 'hour', roundingMode: 'floor' })
      .add({ hours: 1 })
      .toInstant(),
  run,
})

/** Carries out, in order, everything of a tenant that is due by `until`. On a test clock the clock stands at each occurrence as it runs. */
export async function runDue(
  app: App,
  tenant_id: string,
  until: Temporal.Instant,
  moveClock: boolean,
): Promise<void> {
  // A year of hourly and daily occurrences, many times over; a bound, because a loop over outside input has one.
  for (let occurrence = 0; occurrence < 200_000; occurrence++) {
    const next = await nextDue(app, tenant_id)
    if (!next || Temporal.Instant.compare(next.due, until) > 0) return
    if (moveClock) await setClock(app, tenant_id, next.due)
    await act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
      const claimed = await ctx.db.run(sql`
        update schedule_runs
        set due_at = ${next.schedule.next(next.due, ctx.tenant.time_zone)}
        where schedule = ${next.schedule.name} and due_at = ${next.due}`)
      if (claimed === 1) await next.schedule.run(ctx, next.due)
    })
    if (moveClock) await settle(app, tenant_id)
  }
}

async function nextDue(
  app: App,
  tenant_id: string,
): Promise<{ schedule: Schedule; due: Temporal.Instant } | undefined> {
  return act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
    const known = await ctx.db.all(
      sql<{ schedule: string; due_at: string }>`select schedule, due_at from schedule_runs`,
    )
    const due = new Map(known.map((row) => [row.schedule, row.due_at]))
    const unseen = app.schedules.filter((schedule) => !due.has(schedule.name))
    for (const schedule of unseen) {
      const first = schedule.next(ctx.now, ctx.tenant.time_zone)
      due.set(schedule.name, first.toString())
      await ctx.db.run(sql`
        insert into schedule_runs (tenant_id, schedule, due_at) values (${tenant_id}, ${schedule.name}, ${first})
        on conflict do nothing`)
    }
    const upcoming = app.schedules.map((schedule) => ({
      schedule,
      due: Temporal.Instant.from(due.get(schedule.name)!),
    }))
    return upcoming.sort((a, b) => Temporal.Instant.compare(a.due, b.due))[0]
  })
}

/** `16d`, `3h`, `1mo`: how far `clock advance` moves. */
export function parseDuration(text: string): Temporal.Duration {
  const match = /^(\d{1,4})(mo|y|w|d|h|m)$/.exec(text)
  if (!match)
    throw invalidField(
      'by',
      'not_a_duration',
      'Say how far to move the clock as 16d, 12h, 30m, 2w, 1mo or 1y.',
    )
  const amount = Number(match[1])
  const unit = { mo: 'months', y: 'years', w: 'weeks', d: 'days', h: 'hours', m: 'minutes' }[match[2]!]!
  return Temporal.Duration.from({ [unit]: amount })
}

/** Moves a test clock: everything due on the way happens, with its consequences, before this returns. */
export async function advanceClock(
  app: App,
  tenant_id: string,
  by: Temporal.Duration,
): Promise<Temporal.Instant> {
  const { until, waiting } = await act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
    if (!ctx.tenant.test_clock) {
      throw new Refused(
        409,
        'no_test_clock',
        'This tenant lives in real time. Only a tenant created with --test-clock can be moved.',
      )
    }
    return { until: ctx.now.toZonedDateTimeISO(ctx.tenant.time_zone).add(by).toInstant(), waiting: ctx.now }
  })
  await settle(app, tenant_id)
  if (Temporal.Instant.compare(until, waiting) > 0) await nextDue(app, tenant_id)
  await runDue(app, tenant_id, until, true)
  await setClock(app, tenant_id, until)
  await settle(app, tenant_id)
  return until
}

/** Waits until events and jobs of the tenant have been dealt with, working on them here too. */
export async function settle(app: App, tenant_id: string, limit_ms = 300_000): Promise<void> {
  const deadline = Date.now() + limit_ms
  for (;;) {
    for (const consumer of app.consumers) while ((await drain(app, consumer)) > 0);
    const [events, jobs] = await Promise.all([pendingEvents(app, tenant_id), pendingJobs(app, tenant_id)])
    if (events === 0 && jobs === 0) return
    if (Date.now() > deadline)
      throw new Refused(
        504,
        'still_busy',
        `After ${limit_ms / 1000} s there are still ${events} events and ${jobs} jobs to do.`,
      )
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function setClock(app: App, tenant_id: string, to: Temporal.Instant): Promise<void> {
  await act(app, systemPrincipal(app, tenant_id), {}, (ctx) =>
    ctx.db.run(sql`update tenants set clock_at = ${to} where id = ${tenant_id} and clock_at < ${to}`),
  )
}

/** Looks once in a while at every tenant in real time. */
export function startSchedules(app: App): { stop(): Promise<void> } {
  let stopping = false
  let running: Promise<void> = Promise.resolve()
  const look = async () => {
    const tenants = await poolDb(app.pool).all(
      sql<{ id: string; test_clock: boolean }>`select id, test_clock from all_tenants()`,
    )
    for (const tenant of tenants) {
      if (stopping) return
      if (tenant.test_clock) continue
      await runDue(app, tenant.id, Temporal.Now.instant(), false).catch((error) =>
        app.log.error({ tenant_id: tenant.id, err: error }, 'schedule failed'),
      )
    }
  }
  const tick = () => {
    running = look().catch((error) => app.log.error({ err: error }, 'schedules failed'))
  }
  const timer = setInterval(tick, 30_000)
  const first = setTimeout(tick, 1000)
  return {
    async stop() {
      stopping = true
      clearInterval(timer)
      clearTimeout(first)
      await running
    },
  }
}
