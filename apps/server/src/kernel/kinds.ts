import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { isId } from './ids.ts'
import { currencyDigits, formatDecimal, parseDecimal } from './money.ts'
import { patternOf } from './patterns.ts'
import { inSentence, words, type Field, type FieldKind } from './resource.ts'

/**
 * The vocabulary: for each kind of field its column type, its JSON Schema, how an API value becomes a stored one and back.
 * Every kind marked filterable is stored in a type whose comparison operators are leakproof (see the schema test).
 */
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

export const percentDigits = 4
export const decimalDigits = 6

const text = (longest: number): Kind => ({
  column: 'text',
  schema: (field) => ({
    type: 'string',
    maxLength: field.max ?? longest,
    ...(field.min !== undefined ? { minLength: field.min } : {}),
    ...(field.pattern !== undefined ? { pattern: `^(?:${field.pattern})$` } : {}),
  }),
  decode: (value, field) => string(value, field, longest),
  compare: 'prefix',
})

const email: Kind = {
  ...text(254),
  schema: () => ({ type: 'string', format: 'email', maxLength: 254 }),
  decode(value, field) {
    const address = string(value, field, 254).trim().toLowerCase()
    if (!/^[^\s@,;<>"]+@[^\s@,;<>".]+(\.[^\s@,;<>".]+)*$/.test(address))
      throw new Complaint('not_an_email', 'is not an e-mail address')
    return address
  },
}

const phone: Kind = {
  ...text(40),
  decode(value, field) {
    const number = string(value, field, 40).trim()
    if (!/^\+?[\d\s().\-/]{3,40}$/.test(number))
      throw new Complaint('not_a_phone', 'is not a telephone number: use digits, spaces and a leading +')
    return number
  },
}

const url: Kind = {
  ...text(2000),
  schema: () => ({ type: 'string', format: 'uri', maxLength: 2000 }),
  decode(value, field) {
    const address = string(value, field, 2000)
    if (!/^https?:\/\//.test(address) || !URL.canParse(address))
      throw new Complaint('not_a_url', 'is not an http or https address')
    return address
  },
}

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
  mac: {
    column: 'text',
    schema: () => ({ type: 'string', pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' }),
    decode(value, field) {
      const digits = string(value, field, 40)
        .toLowerCase()
        .replace(/[^0-9a-f]/g, '')
      if (digits.length !== 12)
        throw new Complaint('not_a_mac', 'is not a MAC address such as 02:00:5e:10:00:01')
      return digits.match(/../g)?.join(':')
    },
    compare: 'prefix',
  },
  ip: {
    column: 'inet',
    schema: () => ({ type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }),
    decode(value, field) {
      const ip = string(value, field, 60).trim()
      if (isIP(ip) === 0 || ip.includes('%')) throw new Complaint('not_an_ip', 'is not an IP address')
      return ip
    },
    encode: (stored: string) => stored.replace(/\/\d+$/, ''),
    compare: 'order',
  },
  cidr: {
    column: 'cidr',
    schema: () => ({ type: 'string', examples: ['10.20.0.0/16', '2001:db8::/32'] }),
    decode(value, field) {
      const network = string(value, field, 60).trim()
      if (!ipaddr.isValidCIDR(network))
        throw new Complaint('not_a_network', 'is not a network such as 10.20.0.0/16')
      const [address, bits] = ipaddr.parseCIDR(network)
      const base =
        address.kind() === 'ipv4'
          ? ipaddr.IPv4.networkAddressFromCIDR(network)
          : ipaddr.IPv6.networkAddressFromCIDR(network)
      if (base.toNormalizedString() !== address.toNormalizedString()) {
        throw new Complaint('host_bits_set', `has host bits set; did you mean ${base.toString()}/${bits}?`)
      }
      return network
    },
    compare: 'order',
  },
  integer: whole('integer', -2_147_483_648, 2_147_483_647),
  bigint: {
    column: 'bigint',
    schema: () => ({ type: 'string', pattern: '^-?\\d{1,18}$' }),
    decode(value, field) {
      const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
      if (typeof text !== 'string' || !/^-?\d{1,18}$/.test(text))
        throw new Complaint(
          'not_a_whole_number',
          'must be a whole number of at most 18 digits: "900719925474"',
        )
      return within(BigInt(text), field, 0)
    },
    encode: String,
    compare: 'order',
  },
  rating: {
    ...whole('integer', 0, 5),
    schema: (field) => ({ type: 'integer', minimum: 0, maximum: field.max ?? 5 }),
  },
  bytes: { ...whole('bigint', 0, Number.MAX_SAFE_INTEGER), encode: Number },
  kbps: { ...whole('bigint', 0, 1_000_000_000_000), encode: Number },
  money: {
    column: 'bigint',
    schema: (_, money) => ({
      type: 'string',
      pattern: decimalPattern(currencyDigits(money.currency)),
      examples: ['30.00'],
    }),
    decode(value, field, money) {
      const digits = currencyDigits(money.currency)
      const units = decimal(value, digits)
      if (units === undefined)
        throw new Complaint(
          'not_money',
          `must be a decimal string with at most ${digits} digits after the point, in ${money.currency}: "30.00"`,
        )
      return within(units, field, digits)
    },
    encode: (stored: bigint, _, money) => formatDecimal(stored, currencyDigits(money.currency)),
    compare: 'order',
  },
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

function string(value: unknown, field: Field, longest: number): string {
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

function whole(column: string, least: number, most: number): Kind {
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
function fixedPoint(digits: number, scaled = false): Kind {
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

function isDate(text: string): boolean {
  try {
    Temporal.PlainDate.from(text)
    return true
  } catch {
    return false
  }
}
