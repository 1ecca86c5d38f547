import type { Fields } from '#kernel/resource.ts'

const prices = 'Price'
const sale = 'Offered to'
const price = { kind: 'money', min: 0, max: 100_000_000, group: prices } as const

/** `price` is for one unit and month (one-time tariffs: once); the others are for a whole period, where it is sold. */
export const priceFields = {
  price: { ...price, list: true, unit: 'a month' },
  sold_monthly: {
    kind: 'boolean',
    default: true,
    group: prices,
    help: 'No: only for the longer periods that have a price',
  },
  price_3_months: { ...price, nullable: true, label: 'Price for 3 months', unit: 'for 3 months' },
  price_6_months: { ...price, nullable: true, label: 'Price for 6 months', unit: 'for 6 months' },
  price_12_months: { ...price, nullable: true, label: 'Price for 12 months', unit: 'for 12 months' },
  price_24_months: { ...price, nullable: true, label: 'Price for 24 months', unit: 'for 24 months' },
  setup_fee: { ...price, default: '0' },
  termination_fee: {
    ...price,
    default: '0',
    help: 'Whenever it ends; what leaving a contract early costs is said there',
  },
  tax_id: { kind: 'reference', to: 'tax', nullable: true, list: true, group: prices },
  revenue_category_id: {
    kind: 'reference',
    to: 'revenue_category',
    nullable: true,
    filter: true,
    group: prices,
  },
} as const satisfies Fields

/** To whom, where and when it is sold. What is left empty limits nothing. */
export const saleFields = {
  partner_ids: {
    kind: 'references',
    to: 'partner',
    default: [],
    group: sale,
    label: 'Partners',
    help: 'And all below them',
  },
  location_ids: { kind: 'references', to: 'location', default: [], group: sale, label: 'Locations' },
  customer_category: {
    kind: 'choice',
    values: ['any', 'person', 'company'],
    default: 'any',
    group: sale,
    filter: true,
  },
  label_ids: {
    kind: 'references',
    to: 'label',
    default: [],
    group: sale,
    label: 'Labels',
    help: 'The customer has one of them',
  },
  offered_from: { kind: 'date', nullable: true, group: sale },
  offered_to: { kind: 'date', nullable: true, group: sale, help: 'The last day' },
  portal_visible: {
    kind: 'boolean',
    default: true,
    group: sale,
    label: 'Shown in the portal',
    filter: true,
  },
  allowed_changes: {
    kind: 'references',
    to: 'tariff',
    default: [],
    group: sale,
    label: 'May change into',
    help: 'Empty: every tariff of its kind',
  },
  max_stop_days: {
    kind: 'integer',
    min: 0,
    max: 366,
    nullable: true,
    unit: 'days a calendar year',
    group: sale,
    label: 'Longest pause',
    help: 'Empty: as long as the customer likes',
  },
} as const satisfies Fields
