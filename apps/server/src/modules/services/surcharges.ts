import { resource, type Row } from '#kernel/resource.ts'

/** What a service costs beside its tariff: a public address, a rented router. With its own price and tax, on lines of its own. */
export const surcharges = resource('surcharge', {
  title: 'label',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Charged by the day like its service, while the service is active. Ended with end; withdraw takes one back altogether.',
  fields: {
    customer_id: { kind: 'reference', to: 'customer', readonly: true, filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    service_id: { kind: 'reference', to: 'service', filter: true, list: true },
    label: { kind: 'text', personal: 'kept', max: 120, list: true },
    price: { kind: 'money', min: 0, max: 100_000_000, list: true, unit: 'a month' },
    quantity: { kind: 'integer', min: 1, max: 10_000, default: 1, list: true },
    tax_id: {
      kind: 'reference',
      to: 'tax',
      nullable: true,
      help: 'Empty: taxed as its service',
    },
    from_date: { kind: 'date', filter: true, sort: true, list: true },
    to_date: { kind: 'date', nullable: true, list: true, help: 'The last day; empty: for good' },
    status: { kind: 'choice', values: ['given', 'withdrawn'], default: 'given', filter: true, list: true },
  },
})
export type Surcharge = Row<typeof surcharges>
