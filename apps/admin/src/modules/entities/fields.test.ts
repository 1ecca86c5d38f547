import { expect, test } from 'vitest'
import { blankField, fieldBody, nameFrom } from './fields.ts'

test('a label becomes a name that SQL and the API can bear', () => {
  expect(nameFrom('Serial number (new)')).toBe('serial_number_new')
  expect(nameFrom('Řidičský průkaz')).toBe('ridicsky_prukaz')
  expect(nameFrom('2nd phone')).toBe('f_2nd_phone')
  expect(nameFrom('  ')).toBe('')
})

test('only what the kind needs is sent', () => {
  expect(
    fieldBody({
      ...blankField,
      label: 'Colour',
      name: 'colour',
      kind: 'choice',
      choices: 'Red\n\n Dark blue \n',
    }),
  ).toEqual({
    name: 'colour',
    label: 'Colour',
    kind: 'choice',
    values: ['red', 'dark_blue'],
  })
  expect(
    fieldBody({ ...blankField, label: 'Owner', name: 'owner_id', kind: 'reference', required: true }),
  ).toEqual({
    name: 'owner_id',
    label: 'Owner',
    kind: 'reference',
    required: true,
    to: 'customer',
  })
})
