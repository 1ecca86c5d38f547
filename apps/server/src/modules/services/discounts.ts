import { resource, type Row } from '#kernel/resource.ts'
import { reductionFields } from '#modules/catalog/index.ts'

/**
 * What a customer pays less, from a day to a day: for one service, for each of its services, or off whole invoices. Several count one
 * after the other, by `position` and then in the order in which they were given.
 */
export const discounts = resource('discount', {
  title: 'label',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Given with create or a coupon, ended with end; withdraw takes one back as if it had never been given.',
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    service_id: {
      kind: 'reference',
      to: 'service',
      nullable: true,
      filter: true,
      list: true,
      help: 'Empty: each service of the customer',
    },
    label: { kind: 'text', personal: 'kept', max: 120, list: true },
    ...reductionFields,
    from_date: { kind: 'date', filter: true, sort: true, list: true },
    to_date: { kind: 'date', nullable: true, list: true, help: 'The last day; empty: for good' },
    periods: {
      kind: 'integer',
      nullable: true,
      help: 'So many periods from its first day on; off whole invoices: so many of them',
    },
    status: { kind: 'choice', values: ['given', 'withdrawn'], default: 'given', filter: true, list: true },
    coupon_id: { kind: 'reference', to: 'coupon', nullable: true, filter: true },
  },
})
export type Discount = Row<typeof discounts>
