import { resource } from '#kernel/resource.ts'

/** How a customer's status went, day by day: written by the row's own trigger, so that no path can leave it out. */
export const statusChanges = resource('customer_status_change', {
  title: 'to',
  sort: '-created_at',
  scope: 'partner',
  generic: ['list', 'get'],
  log: true,
  columns: { from: 'from_status', to: 'to_status' },
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    at: { kind: 'datetime' },
    date: { kind: 'date', filter: true, sort: true, list: true, help: 'In the ISP’s time zone' },
    from: {
      kind: 'choice',
      values: ['new', 'active', 'blocked', 'disabled'],
      nullable: true,
      filter: true,
      list: true,
      help: 'Empty: the customer was created',
    },
    to: {
      kind: 'choice',
      values: ['new', 'active', 'blocked', 'disabled'],
      filter: true,
      list: true,
    },
    reason: { kind: 'text', personal: true, max: 500, nullable: true, list: true },
    actor: { kind: 'json', personal: false, list: true },
  },
})
