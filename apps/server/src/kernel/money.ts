/** Money is integer minor units (`bigint`) inside and a decimal string at the edges. Digits after the point are the currency's (ISO 4217). */

const digitsByCurrency: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
}

export const currencyDigits = (currency: string): number => digitsByCurrency[currency] ?? 2

/** `'30.00'` → `3000n`. Undefined when it is no decimal or has more digits than `digits`; 15 digits before the point at most. */
export function parseDecimal(text: string, digits: number): bigint | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const fraction = match[3] ?? ''
  if (fraction.length > digits && !/^0*$/.test(fraction.slice(digits))) return undefined
  const units = BigInt((match[2] ?? '0') + fraction.slice(0, digits).padEnd(digits, '0'))
  return match[1] ? -units : units
}

/** `3000n` → `'30.00'`. */
export function formatDecimal(units: bigint, digits: number): string {
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  const sign = units < 0n ? '-' : ''
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** `units × numerator ÷ denominator`, half away from zero: how every price, tax and proration here rounds. */
export function scale(units: bigint, numerator: bigint, denominator: bigint): bigint {
  const product = units * numerator
  const negative = product < 0n !== denominator < 0n
  const above = product < 0n ? -product : product
  const below = denominator < 0n ? -denominator : denominator
  const rounded = (2n * above + below) / (2n * below)
  return negative ? -rounded : rounded
}

/** For people: `€ 1,234.50`. Never parsed again. */
export function printMoney(units: bigint, currency: string, locale = 'en'): string {
  const digits = currencyDigits(currency)
  return new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: digits }).format(
    // ICU formats decimal strings exactly; the lib type knows numbers only.
    formatDecimal(units, digits) as unknown as number,
  )
}
