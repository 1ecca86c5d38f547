import { resource, type Row } from '#kernel/resource.ts'

/** What went from one customer to another, and whether it can still go back. */
export const customerMoves = resource('customer_move', {
  title: 'kind',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Customers that were merged and services that were moved. Each can be undone within a day.',
  fields: {
    kind: { kind: 'choice', values: ['merge', 'service'], filter: true, list: true },
    from_customer_id: { kind: 'reference', to: 'customer', filter: true, list: true, stays: true },
    to_customer_id: { kind: 'reference', to: 'customer', filter: true, list: true, stays: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    service_id: { kind: 'reference', to: 'service', nullable: true, filter: true, list: true },
    status: { kind: 'choice', values: ['done', 'undone'], default: 'done', filter: true, list: true },
    balance_moved: { kind: 'money', nullable: true, list: true },
    moved: {
      kind: 'json',
      personal: false,
      default: [],
      help: 'How many rows of which noun: [{"noun", "rows"}]',
    },
    reason: { kind: 'text', personal: true, max: 500, nullable: true },
    actor: { kind: 'json', personal: false },
    undo_until: { kind: 'datetime', list: true },
    undone_at: { kind: 'datetime', nullable: true },
    undone_by: { kind: 'json', personal: false, nullable: true },
    undo_reason: { kind: 'text', personal: true, max: 500, nullable: true },
  },
})

/** `was` is how the customer, or the service, stood that was given. */
export type CustomerMove = Row<typeof customerMoves> & { was: Was }

export type Was = {
  status?: string
  status_reason?: string | null
  status_since?: string
  disabled_on?: string | null
  parent_id?: string | null
  next_billing_on?: string | null
  labels_added?: string[]
  billing_address_id?: string | null
  service_address_id?: string | null
  postal_address_id?: string | null
  /** Discounts on the services that came over, instead of one on all of them. */
  discounts_given?: string[]
}

export const hoursToUndo = 24
