import type { Field } from '#kernel/resource.ts'

/**
 * A cell as the value the API would take: what people and spreadsheets write is read, what is unclear is left as it is for the field's
 * kind to refuse. `null` is an empty cell.
 */
export function cellValue(field: Field, raw: string): unknown {
  const text = withoutGuard(raw).trim()
  if (text === '') return null
  switch (field.kind) {
    case 'integer':
    case 'rating':
    case 'bytes':
    case 'kbps':
      return /^[+-]?\d{1,16}$/.test(text) ? Number(text) : text
    case 'boolean':
      return yes.has(text.toLowerCase()) ? true : no.has(text.toLowerCase()) ? false : text
    case 'money':
    case 'decimal':
    case 'percent':
      return plainDecimal(text)
    case 'date':
      return plainDate(text)
    case 'choice':
      return choice(field.values ?? [], text.toLowerCase()) ?? text
    case 'choices':
      return several(text).map((one) => choice(field.values ?? [], one.toLowerCase()) ?? one)
    case 'emails':
    case 'phones':
    case 'urls':
    case 'references':
    case 'files':
      return several(text)
    case 'geo_point':
      return place(text) ?? text
    case 'json':
      return parsed(text)
    default:
      return text
  }
}

const several = (text: string): string[] =>
  text
    .split(/[;|\n]|,(?!\d)/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** `54.35, 18.65` */
function place(text: string): { lat: number; lon: number } | undefined {
  const [, lat, lon] = /^(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)$/.exec(text) ?? []
  return lat === undefined ? undefined : { lat: Number(lat), lon: Number(lon) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `1 234,50` and `1234.5` are clear; `1,234.50` too; `1,234` is not, and stays for the kind to refuse. */
function plainDecimal(text: string): string {
  const number = text.replace(/[\s\u00a0\u202f]/g, '')
  if (/^-?\d{1,3}(,\d{3})+\.\d+$/.test(number)) return number.replaceAll(',', '')
  if (/^-?\d{1,3}(\.\d{3})+,\d+$/.test(number)) return number.replaceAll('.', '').replace(',', '.')
  if (/^-?\d+,\d{1,2}$/.test(number)) return number.replace(',', '.')
  return number
}

/** `2019-04-30`, with or without a time behind it, and `30.04.2019`. MySQL writes no date as zeros. */
function plainDate(text: string): string | null {
  const day = /^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d/.exec(text)?.[1] ?? text
  if (day === '0000-00-00') return null
  return day.replace(/^(\d\d)\.(\d\d)\.(\d{4})$/, '$3-$2-$1')
}

/** The value itself in any case, or what another system calls it. */
function choice(values: readonly string[], text: string): string | undefined {
  const meant = values.find((value) => value.toLowerCase() === text) ?? otherWords[text]
  return meant !== undefined && values.includes(meant) ? meant : undefined
}

const otherWords: Record<string, string> = {
  private: 'person',
  personal: 'person',
  residential: 'person',
  individual: 'person',
  business: 'company',
  commercial: 'company',
  organization: 'company',
  inactive: 'disabled',
  suspended: 'blocked',
  banned: 'blocked',
  lead: 'new',
  prepaid_monthly: 'prepaid',
}

/** The apostrophe our own exports put before what a spreadsheet would take for a formula. */
const withoutGuard = (text: string) => (/^'[=+\-@\t\r]/.test(text) ? text.slice(1) : text)

const yes = new Set(['true', 'yes', 'y', '1', 'on', 'tak', 'ano', 'áno', 'ja', 'oui', 'si', 'sí'])
const no = new Set(['false', 'no', 'n', '0', 'off', 'nie', 'ne', 'nein', 'non'])
