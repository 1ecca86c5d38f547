import type { Grant } from '#kernel/permissions.ts'
import type { DocumentKind } from '#modules/documents/index.ts'

/**
 * What a kind of ISP usually begins with. Rows are as the API takes them, except that they name each other (`tax`, `revenue_category`,
 * `labels`, an item's `tariff`) and that prices are in hundredths, whatever the currency: `29.90` is 2990 of its smallest unit.
 */
export type Preset = {
  name: string
  title: string
  description: string
  taxes: readonly { name: string; rate: string }[]
  revenue_categories: readonly { name: string; code?: string }[]
  labels: readonly { name: string; color: string }[]
  roles: readonly { name: string; description: string; grants: readonly Grant[] }[]
  templates: readonly PresetTemplate[]
  tariffs: readonly PresetTariff[]
  coupons?: readonly Body[]
}

export type PresetTemplate = {
  name: string
  kind: DocumentKind
  is_default: boolean
  title?: string
  before_lines?: string
  after_lines: string
}

export type PresetTariff = Body & {
  title: string
  service_type: 'internet' | 'voice' | 'recurring' | 'one_time' | 'bundle'
  price: string
  revenue_category: string
  labels?: readonly string[]
  phases?: readonly Body[]
  items?: readonly { tariff: string; quantity?: number }[]
}
type Body = Readonly<Record<string, unknown>>
