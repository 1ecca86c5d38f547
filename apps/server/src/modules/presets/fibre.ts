import type { Preset } from './preset.ts'
import { sales, technician } from './roles.ts'
import { fibreTemplates } from './templates.ts'

const fibre = {
  service_type: 'internet',
  revenue_category: 'Fibre internet',
  setup_fee: '49.00',
  minimum_months: 24,
  renewal: 'monthly',
  notice_days: 30,
  early_fee: 'formula',
  early_fee_formula: 'max(50, remaining_months * price * 0.5)',
  max_stop_days: 30,
} as const

export const fibreOperator: Preset = {
  name: 'fibre',
  title: 'Fibre operator',
  description: 'Fibre to the home and to the firm, with introductory prices, telephone and a bundle.',
  taxes: [{ name: 'VAT', rate: '20' }],
  revenue_categories: [
    { name: 'Fibre internet' },
    { name: 'Telephony' },
    { name: 'Bundles' },
    { name: 'Connections' },
    { name: 'Addresses and extras' },
  ],
  labels: [
    { name: 'House connected', color: 'green' },
    { name: 'Connection planned', color: 'amber' },
    { name: 'Key account', color: 'purple' },
  ],
  roles: [sales, technician],
  templates: fibreTemplates,
  tariffs: [
    {
      ...fibre,
      title: 'Fibre 200',
      price: '29.90',
      speed_download_kbps: 200_000,
      speed_upload_kbps: 100_000,
    },
    {
      ...fibre,
      title: 'Fibre 500',
      price: '39.90',
      price_12_months: '449.00',
      speed_download_kbps: 500_000,
      speed_upload_kbps: 250_000,
      phases: [
        { name: 'Trial', length: 14, length_unit: 'days', kind: 'fixed', price: '0.00' },
        { name: 'First half-year', length: 6, kind: 'fixed', price: '24.90' },
      ],
    },
    {
      ...fibre,
      title: 'Fibre 1000',
      price: '49.90',
      price_12_months: '559.00',
      speed_download_kbps: 1_000_000,
      speed_upload_kbps: 500_000,
    },
    {
      ...fibre,
      title: 'Fibre Business 1000',
      customer_category: 'company',
      price: '149.00',
      speed_download_kbps: 1_000_000,
      speed_upload_kbps: 1_000_000,
      priority: 'high',
      cir_mode: 'percent',
      cir_percent: '50',
    },
    {
      title: 'Telephone',
      service_type: 'voice',
      revenue_category: 'Telephony',
      price: '4.90',
      included_minutes: 300,
    },
    {
      title: 'Fibre 500 with telephone',
      service_type: 'bundle',
      revenue_category: 'Bundles',
      price: '42.90',
      setup_fee: '49.00',
      minimum_months: 24,
      renewal: 'monthly',
      notice_days: 30,
      items: [{ tariff: 'Fibre 500' }, { tariff: 'Telephone' }],
    },
    {
      title: 'Public IPv4 address',
      service_type: 'recurring',
      revenue_category: 'Addresses and extras',
      price: '3.00',
    },
    {
      title: 'House connection',
      service_type: 'one_time',
      revenue_category: 'Connections',
      price: '390.00',
    },
    {
      title: 'Optical terminal, sold',
      service_type: 'one_time',
      revenue_category: 'Connections',
      price: '89.00',
    },
  ],
  coupons: [
    {
      code: 'NEIGHBOUR',
      label: 'Recommended by a neighbour',
      kind: 'fixed',
      amount: '10.00',
      duration: 'periods',
      periods: 3,
    },
  ],
}
