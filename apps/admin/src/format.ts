import type { Field, Meta } from './meta.ts'

const locale = usableLocale(navigator.language)
// Libraries ask the browser themselves; the charts' would not load with a language Intl refuses.
if (locale !== navigator.language) Object.defineProperty(navigator, 'language', { value: locale })
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

/** Browsers pass on what the system says, `en-US@posix` for one, which Intl refuses. */
function usableLocale(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return cached(`n${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options))
}

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return cached(`d${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options))
}

/** Building an Intl format costs tens of microseconds; a list formats thousands of cells. */
function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, build: () => T): T {
  const found = formats.get(key) ?? build()
  formats.set(key, found)
  return found as T // The key's first letter says which of the two kinds it is.
}

/** `"1234.5"` → `€1,234.50`. Money stays a decimal string: Intl takes strings exactly, beyond a float's digits. */
export function money(amount: unknown, currency: string): string {
  const text = String(amount ?? '')
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text
  // TypeScript's name for "a string that is a number"; the pattern above has just checked it.
  return numberFormat({ style: 'currency', currency }).format(text as Intl.StringNumericLiteral)
}

export function compactMoney(amount: unknown, currency: string): string {
  return numberFormat({ style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 }).format(
    Number(amount),
  )
}

export function count(value: number): string {
  return numberFormat({ useGrouping: 'min2' }).format(value)
}

export function percent(value: number): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value)
}

/** Bytes in decimal units, as line speeds and data plans are sold. */
export function bytes(value: unknown): string {
  return scaled(Number(value), ['B', 'kB', 'MB', 'GB', 'TB', 'PB'])
}

export function bitsPerSecond(value: unknown): string {
  return scaled(Number(value), ['bps', 'kbps', 'Mbps', 'Gbps', 'Tbps'])
}

export function kbps(value: unknown): string {
  return bitsPerSecond(Number(value) * 1000)
}

function scaled(value: number, units: string[]): string {
  if (!Number.isFinite(value)) return ''
  let unit = 0
  while (Math.abs(value) >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit > 0 && Math.abs(value) < 100 ? 1 : 0
  return `${numberFormat({ maximumFractionDigits: digits }).format(value)} ${units[unit] ?? ''}`
}

/** Seconds as the two largest units: `3 d 4 h`, `12 min`. */
export function duration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  let left = Math.max(0, Math.round(seconds))
  const parts: string[] = []
  for (const [size, unit] of units) {
    const whole = Math.floor(left / size)
    left -= whole * size
    if (whole > 0 || (parts.length === 0 && unit === 's')) parts.push(`${whole} ${unit}`)
    if (parts.length === 2) break
  }
  return parts.join(' ')
}

/** The tenant's present: its simulated clock where it has one. */
export function tenantNow(tenant: Meta['tenant']): Date {
  return tenant.test_clock ? new Date(tenant.now) : new Date()
}

/** Today's date in the tenant's time zone, `YYYY-MM-DD`. */
export function tenantToday(tenant: Meta['tenant']): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: tenant.time_zone }).format(tenantNow(tenant))
}

/** `2026-03-01` → `1 Mar 2026`. A date has no time zone, so it is read and written as UTC. */
export function date(value: string): string {
  const at = new Date(`${value}T00:00:00Z`)
  if (Number.isNaN(at.getTime())) return value
  return dateFormat({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at)
}

/** The server's sentence, its `2026-03-01` and `21.41 EUR` written as everywhere else on the screen. */
export function readable(sentence: string): string {
  return sentence
    .replaceAll(/\b\d{4}-\d\d-\d\d\b(?![-T\d])/g, date)
    .replaceAll(/(?<![\d.,])(-?\d+\.\d+) ([A-Z]{3})\b/g, (_, amount, currency) => money(amount, currency))
}

/** `25 Oct`, for axes. */
export function shortDate(value: string): string {
  return dateFormat({ day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${value}T00:00:00Z`),
  )
}

export function month(value: string): string {
  return dateFormat({ month: 'short', timeZone: 'UTC' }).format(new Date(`${value.slice(0, 7)}-01T00:00:00Z`))
}

export function instant(value: string, time_zone: string): string {
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return value
  return dateFormat({ dateStyle: 'medium', timeStyle: 'medium', timeZone: time_zone }).format(at)
}

/** `2 hours ago`, `in 5 days`, `yesterday`; after six weeks the date itself says more. */
export function relative(value: string, now: Date, time_zone: string): string {
  const at = new Date(value)
  const seconds = (at.getTime() - now.getTime()) / 1000
  if (!Number.isFinite(seconds)) return value
  const relativeFormat = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const size = Math.abs(seconds)
  if (size < 45) return relativeFormat.format(0, 'second')
  if (size < 45 * 60) return relativeFormat.format(Math.round(seconds / 60), 'minute')
  if (size < 22 * 3600) return relativeFormat.format(Math.round(seconds / 3600), 'hour')
  if (size < 42 * 86_400) return relativeFormat.format(Math.round(seconds / 86_400), 'day')
  return dateFormat({ day: 'numeric', month: 'short', year: 'numeric', timeZone: time_zone }).format(at)
}

/** `created_at` → `Created at`, for names that meta does not label. */
export function humanise(name: string): string {
  const words = name.replace(/_id$/, '').replaceAll(/[_.]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A label inside a sentence: “API key” stays so, “Billing run” becomes “billing run”. */
export function inSentence(label: string): string {
  return label.replace(/\S+/g, (word) => (/\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase()))
}

export function labelOf(field: Field, value: unknown): string {
  return field.values?.find((choice) => choice.value === value)?.label ?? humanise(String(value))
}

const numeric = new Set(['integer', 'bigint', 'decimal', 'money', 'percent', 'duration', 'bytes', 'kbps'])

export function isNumeric(field: Field): boolean {
  return numeric.has(field.kind)
}
