import { resource, type Row } from '#kernel/resource.ts'

/** Credit that went back to a customer. */
export const refunds = resource('refund', {
  title: 'reference',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Credit paid out to a customer. What it was taken from is told by its allocations.',
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    amount: { kind: 'money', list: true },
    method: { kind: 'choice', values: ['cash', 'bank_transfer', 'card', 'other'], list: true },
    date: { kind: 'date', filter: true, sort: true, list: true },
    reference: { kind: 'text', personal: 'kept', max: 140, nullable: true, filter: true, list: true },
    reason: { kind: 'text', personal: 'kept', max: 500, list: true },
    status: { kind: 'choice', values: ['paid_out', 'returned'], filter: true, list: true },
    return_reason: { kind: 'text', personal: 'kept', max: 500, nullable: true },
    returned_on: { kind: 'date', nullable: true },
    currency: { kind: 'text', personal: false },
  },
})
export type Refund = Row<typeof refunds>
