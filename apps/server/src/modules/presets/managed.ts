import type { Preset } from './preset.ts'
import { sales, technician } from './roles.ts'
import { managedTemplates } from './templates.ts'

const contract = { minimum_months: 36, renewal: 'same_term', notice_days: 90 } as const

export const managedServices: Preset = {
  name: 'managed',
  title: 'Managed-service provider',
  description: 'Lines, firewalls, workplaces and care for firms, on contracts of several years.',
  taxes: [{ name: 'VAT', rate: '20' }],
  revenue_categories: [
    { name: 'Lines' },
    { name: 'Managed services' },
    { name: 'Licences' },
    { name: 'Projects' },
  ],
  labels: [
    { name: 'Gold care', color: 'amber' },
    { name: 'Silver care', color: 'slate' },
    { name: 'Public sector', color: 'blue' },
  ],
  roles: [sales, technician],
  templates: managedTemplates,
  tariffs: [
    {
      ...contract,
      title: 'Leased line 100',
      service_type: 'internet',
      revenue_category: 'Lines',
      customer_category: 'company',
      price: '390.00',
      setup_fee: '900.00',
      speed_download_kbps: 100_000,
      speed_upload_kbps: 100_000,
      priority: 'high',
      cir_mode: 'percent',
      cir_percent: '100',
      early_fee: 'remaining',
      early_fee_percent: '100',
    },
    {
      ...contract,
      title: 'Managed firewall',
      service_type: 'recurring',
      revenue_category: 'Managed services',
      customer_category: 'company',
      price: '120.00',
      setup_fee: '250.00',
      early_fee: 'remaining',
      early_fee_percent: '75',
    },
    {
      title: 'Managed workplace',
      service_type: 'recurring',
      revenue_category: 'Managed services',
      customer_category: 'company',
      price: '39.00',
      minimum_months: 12,
      renewal: 'monthly',
      notice_days: 30,
    },
    {
      title: 'Backup, per 100 GB',
      service_type: 'recurring',
      revenue_category: 'Managed services',
      price: '9.00',
    },
    {
      title: 'Office licence',
      service_type: 'recurring',
      revenue_category: 'Licences',
      price: '12.50',
      price_12_months: '132.00',
    },
    {
      ...contract,
      title: 'Branch office',
      service_type: 'bundle',
      revenue_category: 'Managed services',
      customer_category: 'company',
      price: '469.00',
      items: [{ tariff: 'Leased line 100' }, { tariff: 'Managed firewall' }],
    },
    {
      title: 'Care, gold',
      service_type: 'recurring',
      revenue_category: 'Managed services',
      price: '250.00',
      labels: ['Gold care'],
    },
    { title: 'Hour of work', service_type: 'one_time', revenue_category: 'Projects', price: '95.00' },
  ],
}
