import type { Field } from './resource.ts'
import { patternOf } from './patterns.ts'

/** What a kind of field is: its column type, its JSON Schema, how an API value becomes a stored one and back. */
export type Kind = {
  column: string
  schema: (field: Field, money: Money) => object
  /** API value → stored value. Throws a Complaint. Never sees null. */
  decode: (value: unknown, field: Field, money: Money) => unknown
  /** Stored value → API value. Identity when absent. Never sees null. */
  encode?: (stored: never, field: Field, money: Money) => unknown
  /** Digits after the point, where a decimal number is stored as a whole number of its smallest units. */
  digits?: (field: Field) => number
  /** How filters compare it. `order` adds lt, lte, gt, gte. `prefix` adds starts. */
  compare: 'order' | 'equal' | 'prefix' | 'none'
}
export type Money = { currency: string }

/** One field's refusal; collected into a 422 with all of them. */
export class Complaint extends Error {
  readonly code: string
  constructor(code: string, sentence: string) {
    super(sentence)
    this.code = code
  }
}

/** The value as text, within the field's bounds and of its pattern. */
export function string(value: unknown, field: Field, longest: number): string {
  if (typeof value !== 'string') throw new Complaint('not_text', 'must be text')
  const most = field.max ?? longest
  if (value.length > most) throw new Complaint('too_long', `is longer than ${most} characters`)
  // PostgreSQL text cannot hold NUL; lone surrogates are not text at all.
  if (value.includes('\0') || !value.isWellFormed())
    throw new Complaint('not_text', 'contains characters that are not text')
  if (field.min !== undefined && value.length < field.min)
    throw new Complaint('too_short', `is shorter than ${field.min} characters`)
  if (field.pattern !== undefined && patternOf(field.pattern)?.test(value) !== true)
    throw new Complaint('not_of_its_form', `is not of the form ${field.pattern}`)
  return value
}
