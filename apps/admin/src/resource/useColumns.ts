import { useLocalStorage } from '@mantine/hooks'
import { useMemo } from 'react'
import { isNumeric } from '../format.ts'
import { allFields, type Field, type Noun } from '../meta.ts'

export type Remembered = { shown: string[] | null; widths: Record<string, number> }
export type ColumnState = {
  fields: Field[]
  shown: string[]
  widths: Record<string, number>
  show: (names: string[] | null) => void
  resize: (name: string, width_px: number) => void
}

const nothing: Remembered = { shown: null, widths: {} }
const unlisted = new Set(['json', 'secret', 'long_text'])

/** What is looked for first in the lists most used; the others follow in their noun's order. */
const foremost: Record<string, string[]> = {
  customer: ['name', 'number', 'status', 'balance', 'phone', 'city'],
  service: ['login', 'customer_id', 'tariff_id', 'status', 'price'],
  audit_event: ['action', 'noun', 'row_id', 'actor_name', 'at', 'reason'],
}

/** Title first, then what the noun's declaration wants in its list, in its order. */
export function defaultColumns(noun: Noun, without: string[] = []): string[] {
  const fields = noun.fields.filter((field) => field.in_list && !unlisted.has(field.kind))
  const names = fields.map((field) => field.name)
  const titled = noun.fields.some((field) => field.name === noun.title_field) ? [noun.title_field] : []
  const early = (foremost[noun.name] ?? []).filter((name) => names.includes(name))
  return [...new Set([...titled, ...early, ...names])].filter((name) => !without.includes(name))
}

/** Which columns, in which order, how wide: remembered for this person on this machine; the address wins. */
export function useColumns(noun: Noun, fromAddress?: string, without: string[] = []): ColumnState {
  const [remembered, remember] = useLocalStorage<Remembered>({
    key: `isp.columns.${noun.name}`,
    defaultValue: nothing,
    getInitialValueInEffect: false,
  })
  const fields = useMemo(() => allFields(noun).filter((field) => field.kind !== 'secret'), [noun])
  const wanted = fromAddress?.split(',') ?? remembered.shown ?? defaultColumns(noun, without)
  const known = wanted.filter(
    (name) => !without.includes(name) && fields.some((field) => field.name === name),
  )
  return {
    fields,
    shown: known.length > 0 ? known : defaultColumns(noun, without),
    widths: remembered.widths,
    show: (shown) => remember({ ...remembered, shown }),
    resize: (name, width) => remember({ ...remembered, widths: { ...remembered.widths, [name]: width } }),
  }
}

const widths: Partial<Record<Field['kind'], number>> = {
  choice: 140,
  boolean: 90,
  date: 120,
  datetime: 140,
  ip: 140,
  cidr: 150,
  mac: 160,
  email: 220,
  reference: 190,
  long_text: 260,
  auto_number: 110,
  json: 220,
  phone: 150,
}

/** A sensible width in pixels before anybody has dragged it. */
export function defaultWidth(noun: Noun, field: Field): number {
  if (field.name === noun.title_field) return field.kind === 'auto_number' ? 130 : 240
  if (isNumeric(field)) return 120
  return widths[field.kind] ?? 170
}
