import { resource } from '#kernel/resource.ts'

/** What a service used on one day of the ISP's calendar. */
export const usageDays = resource('usage_day', {
  title: 'day',
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    service_id: { kind: 'reference', to: 'service', filter: true, list: true },
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner' },
    day: { kind: 'date', list: true },
    input_bytes: { kind: 'bytes', list: true, label: 'Upload', help: 'From the customer' },
    output_bytes: { kind: 'bytes', list: true, label: 'Download', help: 'To the customer' },
  },
})
