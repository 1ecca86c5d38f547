import type { Ctx } from '#kernel/ctx.ts'
import { raw } from '#kernel/sql.ts'

/** Undone as a whole when refused: rows, and what was noted of them for audit, events and jobs. */
export async function attempt<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  const { changes, events, jobs } = ctx.effects
  const before = [changes.length, events.length, jobs.length] as const
  await ctx.db.run(raw('savepoint import_rows'))
  try {
    const result = await work()
    await ctx.db.run(raw('release savepoint import_rows'))
    return result
  } catch (error) {
    await ctx.db.run(raw('rollback to savepoint import_rows'))
    changes.length = before[0]
    events.length = before[1]
    jobs.length = before[2]
    throw error
  }
}
