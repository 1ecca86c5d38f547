import { startOf, today, type Ctx } from '#kernel/ctx.ts'
import { newEffects } from '#kernel/effects.ts'
import { asSystem, reactInside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { lock } from '#kernel/store.ts'
import { followPlan } from './follow.ts'
import { services } from './services.ts'

/**
 * Only in a rehearsal, where all is rolled back: carries a planned change of a service out as on its day, and answers what happened
 * then. What was planned for days before it is carried out first and not told. Billing until then is not acted out.
 */
export async function onItsDay(ctx: Ctx, service_id: string, date: string): Promise<Ctx> {
  if (!ctx.rehearsal) throw new Error('The future is acted out in rehearsals only.')
  await ctx.db.run(sql`set constraints all deferred`)
  const day = Temporal.PlainDate.from(date)
  const eve = day.subtract({ days: 1 })
  if (Temporal.PlainDate.compare(eve, today(ctx)) > 0) await followed(ctx, service_id, eve)
  return followed(ctx, service_id, day)
}

async function followed(ctx: Ctx, service_id: string, day: Temporal.PlainDate): Promise<Ctx> {
  const then: Ctx = { ...ctx, now: startOf(ctx, day), effects: newEffects() }
  await followPlan(asSystem(then), await lock(asSystem(then), services, service_id))
  await reactInside(then)
  return then
}
