import { isId } from './ids.ts'
import { Complaint, string, type Kind } from './kind.ts'
import { bigint, decimalDigits, fixedPoint, money, percentDigits, whole } from './kinds-of-number.ts'
import { cidr, email, ip, mac, phone, text, url } from './kinds-of-text.ts'
import { inSentence, words, type FieldKind } from './resource.ts'

const choice: Kind = {
  column: 'text',
  schema: (field) => ({ type: 'string', enum: field.values ?? [] }),
  decode(value, field) {
    const values = field.values ?? []
    if (typeof value !== 'string' || !values.includes(value))
      throw new Complaint('not_a_choice', `must be one of ${values.join(', ')}`)
    return value
  },
  compare: 'equal',
}

/**
 * The vocabulary: every kind of field. One that is marked filterable is stored in a type whose comparison operators are leakproof (see
 * the schema test).
 */
export const kinds: Record<FieldKind, Kind> = {
  text: text(200),
  long_text: { ...text(20_000), compare: 'none' },
  // Markdown as it was written; whoever shows it makes it safe.
  rich_text: { ...text(50_000), compare: 'none' },
  email,
  phone,
  url,
  emails: listOf(email, 20, 'e-mail addresses'),
  phones: listOf(phone, 20, 'telephone numbers'),
  urls: listOf(url, 20, 'addresses'),
  choice,
  choices: listOf(choice, 100, 'choices'),
  mac,
  ip,
  cidr,
  integer: whole('integer', -2_147_483_648, 2_147_483_647),
  bigint,
  rating: {
    ...whole('integer', 0, 5),
    schema: (field) => ({ type: 'integer', minimum: 0, maximum: field.max ?? 5 }),
  },
  bytes: { ...whole('bigint', 0, Number.MAX_SAFE_INTEGER), encode: Number },
  kbps: { ...whole('bigint', 0, 1_000_000_000_000), encode: Number },
  money,
  decimal: fixedPoint(decimalDigits, true),
  percent: fixedPoint(percentDigits),
  boolean: {
    column: 'boolean',
    schema: () => ({ type: 'boolean' }),
    decode(value) {
      if (typeof value !== 'boolean') throw new Complaint('not_a_boolean', 'must be true or false')
      return value
    },
    compare: 'equal',
  },
  date: {
    column: 'date',
    schema: () => ({ type: 'string', format: 'date' }),
    decode(value, field) {
      const date = string(value, field, 10)
      if (!/^\d{4}-\d\d-\d\d$/.test(date) || !isDate(date))
        throw new Complaint('not_a_date', 'is not a date in the form YYYY-MM-DD')
      return date
    },
    compare: 'order',
  },
  time: {
    column: 'time',
    schema: () => ({ type: 'string', pattern: '^\\d\\d:\\d\\d(:\\d\\d)?$', examples: ['08:30'] }),
    decode(value, field) {
      const [, hours, minutes, seconds = '00'] =
        /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(string(value, field, 8)) ?? []
      if (hours === undefined) throw new Complaint('not_a_time', 'is not a time of day such as 08:30')
      return `${hours}:${minutes}:${seconds}`
    },
    encode: (stored: string) => (stored.endsWith(':00') ? stored.slice(0, 5) : stored),
    compare: 'order',
  },
  duration: {
    column: 'bigint',
    schema: () => ({ type: 'string', format: 'duration', examples: ['PT1H30M'] }),
    decode(value, field) {
      try {
        const seconds = Temporal.Duration.from(string(value, field, 40)).total({ unit: 'seconds' })
        if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > 1e11) throw new RangeError()
        return BigInt(seconds)
      } catch {
        throw new Complaint('not_a_duration', 'is not a duration such as PT1H30M (an hour and a half) or P2D')
      }
    },
    encode: (stored: bigint) =>
      Temporal.Duration.from({ seconds: Number(stored) })
        .round({ largestUnit: 'hours' })
        .toString(),
    compare: 'order',
  },
  datetime: {
    column: 'timestamptz(3)',
    schema: () => ({ type: 'string', format: 'date-time' }),
    decode(value, field) {
      const at = string(value, field, 40)
      try {
        return Temporal.Instant.from(at)
          .round({ smallestUnit: 'millisecond', roundingMode: 'trunc' })
          .toString({ smallestUnit: 'millisecond' })
      } catch {
        throw new Complaint(
          'not_an_instant',
          'is not a date and time with its zone, such as 2026-11-23T09:30:00Z',
        )
      }
    },
    compare: 'order',
  },
  reference: {
    column: 'uuid',
    schema: (field) => ({
      type: 'string',
      format: 'uuid',
      ...(field.to ? { 'x-references': field.to } : {}),
    }),
    decode(value, field) {
      if (!isId(value))
        throw new Complaint(
          'not_an_id',
          field.to ? `must be the id of a ${inSentence(words(field.to))}` : 'must be an id',
        )
      return value
    },
    compare: 'equal',
  },
  user: {
    column: 'uuid',
    schema: () => ({ type: 'string', format: 'uuid', 'x-references': 'user' }),
    decode(value) {
      if (!isId(value)) throw new Complaint('not_an_id', 'must be the id of a user')
      return value
    },
    compare: 'equal',
  },
  files: {
    column: 'jsonb',
    schema: () => ({
      type: 'array',
      maxItems: 20,
      items: { type: 'string', format: 'uuid', 'x-references': 'file' },
    }),
    decode(value) {
      if (!Array.isArray(value) || value.length > 20 || !value.every(isId))
        throw new Complaint('not_ids', 'must be a list of the ids of at most 20 files')
      return new JsonValue([...new Set(value)])
    },
    compare: 'none',
  },
  geo_point: {
    column: 'jsonb',
    schema: () => ({
      type: 'object',
      properties: {
        lat: { type: 'number', minimum: -90, maximum: 90 },
        lon: { type: 'number', minimum: -180, maximum: 180 },
      },
      required: ['lat', 'lon'],
      additionalProperties: false,
    }),
    decode(value) {
      const { lat, lon, ...more } = Object(value) as Record<string, unknown>
      const good = (degrees: unknown, most: number): degrees is number =>
        typeof degrees === 'number' && Math.abs(degrees) <= most
      if (!good(lat, 90) || !good(lon, 180) || Object.keys(more).length > 0)
        throw new Complaint('not_a_point', 'is not a place such as {"lat": 54.35, "lon": 18.65}')
      return new JsonValue({ lat: degreesOf(lat), lon: degreesOf(lon) })
    },
    compare: 'none',
  },
  references: {
    column: 'uuid[]',
    schema: (field) => ({
      type: 'array',
      maxItems: 100,
      items: { type: 'string', format: 'uuid', 'x-references': field.to },
    }),
    decode(value) {
      if (!Array.isArray(value) || value.length > 100 || !value.every(isId))
        throw new Complaint('not_ids', 'must be a list of at most 100 ids')
      return [...new Set(value)]
    },
    compare: 'none',
  },
  json: {
    column: 'jsonb',
    schema: () => ({}),
    decode(value) {
      const printed = JSON.stringify(value)
      if (printed.length > 100_000)
        throw new Complaint('too_long', 'is larger than 100,000 characters of JSON')
      return new JsonValue(value)
    },
    compare: 'none',
  },
  secret: {
    column: 'bytea',
    schema: (field) => ({ type: 'string', writeOnly: true, maxLength: field.max ?? 200 }),
    decode: (value, field) => string(value, field, 200),
    encode: () => 'set',
    compare: 'none',
  },
  // Given by the system from a series of its own; `pattern` says how it is printed.
  auto_number: { ...text(60), decode: (value, field) => string(value, { kind: field.kind }, 60) },
  // Never stored: an expression over the row, asked whenever the row is shown.
  formula: {
    column: 'jsonb',
    schema: () => ({ readOnly: true }),
    decode() {
      throw new Complaint('read_only', 'is a formula and cannot be written')
    },
    compare: 'none',
  },
}

/** Marks a stored JSON document, which `pg` would otherwise print as an array or record literal. */
export class JsonValue {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
  toPostgres(): string {
    return JSON.stringify(this.value)
  }
}

/** Several values of a kind, each once, in the order given. */
function listOf(kind: Kind, most: number, what: string): Kind {
  return {
    column: 'jsonb',
    schema: (field, money) => ({ type: 'array', maxItems: most, items: kind.schema(field, money) }),
    decode(value, field, money) {
      if (!Array.isArray(value) || value.length > most)
        throw new Complaint('not_a_list', `must be a list of at most ${most} ${what}`)
      return new JsonValue([...new Set(value.map((one: unknown) => kind.decode(one, field, money)))])
    },
    compare: 'none',
  }
}

/** 7 digits are a centimetre; zero has no sign. */
const degreesOf = (degrees: number) => Number(degrees.toFixed(7)) + 0

function isDate(text: string): boolean {
  try {
    Temporal.PlainDate.from(text)
    return true
  } catch {
    return false
  }
}
