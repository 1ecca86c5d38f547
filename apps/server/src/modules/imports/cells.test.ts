import { expect, test } from 'vitest'
import { cellValue } from './cells.ts'

test('cells of kinds that hold several values, places and stars', () => {
  expect(cellValue({ kind: 'choices', values: ['new', 'used'] }, 'New; used')).toEqual(['new', 'used'])
  expect(cellValue({ kind: 'emails' }, 'a@b.example, c@d.example')).toEqual(['a@b.example', 'c@d.example'])
  expect(cellValue({ kind: 'rating' }, '4')).toBe(4)
  expect(cellValue({ kind: 'geo_point' }, '54.35, 18.65')).toEqual({ lat: 54.35, lon: 18.65 })
  expect(cellValue({ kind: 'geo_point' }, 'somewhere')).toBe('somewhere')
  expect(cellValue({ kind: 'json' }, '{"a":1}')).toEqual({ a: 1 })
  expect(cellValue({ kind: 'time' }, '08:30')).toBe('08:30')
})
