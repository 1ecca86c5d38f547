import { Complaint, type Money } from '#kernel/kind.ts'
import { JsonValue, kinds } from '#kernel/kinds.ts'
import type { Field, FieldKind } from '#kernel/resource.ts'

/** So many different values of a field are read in another kind, and so many that do not fit are shown. */
export const mostValues = 200_000
export const shownMisfits = 20

/** Kinds that no other becomes and that become no other: their values are ids of rows, or cannot be read. */
const fixed = new Set<FieldKind>([
  'reference',
  'references',
  'user',
  'files',
  'secret',
  'formula',
  'auto_number',
])

export const canBecome = (from: FieldKind, to: FieldKind): boolean =>
  from !== to && !fixed.has(from) && !fixed.has(to)

/** A value as the API prints it, as a stored value of another kind; undefined where it does not fit. */
export function converted(printed: unknown, to: Field, money: Money): unknown {
  for (const candidate of candidates(printed, to.kind)) {
    try {
      return kinds[to.kind].decode(candidate, to, money)
    } catch (error) {
      if (!(error instanceof Complaint)) throw error
    }
  }
  return undefined
}

const lists = new Set<FieldKind>(['emails', 'phones', 'urls', 'choices'])
const whole = new Set<FieldKind>(['integer', 'rating', 'bytes', 'kbps'])

/** What the value may mean in the other kind, the likeliest first. */
function candidates(value: unknown, to: FieldKind): unknown[] {
  if (lists.has(to)) return Array.isArray(value) ? [value] : [[value], [plainText(value)]]
  const one: unknown = Array.isArray(value) ? (value.length === 1 ? value[0] : value.join(', ')) : value
  const text = plainText(one)
  if (to === 'json') return [value]
  if (to === 'boolean') return [one, yesOrNo[text.toLowerCase()]]
  if (whole.has(to)) return /^\s*-?\d{1,15}([.,]0+)?\s*$/.test(text) ? [Number.parseInt(text, 10)] : [one]
  if (to === 'decimal' || to === 'money' || to === 'percent' || to === 'bigint')
    return [
      text
        .trim()
        .replace(',', '.')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, ''),
    ]
  if (to === 'date') return [text, text.slice(0, 10)]
  if (to === 'datetime') return [text, `${text}T00:00:00Z`]
  if (to === 'choice') return [text, text.trim(), text.trim().toLowerCase().replaceAll(/\s+/g, '_')]
  if (to === 'geo_point') return [one]
  return [text, text.trim()]
}

const yesOrNo: Record<string, boolean> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
}

const plainText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

/** Stored values as PostgreSQL reads them back from an array of texts. */
export function asText(stored: unknown): string {
  if (stored instanceof JsonValue) return JSON.stringify(stored.value)
  return String(stored)
}
