import type { Ctx } from './ctx.ts'
import { reactInside } from './insiders.ts'
import { raw } from './sql.ts'

/**
 * A part of a transaction that succeeds with its consequences, or is undone as a whole while the transaction goes on: rows, what was
 * noted of them for audit, events and jobs, and the reactions to it. For a night's work, where one refusal must not stop the others.
 */
export async function attempt<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  // What happened before belongs to the transaction, not to the attempt.
  await reactInside(ctx)
  const { effects } = ctx
  const [changes, events, jobs] = [effects.changes.length, effects.events.length, effects.jobs.length]
  await ctx.db.run(raw('savepoint attempt'))
  try {
    const result = await work()
    await reactInside(ctx)
    await ctx.db.run(raw('release savepoint attempt'))
    return result
  } catch (error) {
    await ctx.db.run(raw('rollback to savepoint attempt'))
    effects.changes.length = changes
    effects.events.length = events
    effects.jobs.length = jobs
    effects.reacted = events
    throw error
  }
}
