import type { Ctx } from '#kernel/ctx.ts'
import { flush, newEffects } from '#kernel/effects.ts'
import { reactInside } from '#kernel/insiders.ts'

/**
 * Runs a piece of the ISP's history as of `instant`: verbs see that time as now, and the audit rows and events they record bear it.
 * What happened on one instant is written before the next begins, so history stays in order.
 */
export async function at<T>(ctx: Ctx, instant: Temporal.Instant, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const then: Ctx = { ...ctx, now: instant, effects: newEffects() }
  const result = await work(then)
  await reactInside(then)
  await flush(then)
  return result
}

/** The moment of a day on the ISP's own clocks: `moment(ctx, date, 9, 30)`. */
export const moment = (ctx: Ctx, date: Temporal.PlainDate, hour: number, minute = 0): Temporal.Instant =>
  date
    .toZonedDateTime({ timeZone: ctx.tenant.time_zone, plainTime: new Temporal.PlainTime(hour, minute) })
    .toInstant()

/**
 * Several customers' histories at once over one transaction's connection: its statements are pipelined, so the database works on one
 * while the program prepares the next. Each piece of work must leave the others' rows alone.
 */
export async function together<T>(
  rows: readonly T[],
  work: (row: T) => Promise<unknown>,
  lanes = 8,
): Promise<void> {
  const waiting = rows.values()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const row of waiting) await work(row)
    }),
  )
}
