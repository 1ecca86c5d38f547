import { resource, type Row } from '#kernel/resource.ts'
import { changeKinds } from './timeline.ts'

/** Every dated change of a service, as it was entered; what they add up to is its timeline. Written by the verbs of services. */
export const serviceChanges = resource('service_change', {
  title: 'kind',
  sort: '-created_at',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'What was entered about a service, when and by whom. A planned change is taken back with cancel_change.',
  fields: {
    service_id: { kind: 'reference', to: 'service', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    date: { kind: 'date', filter: true, sort: true, list: true, help: 'From the beginning of this day on' },
    seq: { kind: 'integer', help: 'Order of entry; of two changes of one day the later one counts' },
    kind: { kind: 'choice', values: changeKinds, list: true },
    status: { kind: 'choice', values: ['planned', 'in_force', 'withdrawn'], filter: true, list: true },
    tariff_id: { kind: 'reference', to: 'tariff', nullable: true, list: true },
    price: { kind: 'money', nullable: true, list: true, help: 'For one unit and period' },
    price_is_custom: { kind: 'boolean', nullable: true },
    quantity: { kind: 'integer', nullable: true, list: true },
    period_months: { kind: 'integer', nullable: true },
    for_tariff_id: {
      kind: 'reference',
      to: 'tariff',
      nullable: true,
      help: 'Counts only where the service is on this tariff then',
    },
    group_id: { kind: 'reference', nullable: true, help: 'Changes that were entered together share it' },
    reason: { kind: 'text', personal: true, max: 500, nullable: true, list: true },
    actor: { kind: 'json', personal: false },
    withdrawn_at: { kind: 'datetime', nullable: true },
    withdrawn_by: { kind: 'json', personal: false, nullable: true },
  },
  /** Who may not see what a service costs does not see it here either. */
  redact(ctx, printed) {
    if (!ctx.access.hidden('service').has('price')) return
    delete printed.price
    delete printed.price_is_custom
  },
})
export type ServiceChange = Row<typeof serviceChanges>
