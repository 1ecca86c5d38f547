import { Complaint, type Kind } from './kind.ts'
import { currencyDigits, formatDecimal, parseDecimal } from './money.ts'
import type { Field } from './resource.ts'

export const percentDigits = 4
export const decimalDigits = 6

export const bigint: Kind = {
  column: 'bigint',
  schema: () => ({ type: 'string', pattern: '^-?\\d{1,18}$' }),
  decode(value, field) {
    const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
    if (typeof text !== 'string' || !/^-?\d{1,18}$/.test(text))
      throw new Complaint('not_a_whole_number', 'must be a whole number of at most 18 digits: "900719925474"')
    return within(BigInt(text), field, 0)
  },
  encode: String,
  compare: 'order',
}

export const money: Kind = {
  column: 'bigint',
  schema: (_, money) => ({
    type: 'string',
    pattern: decimalPattern(currencyDigits(money.currency)),
    examples: [thirty(currencyDigits(money.currency))],
  }),
  decode(value, field, money) {
    const digits = currencyDigits(money.currency)
    const units = decimal(value, digits)
    if (units === undefined)
      throw new Complaint(
        'not_money',
        digits === 0
          ? `must be a string of whole ${money.currency}: "30"`
          : `must be a decimal string with at most ${digits} digits after the point, in ${money.currency}: "${thirty(digits)}"`,
      )
    return within(units, field, digits)
  },
  encode: (stored: bigint, _, money) => formatDecimal(stored, currencyDigits(money.currency)),
  compare: 'order',
}

const thirty = (digits: number) => formatDecimal(30n * 10n ** BigInt(digits), digits)

/** A whole number from `least` to `most`, where the field sets no bounds of its own. */
export function whole(column: string, least: number, most: number): Kind {
  return {
    column,
    schema: (field) => ({ type: 'integer', minimum: field.min ?? least, maximum: field.max ?? most }),
    decode(value, field) {
      if (typeof value !== 'number' || !Number.isSafeInteger(value))
        throw new Complaint('not_a_whole_number', 'must be a whole number')
      const low = field.min ?? least
      const high = field.max ?? most
      if (value < low || value > high)
        throw new Complaint('out_of_range', `must be between ${low} and ${high}`)
      return column === 'bigint' ? BigInt(value) : value
    },
    compare: 'order',
  }
}

/**
 * Stored as bigint × 10^digits, because numeric comparisons are not leakproof; printed without needless zeros, or with as many digits
 * as the field's scale.
 */
export function fixedPoint(digits: number, scaled = false): Kind {
  const scaleOf = ({ scale }: Field) => (scaled && scale !== undefined ? scale : undefined)
  return {
    column: 'bigint',
    schema: (field) => ({ type: 'string', pattern: decimalPattern(scaleOf(field) ?? digits) }),
    decode(value, field) {
      const most = scaleOf(field) ?? digits
      const units = decimal(value, most)
      if (units === undefined)
        throw new Complaint(
          'not_a_decimal',
          `must be a decimal string with at most ${most} digits after the point`,
        )
      return within(units * 10n ** BigInt(digits - most), field, digits)
    },
    encode(stored: bigint, field) {
      const scale = scaleOf(field)
      if (scale === undefined) return formatDecimal(stored, digits).replace(/\.?0+$/, '')
      return formatDecimal(stored / 10n ** BigInt(digits - scale), scale)
    },
    digits: () => digits,
    compare: 'order',
  }
}

function decimal(value: unknown, digits: number): bigint | undefined {
  return typeof value === 'string' ? parseDecimal(value, digits) : undefined
}

function within(units: bigint, field: Field, digits: number): bigint {
  const scaled = (bound: number) => BigInt(Math.round(bound * 10 ** digits))
  if (field.min !== undefined && units < scaled(field.min))
    throw new Complaint('out_of_range', `must be at least ${field.min}`)
  if (field.max !== undefined && units > scaled(field.max))
    throw new Complaint('out_of_range', `must be at most ${field.max}`)
  return units
}

const decimalPattern = (digits: number) =>
  digits === 0 ? '^-?\\d{1,15}$' : `^-?\\d{1,15}(\\.\\d{1,${digits}}0*)?$`
