import { command } from '#kernel/commands.ts'
import { today } from '#kernel/ctx.ts'
import { Refused } from '#kernel/refused.ts'
import { mustBeAbleToBackdate, reasonField } from './dates.ts'
import { enter } from './enter.ts'
import { timelineNow } from './history.ts'
import { services } from './services.ts'

/** Takes a change back, with what was entered with it and comes after it. */
export const cancelChange = command(
  services,
  'cancel_change',
  {
    label: 'Cancel a change',
    input: { change_id: { kind: 'reference', to: 'service_change' }, reason: reasonField },
    help: 'A planned change leaves no trace. One whose day has come needs the permission “backdate” and a reason, and is corrected by the day.',
  },
  async (ctx, service, { change_id, reason }) => {
    const { changes } = await timelineNow(ctx, service.id)
    const named = changes.find(({ id }) => id === change_id)
    if (!named)
      throw new Refused(
        404,
        'no_such_change',
        'This service has no such change, or it was taken back already.',
      )
    if (named.kind === 'create')
      throw new Refused(
        409,
        'cannot_cancel_creation',
        'These are the terms the service was sold with. Change its tariff, or terminate it.',
      )
    if (named.kind === 'disable' || named.kind === 'enable')
      throw new Refused(
        409,
        'follows_customer',
        'The service follows its customer here. Activate or disable the customer instead.',
      )
    const now = today(ctx).toString()
    if (named.date <= now) {
      if (service.status === 'terminated')
        throw new Refused(
          409,
          'service_ended',
          'This service has ended; its login and addresses were given free. Add a new one instead.',
        )
      mustBeAbleToBackdate(ctx, reason)
    }
    const takeBack = changes.filter(
      (change) =>
        change.id === named.id ||
        (named.group_id !== null && change.group_id === named.group_id && change.date >= named.date),
    )
    return enter(ctx, service, { takeBack }, { reason: reason ?? null })
  },
)
