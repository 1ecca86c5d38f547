import type { Preset } from './preset.ts'
import { sales } from './roles.ts'
import { voiceTemplates } from './templates.ts'

export const voip: Preset = {
  name: 'voip',
  title: 'VoIP provider',
  description: 'Numbers, extensions and trunks, with included minutes.',
  taxes: [{ name: 'VAT', rate: '20' }],
  revenue_categories: [
    { name: 'Telephony' },
    { name: 'Numbers' },
    { name: 'Devices' },
    { name: 'Set-up and porting' },
  ],
  labels: [
    { name: 'Number porting', color: 'amber' },
    { name: 'Call centre', color: 'purple' },
  ],
  roles: [sales],
  templates: voiceTemplates,
  tariffs: [
    { title: 'Extension', service_type: 'voice', revenue_category: 'Telephony', price: '6.90' },
    {
      title: 'Extension with 1000 minutes',
      service_type: 'voice',
      revenue_category: 'Telephony',
      price: '12.90',
      price_12_months: '139.00',
      included_minutes: 1000,
    },
    {
      title: 'SIP trunk, 10 channels',
      service_type: 'voice',
      revenue_category: 'Telephony',
      customer_category: 'company',
      price: '49.00',
      setup_fee: '79.00',
      included_minutes: 3000,
      minimum_months: 12,
      renewal: 'same_term',
      notice_days: 60,
      early_fee: 'remaining',
      early_fee_percent: '100',
    },
    { title: 'Telephone number', service_type: 'recurring', revenue_category: 'Numbers', price: '1.50' },
    {
      title: 'Block of 10 numbers',
      service_type: 'recurring',
      revenue_category: 'Numbers',
      price: '9.00',
    },
    {
      title: 'Team of five',
      service_type: 'bundle',
      revenue_category: 'Telephony',
      price: '54.00',
      items: [
        { tariff: 'Extension with 1000 minutes', quantity: 5 },
        { tariff: 'Telephone number', quantity: 5 },
      ],
    },
    {
      title: 'Desk telephone, rented',
      service_type: 'recurring',
      revenue_category: 'Devices',
      price: '4.00',
    },
    {
      title: 'Porting of a number',
      service_type: 'one_time',
      revenue_category: 'Set-up and porting',
      price: '15.00',
    },
  ],
}
