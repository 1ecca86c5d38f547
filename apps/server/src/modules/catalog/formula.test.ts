import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormulaMistake, readFormula, whole } from './formula.ts'

const value = (text: string, names: Record<string, bigint> = {}) => {
  const values = Object.fromEntries(Object.entries(names).map(([name, n]) => [name, whole(n)]))
  const { over, under } = readFormula(text, Object.keys(names))(values)
  return Number(over) / Number(under)
}

test('points before lines, brackets first, from left to right', () => {
  expect(value('2 + 3 * 4')).toBe(14)
  expect(value('(2 + 3) * 4')).toBe(20)
  expect(value('10 - 4 - 3')).toBe(3)
  expect(value('12 / 4 / 3')).toBe(1)
  expect(value('-2 * -3')).toBe(6)
  expect(value('min(3, 2) + max(3, 2.5)')).toBe(5)
  expect(value('months * price', { months: 7n, price: 30n })).toBe(210)
  expect(value('1 / 0')).toBe(0)
})

test('a third three times is a whole', () => {
  expect(readFormula('1 / 3 * 3', [])({})).toMatchObject({ over: 3n, under: 3n })
})

test.each([
  ['price +', 'Something is missing at the end.'],
  ['(price', ') is missing at the end.'],
  ['price price', '“price” is too much.'],
  ['cost * 2', '“cost” is unknown; a formula knows price.'],
  ['price ** 2', '“*” stands where a number should.'],
  ['2price', '“2price” is not understood.'],
  ['price; drop', '“; drop” is not understood.'],
  ['', 'Something is missing at the end.'],
  [`${'('.repeat(40)}1${')'.repeat(40)}`, 'The brackets are nested too deep.'],
  [`${'-'.repeat(40)}1`, undefined],
])('%s is refused in a sentence', (text, sentence) => {
  if (sentence === undefined) return expect(value(text)).toBe(1)
  expect(() => readFormula(text, ['price'])).toThrow(new FormulaMistake(sentence))
})

test('whatever is typed, it is a formula or a mistake', () => {
  const piece = fc.constantFrom(
    '1',
    '2.5',
    'price',
    '+',
    '-',
    '*',
    '/',
    '(',
    ')',
    ',',
    'min',
    'max',
    ' ',
    '#',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      try {
        const { under } = readFormula(pieces.join(''), ['price'])({ price: whole(3n) })
        expect(under).toBeGreaterThan(0n)
      } catch (error) {
        expect(error).toBeInstanceOf(FormulaMistake)
      }
    }),
    { numRuns: 2000 },
  )
})
