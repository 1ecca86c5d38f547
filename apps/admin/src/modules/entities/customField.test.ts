import { expect, test } from 'vitest'
import { blankCustomField, customFieldBody, customFieldOf, previewOf } from './customField.ts'

const field = { ...blankCustomField, label: 'Roof', name: 'roof' }

test('a new field says only what was filled', () => {
  expect(
    customFieldBody(
      { ...field, kind: 'choice', choices: 'Flat\npitched', filterable: true, min: '3' },
      false,
    ),
  ).toMatchObject({
    noun: 'customer',
    name: 'roof',
    kind: 'choice',
    values: ['flat', 'pitched'],
    filterable: true,
  })
  expect(customFieldBody({ ...field, kind: 'choice', choices: 'a', min: '3' }, false)).not.toHaveProperty(
    'min',
  )
  expect(customFieldBody({ ...field, kind: 'decimal', scale: '2' }, false)).toMatchObject({ scale: 2 })
})

test('a stored field comes back as it was, and what was emptied is taken away', () => {
  const row = {
    id: '1',
    noun: 'service',
    name: 'size',
    label: 'Size',
    kind: 'integer',
    max: 9,
    required: true,
    in_list: false,
    help: 'How large',
    visible_when: { combinator: 'and', rules: [{ field: 'status', operator: 'eq', value: 'active' }] },
  }
  const stored = customFieldOf(row)
  expect(stored).toMatchObject({ noun: 'service', kind: 'integer', max: '9', required: true, in_list: false })
  expect(customFieldBody({ ...stored, help: '', max: '' }, true)).toMatchObject({
    help: null,
    max: null,
    visible_when: row.visible_when,
  })
  expect(customFieldBody(stored, true)).not.toHaveProperty('kind')
})

test('the preview asks as the form will', () => {
  expect(previewOf({ ...field, kind: 'choices', choices: 'dark blue' })).toMatchObject({
    kind: 'choices',
    values: [{ value: 'dark_blue', label: 'Dark blue' }],
  })
})
