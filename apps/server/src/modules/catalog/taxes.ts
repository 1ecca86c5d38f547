import { resource } from '#kernel/resource.ts'

export const taxes = resource('tax', {
  plural: 'taxes',
  sort: 'name',
  fields: {
    name: { kind: 'text', max: 60, sort: true, filter: true, list: true },
    rate: { kind: 'percent', min: 0, max: 100, unit: '%', list: true },
  },
})

/** What revenue is sorted by in reports and in the books: “Internet, residential”, “Voice”, “Hardware”. */
export const revenueCategories = resource('revenue_category', {
  plural: 'revenue_categories',
  sort: 'name',
  fields: {
    name: { kind: 'text', max: 60, sort: true, filter: true, list: true },
    code: {
      kind: 'text',
      max: 20,
      nullable: true,
      filter: true,
      list: true,
      help: 'As your accountant calls it',
    },
    account_id: {
      kind: 'reference',
      to: 'account',
      nullable: true,
      filter: true,
      list: true,
      help: 'What is earned is posted here; empty: by the kind of tariff',
    },
  },
})
