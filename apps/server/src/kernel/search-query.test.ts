import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readQuery } from './search-query.ts'

const handles = (q: string) => readQuery(q).handles

test('a telephone number is the same number in any writing', () => {
  for (const q of ['+48 500 007 000', '0048500007000', '+48-500-007-000', '(+48) 500/007/000'.slice(1)])
    expect(handles(q)).toEqual(expect.arrayContaining(['500007000']))
  expect(handles('+48 500 007 000')).toEqual(['48500007000', '500007000'])
  expect(handles('0500 007 000')).toEqual(['0500007000', '500007000'])
  expect(handles('+44 (0)20 7946 0000')).toEqual(['442079460000', '2079460000'])
  expect(handles('48500007000')).toEqual(['48500007000', '500007000'])
})

test('a number that begins with zeros is first looked for as it is', () => {
  expect(handles('000123')).toEqual(['000123'])
  expect(handles('0001234')).toEqual(['0001234', '1234'])
})

test('addresses are found whole and by their beginning', () => {
  expect(handles('10.20.30.40')).toEqual(['10.20.30.40'])
  expect(handles('10.20.')).toEqual(['10.20.'])
  expect(handles('2001:0DB8:0:0::1')).toEqual(['2001:db8::1'])
  expect(handles('500.007.000')).toEqual(['500.007.000', '500007000'])
})

test('a MAC address is found in any writing, whole or by its beginning', () => {
  for (const q of ['02:00:5E:10:00:01', '02-00-5e-10-00-01', '0200.5e10.0001'])
    expect(handles(q)[0]).toBe('02005e100001')
  expect(handles('02:00:5e')[0]).toBe('02005e')
  expect(handles('02-00-50')).toContain('020050')
})

test('several words are looked for each by its beginning, in any order', () => {
  expect(readQuery(' Anna,  Nowak ')).toEqual({
    handles: [],
    words: ['Nowak', 'Anna'],
    pieces: ['Nowak', 'Anna'],
  })
  expect(readQuery('Nowak')).toEqual({ handles: ['Nowak'], words: [], pieces: ['Nowak'] })
  expect(readQuery(' "(,;) ')).toEqual({ handles: [], words: [], pieces: [] })
})

test('whatever is typed, there is little of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (q) => {
      const asked = readQuery(q)
      for (const list of Object.values(asked)) {
        expect(list.length).toBeLessThanOrEqual(100)
        expect(list.every((word) => word !== '')).toBe(true)
      }
    }),
  )
})
