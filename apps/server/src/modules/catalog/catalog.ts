import { resource } from '#kernel/resource.ts'

export const taxes = resource('tax', {
  plural: 'taxes',
  sort: 'name',
  fields: {
    name: { kind: 'text', max: 60, sort: true, filter: true, list: true },
    rate: { kind: 'percent', min: 0, max: 100, unit: '%', list: true },
  },
})

/** What is sold, for one unit and month (one-time tariffs: once). */
export const tariffs = resource('tariff', {
  title: 'title',
  sort: 'title',
  search: true,
  fields: {
    title: { kind: 'text', max: 120, filter: true, sort: true, list: true },
    description: { kind: 'long_text', max: 2000, nullable: true },
    service_type: {
      kind: 'choice',
      values: ['internet', 'recurring', 'one_time'],
      immutable: true,
      filter: true,
      list: true,
    },
    status: {
      kind: 'choice',
      values: ['draft', 'active', 'retired'],
      default: 'active',
      filter: true,
      list: true,
    },
    price: { kind: 'money', min: 0, max: 100_000_000, list: true, unit: 'a month' },
    setup_fee: { kind: 'money', min: 0, max: 100_000_000, default: '0' },
    tax_id: { kind: 'reference', to: 'tax', nullable: true, list: true },
    speed_download_kbps: { kind: 'kbps', min: 1, nullable: true, unit: 'kbps', list: true, group: 'Speed' },
    speed_upload_kbps: { kind: 'kbps', min: 1, nullable: true, unit: 'kbps', list: true, group: 'Speed' },
  },
})
