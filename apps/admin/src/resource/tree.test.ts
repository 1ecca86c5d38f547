import { expect, test } from 'vitest'
import { complete, conditionsIn, matches, treeIn } from './tree.ts'

test('what says nothing yet is not sent', () => {
  const rule = { field: 'city', operator: 'eq', value: 'Gdańsk' }
  const tree = complete({
    combinator: 'or',
    rules: [rule, { field: 'name', operator: 'eq', value: '' }, { combinator: 'and', rules: [] }],
  })
  expect(tree).toEqual({ combinator: 'or', rules: [rule] })
  expect(conditionsIn(tree)).toBe(1)
})

test('an address that holds no tree is not believed', () => {
  expect(treeIn('{')).toBeUndefined()
  expect(treeIn('{"rules": 7}')).toBeUndefined()
  expect(treeIn('{"rules": [{"field": 1}]}')).toBeUndefined()
  expect(treeIn('{"combinator":"or","rules":[]}')).toEqual({ combinator: 'or', rules: [] })
})

test('a form knows what is asked for', () => {
  const companies = {
    combinator: 'and' as const,
    rules: [{ field: 'category', operator: '=', value: 'company' }],
  }
  expect(matches(companies, { category: 'company' })).toBe(true)
  expect(matches(companies, { category: 'person' })).toBe(false)
  expect(matches({ ...companies, not: true }, {})).toBe(true)
  expect(matches({ field: 'custom.size', operator: 'gte', value: 10 }, { 'custom.size': '9' })).toBe(false)
})
