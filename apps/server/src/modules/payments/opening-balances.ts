import { resource, type Row } from '#kernel/resource.ts'

/** What a customer owed, or had with the ISP, in the system it comes from. */
export const openingBalances = resource('opening_balance', {
  title: 'amount',
  label: 'Opening balance',
  label_plural: 'Opening balances',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Posted once, when a customer comes over from another system. Credit pays invoices; what is owed is paid first.',
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    amount: { kind: 'money', list: true, help: 'More than nothing is credit, less is owed to us' },
    date: { kind: 'date', filter: true, sort: true, list: true },
    open: { kind: 'money', list: true, help: 'Still credit, or still owed' },
    reference: { kind: 'text', personal: 'kept', max: 140, nullable: true },
    status: { kind: 'choice', values: ['posted', 'withdrawn'], default: 'posted', filter: true, list: true },
    withdraw_reason: { kind: 'text', personal: 'kept', max: 500, nullable: true },
    withdrawn_on: { kind: 'date', nullable: true },
    currency: { kind: 'text', personal: false },
  },
})
export type OpeningBalance = Row<typeof openingBalances>
