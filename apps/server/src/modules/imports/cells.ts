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
      return text.replace(/^(\d\d)\.(\d\d)\.(\d{4})$/, '$3-$2-$1')
    case 'choice':
      return field.values?.find((value) => value.toLowerCase() === text.toLowerCase()) ?? text
    default:
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

/** The apostrophe our own exports put before what a spreadsheet would take for a formula. */
const withoutGuard = (text: string) => (/^'[=+\-@\t\r]/.test(text) ? text.slice(1) : text)

const yes = new Set(['true', 'yes', 'y', '1', 'on', 'tak', 'ano', 'áno', 'ja', 'oui', 'si', 'sí'])
const no = new Set(['false', 'no', 'n', '0', 'off', 'nie', 'ne', 'nein', 'non'])
