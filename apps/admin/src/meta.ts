import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api, type Refs } from './api.ts'
import { date, labelOf } from './format.ts'
import type { Tree } from './resource/tree.ts'

export type Kind =
  | 'text'
  | 'long_text'
  | 'rich_text'
  | 'email'
  | 'phone'
  | 'url'
  | 'emails'
  | 'phones'
  | 'urls'
  | 'integer'
  | 'bigint'
  | 'rating'
  | 'decimal'
  | 'money'
  | 'percent'
  | 'boolean'
  | 'date'
  | 'time'
  | 'datetime'
  | 'duration'
  | 'choice'
  | 'choices'
  | 'reference'
  | 'references'
  | 'user'
  | 'files'
  | 'ip'
  | 'cidr'
  | 'mac'
  | 'json'
  | 'secret'
  | 'auto_number'
  | 'formula'
  | 'geo_point'
  | 'bytes'
  | 'kbps'

export type Choice = { value: string; label: string; color?: string }

export type Field = {
  name: string
  label: string
  kind: Kind
  required?: boolean
  readonly?: boolean
  nullable?: boolean
  /** Empty asks for the value that stands above the row. */
  inherits?: boolean
  filterable?: boolean
  sortable?: boolean
  in_list?: boolean
  values?: Choice[]
  /** The noun that a reference points to. */
  to?: string
  max?: number
  min?: number
  unit?: string
  help?: string
  default?: unknown
  group?: string
  /** May be given at creation only. */
  immutable?: boolean
  /** As a filter it is asked for by its value only. */
  equal_only?: boolean
  /** It counts only while each of these fields has one of these values. */
  when?: Record<string, string[]>
  /** It is shown while its row meets these conditions. */
  visible_when?: Tree
  /** The whole text matches it. */
  pattern?: string
  /** Digits after the point. */
  scale?: number
  formula?: string
}

export type Command = {
  verb: string
  label: string
  on: 'row' | 'collection'
  path: string
  fields: Field[]
  danger?: boolean
  help?: string
}

export type Noun = {
  name: string
  plural: string
  path: string
  label: string
  label_plural: string
  module: string
  custom: boolean
  title_field: string
  default_sort?: string
  searchable?: boolean
  fields: Field[]
  custom_fields?: Field[]
  /** An administrator may add fields to it. */
  takes_custom_fields?: boolean
  /** What its list can be asked beside its fields. */
  filters?: { name: string; help?: string }[]
  /** What creation takes where it is a command of its own, such as a service's. */
  create_fields?: Field[] | null
  can: { list: boolean; get: boolean; create: boolean; update: boolean; delete: boolean }
  commands: Command[]
}

export type Meta = {
  tenant: {
    id: string
    name: string
    currency: string
    currency_digits: number
    time_zone: string
    test_clock: boolean
    now: string
  }
  actor: {
    kind: 'user' | 'api_key'
    id: string
    name: string
    partner_id: string | null
    acting_partner_id?: string | null
  }
  nouns: Noun[]
}

export type Me = {
  user: { id: string; name: string; email: string }
  tenant: { id: string; name: string }
  partner_id: string | null
  roles: (string | { name: string })[]
}

export const metaQuery = queryOptions({
  queryKey: ['meta'],
  queryFn: () => api.get<Meta>('/meta'),
  staleTime: 5 * 60_000,
})

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => api.get<Me>('/me'),
  staleTime: 5 * 60_000,
})

/** The nouns and the tenant as this person may see them. Loaded before any screen is shown. */
export function useMeta(): Meta {
  return useSuspenseQuery(metaQuery).data
}

/** The noun by its singular name, or undefined when this person may not see it. */
export function useNoun(name: string | undefined): Noun | undefined {
  return useMeta().nouns.find((noun) => noun.name === name)
}

/** `custom.color` → the custom field `color`; any other name → the noun's own field. */
export function fieldNamed(noun: Noun, name: string): Field | undefined {
  return allFields(noun).find((field) => field.name === name)
}

/** Own fields, then custom ones under the name by which queries and columns know them: `custom.<name>`. */
export function allFields(noun: Noun): Field[] {
  const custom = (noun.custom_fields ?? []).map((field) => ({ ...field, name: `custom.${field.name}` }))
  return [...noun.fields, ...custom]
}

export function valueOf(row: Record<string, unknown>, field: string): unknown {
  if (!field.startsWith('custom.')) return row[field]
  const custom = row['custom']
  return isRecord(custom) ? custom[field.slice('custom.'.length)] : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a row's name, its state and its amounts are shown by, whichever columns a list has. */
export const nameFields = (noun: Noun): string[] => [
  noun.title_field,
  'title',
  'name',
  'number',
  'description',
  'tariff_id',
  'status',
  'currency',
]

/** What a person calls the row; a service without a login is called by its tariff. */
export function titleOf(
  noun: Noun,
  row: Record<string, unknown>,
  refs = row['_refs'] as Refs | undefined, // As rows bear them.
): string {
  const named = (reference: unknown) => refs?.[String(reference)]?.title
  const field = noun.fields.find((one) => one.name === noun.title_field)
  const own = row[noun.title_field]
  if (field && own != null && field.kind === 'date') return date(String(own))
  if (field && own != null && field.kind === 'choice') return labelOf(field, own)
  if (field && own != null && field.kind === 'reference') return named(own) ?? noun.label
  const title = own ?? row['title'] ?? row['name'] ?? row['number'] ?? row['description']
  return String(title ?? named(row['tariff_id']) ?? '') || noun.label
}
