import { command } from '#kernel/commands.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { change } from '#kernel/store.ts'
import { statusVerbs } from './status-rules.ts'

/** What was decided for a later day. It is carried out at that day's midnight, or says why it could not be. */
export const scheduledChanges = resource('scheduled_change', {
  title: 'verb',
  sort: 'date',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Changes of a customer’s status that are to happen on a later day.',
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true, stays: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    verb: { kind: 'choice', values: statusVerbs, filter: true, list: true, label: 'Change' },
    date: { kind: 'date', filter: true, sort: true, list: true },
    reason: { kind: 'text', personal: true, max: 500, nullable: true, list: true },
    status: {
      kind: 'choice',
      values: ['planned', 'done', 'refused', 'cancelled'],
      filter: true,
      list: true,
    },
    refusal: {
      kind: 'text',
      personal: true,
      max: 1000,
      nullable: true,
      list: true,
      help: 'Why it could not be done',
    },
    planned_by: { kind: 'json', personal: false },
    finished_at: { kind: 'datetime', nullable: true },
  },
})
export type ScheduledChange = Row<typeof scheduledChanges>

export const cancelScheduledChange = command(
  scheduledChanges,
  'cancel',
  {
    label: 'Cancel planned change',
    input: { reason: { kind: 'text', personal: true, max: 500, nullable: true } },
    unless: (planned) => (planned.status === 'planned' ? null : `This change is ${planned.status}.`),
  },
  (ctx, planned, { reason = null }) =>
    change(
      ctx,
      scheduledChanges,
      planned,
      { status: 'cancelled', finished_at: ctx.now.toString() },
      {
        action: 'cancelled',
        reason,
        data: { customer_id: planned.customer_id, verb: planned.verb, date: planned.date },
      },
    ),
)
