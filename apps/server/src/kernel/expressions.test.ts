import { expect, test } from 'vitest'
import { BadExpression, compileExpression, evaluate } from './expressions.ts'

const scope = {
  row: { name: 'Anna', balance: '10.50', custom: { width: 2, height: 3, born: '2000-01-01' } },
  today: '2027-01-01',
}
const comesTo = (text: string) => evaluate(compileExpression(text, undefined), scope)

test('formulas reckon with a row as the API prints it', () => {
  expect(comesTo('row.custom.width * row.custom.height')).toBe(6)
  expect(comesTo('row.balance * 2')).toBe(21)
  expect(comesTo('row.name + " " + today')).toBe('Anna 2027-01-01')
  expect(comesTo('days_between(row.custom.born, today) / 365')).toBe(27)
  expect(comesTo('row.custom.width > 1 && row.name.startsWith("A")')).toBe(true)
})

test('what cannot be said comes to nothing, whatever the expression does', () => {
  expect(comesTo('row.custom.depth * 2')).toBeUndefined()
  expect(comesTo('1 / 0')).toBeUndefined()
  expect(comesTo('days_between("soon", today)')).toBeUndefined()
})

test('an expression that cannot be used is refused when it is declared', () => {
  for (const text of ['value >', 'nothing > 1', 'value + "x"', 'x'.repeat(1001), '['.repeat(60), ''])
    expect(() => compileExpression(text, 'integer'), text).toThrow(BadExpression)
  expect(compileExpression('value >= 10 && row.name != ""', 'integer').type).toBe('bool')
  expect(evaluate(compileExpression('value > 10', 'money'), { ...scope, value: '10.01' })).toBe(true)
  expect(evaluate(compileExpression('size(value) == 2', 'choices'), { ...scope, value: ['a', 'b'] })).toBe(
    true,
  )
})

test('a pattern that goes back and forth does not hold up the process', () => {
  const began = performance.now()
  evaluate(compileExpression('value.matches("^(a+)+$")', 'text'), { ...scope, value: `${'a'.repeat(60)}!` })
  expect(performance.now() - began).toBeLessThan(1000)
})
