import {
  IconBuildingStore,
  IconChecklist,
  IconHammer,
  IconHome,
  IconNetwork,
  IconReceipt2,
  IconSettings,
  IconUsers,
  IconWifi,
} from '@tabler/icons-react'
import type { Noun } from '../meta.ts'

export type Group = { key: string; icon: typeof IconHome; nouns: string[] }
export type Entry =
  | { key: string; icon: typeof IconHome; noun: Noun }
  | { key: string; icon: typeof IconHome; nouns: Noun[] }

/** The order of work. An entry is shown when this person may list its noun; every custom entity joins Build. */
export const groups: Group[] = [
  { key: 'customers', icon: IconUsers, nouns: ['customer'] },
  { key: 'services', icon: IconWifi, nouns: ['service'] },
  {
    key: 'finance',
    icon: IconReceipt2,
    nouns: ['invoice', 'credit_note', 'payment', 'refund', 'billing_run', 'transaction', 'journal_entry'],
  },
  {
    key: 'network',
    icon: IconNetwork,
    nouns: [
      'session',
      'router',
      'access_device',
      'ip_network',
      'ip_address',
      'ipv6_prefix',
      'coa_request',
      'auth_attempt',
    ],
  },
  {
    key: 'catalogue',
    icon: IconBuildingStore,
    nouns: ['tariff', 'coupon', 'location', 'tax', 'revenue_category'],
  },
  {
    key: 'records',
    icon: IconChecklist,
    nouns: [
      'todo',
      'scheduled_change',
      'contact',
      'address',
      'consent',
      'note',
      'file',
      'binned_file',
      'personal_data_export',
      'erasure',
      'contract',
    ],
  },
  { key: 'build', icon: IconHammer, nouns: ['entity', 'custom_field'] },
  {
    key: 'settings',
    icon: IconSettings,
    nouns: [
      'tenant',
      'number_series',
      'user',
      'role',
      'api_key',
      'sign_in_session',
      'partner',
      'billing_default',
      'billing_policy',
      'document_template',
      'label',
      'import',
      'saved_view',
      'bulk_job',
      'job',
      'audit_event',
      'event',
    ],
  },
]

export function entriesFor(nouns: Noun[]): Entry[] {
  const listed = new Map(nouns.filter((noun) => noun.can.list).map((noun) => [noun.name, noun]))
  const custom = [...listed.values()].filter((noun) => noun.custom)
  return groups.flatMap(({ key, icon, nouns: names }): Entry[] => {
    const found = names.flatMap((name) => listed.get(name) ?? [])
    if (key === 'build') found.push(...custom)
    const [only] = found
    if (!only) return []
    return names.length === 1 ? [{ key, icon, noun: only }] : [{ key, icon, nouns: found }]
  })
}
