import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kinds } from '#kernel/kinds.ts'
import type { FieldKind } from '#kernel/resource.ts'
import { canBecome, converted } from './convert.ts'

const money = { currency: 'EUR' }
const becomes = (value: unknown, kind: FieldKind, more: object = {}) =>
  converted(value, { kind, ...more }, money)

test('values are read in their new kind as a person would', () => {
  expect(becomes('42', 'integer')).toBe(42)
  expect(becomes('42.00', 'integer')).toBe(42)
  expect(becomes('42.5', 'integer')).toBeUndefined()
  expect(becomes(42, 'text')).toBe('42')
  expect(becomes('1,5', 'decimal')).toBe(1_500_000n)
  expect(becomes('12.50', 'money')).toBe(1250n)
  expect(becomes('yes', 'boolean')).toBe(true)
  expect(becomes(true, 'text')).toBe('true')
  expect(becomes('2027-01-01T10:00:00.000Z', 'date')).toBe('2027-01-01')
  expect(becomes('Dark blue', 'choice', { values: ['dark_blue'] })).toBe('dark_blue')
  expect(becomes('Green', 'choice', { values: ['dark_blue'] })).toBeUndefined()
  expect(becomes('a@b.example', 'emails')).toMatchObject({ value: ['a@b.example'] })
  expect(becomes(['a', 'b'], 'text')).toBe('a, b')
  expect(becomes('10.0.0.1', 'ip')).toBe('10.0.0.1')
  expect(becomes('far', 'ip')).toBeUndefined()
})

test('a list of nothing is no place', () => {
  expect(becomes([null], 'geo_point')).toBeUndefined()
})

test('ids and secrets stay what they are', () => {
  for (const kind of ['reference', 'references', 'secret'] as const) {
    expect(canBecome('text', kind)).toBe(false)
    expect(canBecome(kind, 'text')).toBe(false)
  }
  expect(canBecome('text', 'text')).toBe(false)
  expect(canBecome('text', 'integer')).toBe(true)
})

test('whatever the value, it fits or it does not', () => {
  const kindsThere = Object.keys(kinds).filter(
    (kind) => canBecome('json', kind as FieldKind) || kind === 'json',
  )
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...(kindsThere as FieldKind[])), (value, kind) => {
      if (value !== null) becomes(value, kind, { values: ['a'] })
    }),
    { numRuns: 3000 },
  )
})
