import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Complaint } from './kind.ts'
import { JsonValue, kinds } from './kinds.ts'
import { newId } from './ids.ts'
import type { Field, FieldKind } from './resource.ts'

/** What is stored comes back as the API printed it, and what the API printed is taken again as the same. */
const money = { currency: 'EUR' }
const id = fc.constant(null).map(() => newId())
const digits = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n })
const word = fc.stringMatching(/^[a-z]{1,12}$/)
const decimals = (most: number) =>
  fc
    .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.stringMatching(new RegExp(`^\\d{1,${most}}$`)))
    .map(([whole, fraction]) => `${whole}.${fraction}`)
const email = fc.tuple(word, word).map(([a, b]) => `${a}@${b}.example`)
const phone = fc.stringMatching(/^\+\d{5,12}$/)
const url = word.map((name) => `https://${name}.example/`)
const v4 = fc.ipV4()

const given: Record<Exclude<FieldKind, 'auto_number' | 'formula' | 'secret'>, fc.Arbitrary<unknown>> = {
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0')),
  long_text: word,
  rich_text: word.map((text) => `# ${text}\n\n*${text}*`),
  email,
  phone,
  url,
  emails: fc.array(email, { maxLength: 5 }),
  phones: fc.array(phone, { maxLength: 5 }),
  urls: fc.array(url, { maxLength: 5 }),
  choice: fc.constantFrom('new', 'used'),
  choices: fc.subarray(['new', 'used']),
  mac: fc.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
  ip: v4,
  cidr: v4.map((address) => `${address.split('.')[0]}.0.0.0/8`),
  integer: fc.integer(),
  bigint: digits.map(String),
  rating: fc.integer({ min: 0, max: 5 }),
  bytes: fc.nat(),
  kbps: fc.nat(),
  money: decimals(2),
  decimal: decimals(6),
  percent: decimals(4),
  boolean: fc.boolean(),
  date: fc
    .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10)),
  time: fc
    .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
    .map((parts) => parts.map((n) => String(n).padStart(2, '0')).join(':')),
  datetime: fc
    .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString()),
  duration: fc.nat(1e9).map((seconds) => `PT${seconds}S`),
  reference: id,
  references: fc.array(id, { maxLength: 5 }),
  user: id,
  files: fc.array(id, { maxLength: 5 }),
  geo_point: fc.record({
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
  json: fc.jsonValue(),
}

function through(kind: FieldKind, field: Field, value: unknown): unknown {
  const stored = kinds[kind].decode(value, field, money)
  if (stored instanceof JsonValue) return stored.value
  const { encode } = kinds[kind]
  return encode ? encode(stored as never, field, money) : stored
}

for (const [kind, values] of Object.entries(given) as [FieldKind, fc.Arbitrary<unknown>][])
  test(`${kind} comes back as it was printed`, () => {
    const field: Field = { kind, values: ['new', 'used'] }
    fc.assert(
      fc.property(values, (value) => {
        const printed = through(kind, field, value)
        expect(through(kind, field, printed)).toEqual(printed)
      }),
      { numRuns: 200 },
    )
  })

test('any value is taken or complained of, never a crash', () => {
  fc.assert(
    fc.property(fc.constantFrom(...(Object.keys(kinds) as FieldKind[])), fc.anything(), (kind, value) => {
      if (value === null || value === undefined) return
      try {
        kinds[kind].decode(value, { kind, values: ['a'] }, money)
      } catch (error) {
        expect(kind === 'json' || error instanceof Complaint, `${kind}: ${String(error)}`).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a decimal keeps the digits of its scale, a form is kept to, and no form holds up the process', () => {
  expect(through('decimal', { kind: 'decimal', scale: 2 }, '12.5')).toBe('12.50')
  expect(through('decimal', { kind: 'decimal', scale: 0 }, '12')).toBe('12')
  expect(() => through('decimal', { kind: 'decimal', scale: 2 }, '1.234')).toThrow(Complaint)
  expect(through('duration', { kind: 'duration' }, 'PT90M')).toBe('PT1H30M')
  expect(through('time', { kind: 'time' }, '08:30')).toBe('08:30')
  const code: Field = { kind: 'text', pattern: 'C-\\d{4}' }
  expect(through('text', code, 'C-0042')).toBe('C-0042')
  expect(() => through('text', code, 'xC-0042')).toThrow('is not of the form')
  const began = performance.now()
  expect(() => through('text', { kind: 'text', pattern: '(a+)+' }, `${'a'.repeat(60)}!`)).toThrow(Complaint)
  expect(performance.now() - began).toBeLessThan(1000)
})

test('money is refused with an example in its own currency', () => {
  const refusal = (currency: string) => () => kinds.money.decode('1.2345', { kind: 'money' }, { currency })
  expect(refusal('JPY')).toThrow('must be a string of whole JPY: "30"')
  expect(refusal('EUR')).toThrow('at most 2 digits after the point, in EUR: "30.00"')
  expect(refusal('KWD')).toThrow('at most 3 digits after the point, in KWD: "30.000"')
})
