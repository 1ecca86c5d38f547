import { resource, type Row } from '#kernel/resource.ts'

export const payments = resource('payment', {
  title: 'reference',
  scope: 'partner',
  search: true,
  generic: ['list', 'get'],
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    amount: { kind: 'money', filter: true, sort: true, list: true },
    method: { kind: 'choice', values: ['cash', 'bank_transfer', 'card', 'other'], list: true },
    date: { kind: 'date', filter: true, sort: true, list: true },
    reference: { kind: 'text', personal: 'kept', max: 140, nullable: true, filter: true, list: true },
    comment: { kind: 'text', personal: 'kept', max: 500, nullable: true },
    status: { kind: 'choice', values: ['succeeded', 'refunded'], filter: true, list: true },
    refund_reason: { kind: 'text', personal: 'kept', max: 500, nullable: true },
    refunded_on: { kind: 'date', nullable: true },
    unallocated: { kind: 'money', list: true, help: 'Not put towards an invoice: credit' },
    currency: { kind: 'text', personal: false },
    external_id: { kind: 'text', personal: 'kept', max: 100, nullable: true, filter: true },
  },
})
export type Payment = Row<typeof payments>

/** Which money paid which invoice, or was paid out. */
export const allocations = resource('allocation', {
  title: 'amount',
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    payment_id: { kind: 'reference', to: 'payment', nullable: true, filter: true, list: true },
    credit_note_id: { kind: 'reference', to: 'credit_note', nullable: true, filter: true, list: true },
    opening_credit_id: {
      kind: 'reference',
      to: 'opening_balance',
      nullable: true,
      filter: true,
      help: 'Credit that the customer brought along',
    },
    invoice_id: { kind: 'reference', to: 'invoice', nullable: true, filter: true, list: true },
    refund_id: {
      kind: 'reference',
      to: 'refund',
      nullable: true,
      filter: true,
      list: true,
      help: 'Where it was paid out',
    },
    opening_debt_id: {
      kind: 'reference',
      to: 'opening_balance',
      nullable: true,
      filter: true,
      help: 'What the customer owed from before',
    },
    amount: { kind: 'money', list: true },
    date: { kind: 'date', list: true },
  },
})
