import { expect, test } from 'vitest'
import { matches } from './filter-match.ts'
import { readTree } from './filter-tree.ts'

const row = {
  name: 'Anna',
  balance: '-5.50',
  city: null,
  since: '2020-01-01',
  custom: { size: 10, colour: 'red' },
}
const holds = (tree: unknown) => matches(readTree(tree), row)

test('values meet a tree as a list would find them', () => {
  expect(holds({ field: 'balance', operator: '<', value: 0 })).toBe(true)
  expect(holds({ field: 'balance', operator: '<', value: '-10' })).toBe(false)
  expect(holds({ field: 'since', operator: '>=', value: '2019-12-31' })).toBe(true)
  expect(holds({ field: 'city', operator: '=', value: 'Gdańsk' })).toBe(false)
  expect(holds({ field: 'city', operator: '!=', value: 'Gdańsk' })).toBe(false)
  expect(holds({ combinator: 'and', not: true, rules: [{ field: 'city', operator: '=', value: 'x' }] })).toBe(
    true,
  )
  expect(holds({ field: 'city', operator: 'null' })).toBe(true)
  expect(holds({ field: 'custom.colour', operator: 'in', value: 'blue,red' })).toBe(true)
  expect(holds({ field: 'custom.size', operator: 'between', value: [9, 11] })).toBe(true)
  expect(holds({ combinator: 'or', rules: [] })).toBe(false)
  expect(holds({ combinator: 'and', rules: [] })).toBe(true)
})
