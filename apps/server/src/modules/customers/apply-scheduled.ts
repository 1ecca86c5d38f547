import { attempt } from '#kernel/attempt.ts'
import { today, type Actor, type Cause, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { refusalOf } from '#kernel/problems.ts'
import { sql } from '#kernel/sql.ts'
import { change } from '#kernel/store.ts'
import { scheduledChanges, type ScheduledChange } from './scheduled-changes.ts'
import { activateCustomer, blockCustomer, disableCustomer, unblockCustomer } from './status.ts'
import type { StatusVerb } from './status-rules.ts'

/** Every midnight, before services, bills and dunning look: what was planned for the day, in the order of days and of planning. */
export async function applyScheduled(ctx: Ctx): Promise<void> {
  const due = await ctx.db.all(sql<Due>`
    select * from scheduled_changes
    where status = 'planned' and date <= ${today(ctx)}::date
    order by date, id
    limit 100000
    for no key update`)
  for (const planned of due) await applyOne(ctx, planned)
}

type Due = ScheduledChange & { cause: Cause[] }

/** Who planned it is who did it; a refusal is kept with the plan. */
async function applyOne(ctx: Ctx, planned: Due): Promise<void> {
  const { id, customer_id, verb, reason, cause } = planned
  const acting: Ctx = { ...asSystem(ctx), actor: planned.planned_by as Actor, cause }
  try {
    await attempt(acting, () => verbs[verb](acting, customer_id, reason ?? 'as planned'))
    await finish(ctx, planned, 'done', null)
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal)
      ctx.app.log.error({ err: error, scheduled_change_id: id, customer_id }, 'a planned change failed')
    await finish(
      ctx,
      planned,
      'refused',
      refusal?.message ?? 'It failed because of a defect of ours; the server’s log says why.',
    )
  }
}

const verbs: Record<StatusVerb, (ctx: Ctx, customer_id: string, reason: string) => Promise<unknown>> = {
  activate: (ctx, id, reason) => activateCustomer(ctx, id, { reason }),
  block: (ctx, id, reason) => blockCustomer(ctx, id, { reason }),
  unblock: (ctx, id, reason) => unblockCustomer(ctx, id, { reason }),
  disable: (ctx, id, reason) => disableCustomer(ctx, id, { reason }),
}

const finish = (
  ctx: Ctx,
  planned: ScheduledChange,
  status: 'done' | 'refused',
  refusal: string | null,
): Promise<ScheduledChange> =>
  change(
    ctx,
    scheduledChanges,
    planned,
    { status, refusal: refusal?.slice(0, 1000) ?? null, finished_at: ctx.now.toString() },
    {
      action: status,
      reason: refusal,
      data: { customer_id: planned.customer_id, verb: planned.verb, date: planned.date },
    },
  )
