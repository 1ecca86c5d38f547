import { expect, test } from 'vitest'
import type { Field } from '../meta.ts'
import { counts, countingValues } from './counting.ts'

const choice = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  label: name,
  kind: 'choice',
  ...more,
})
const fields = [
  choice('type'),
  choice('mode', { when: { type: ['internet'] }, default: 'none' }),
  choice('percent', { when: { mode: ['percent'] } }),
]

test('a field counts while what it depends on says so, and counts itself', () => {
  const shown = (values: object) =>
    fields.filter((field) => counts(field, fields, values as Record<string, unknown>)).map(({ name }) => name)
  expect(shown({ type: 'internet', mode: 'percent' })).toEqual(['type', 'mode', 'percent'])
  expect(shown({ type: 'internet', mode: 'none' })).toEqual(['type', 'mode'])
  expect(shown({ type: 'voice', mode: 'percent' })).toEqual(['type'])
})

test('what does not count is sent as if nobody had touched it', () => {
  expect(countingValues(fields, { type: 'voice', mode: 'percent', percent: '50' })).toEqual({
    type: 'voice',
    mode: 'none',
    percent: '',
  })
})
