import { expect, test } from 'vitest'
import type { Noun } from '../meta.ts'
import { filtersOf, keyOf, listQuery, operatorsFor, replaceFilter } from './filters.ts'

const customer: Noun = {
  name: 'customer',
  plural: 'customers',
  path: '/api/v1/customers',
  label: 'Customer',
  label_plural: 'Customers',
  module: 'customers',
  custom: false,
  title_field: 'name',
  commands: [],
  can: { list: true, get: true, create: true, update: true, delete: true },
  fields: [
    { name: 'name', label: 'Name', kind: 'text', required: true },
    { name: 'status', label: 'Status', kind: 'choice', values: [{ value: 'active', label: 'Active' }] },
    { name: 'balance', label: 'Balance', kind: 'money' },
    { name: 'email', label: 'E-mail', kind: 'email', nullable: true },
  ],
  custom_fields: [{ name: 'colour', label: 'Colour', kind: 'text' }],
}

test('the address is read as the list query it is', () => {
  const query = {
    status: 'active',
    'balance[lt]': '0',
    'email[null]': 'true',
    'custom.colour': 'red',
    q: 'jo',
    tab: 'x',
    'name[drop]': '1',
    secret: '1',
  }
  expect(filtersOf(customer, query)).toEqual([
    { field: 'status', operator: 'in', value: 'active' },
    { field: 'balance', operator: 'lt', value: '0' },
    { field: 'email', operator: 'null', value: 'true' },
    { field: 'custom.colour', operator: 'eq', value: 'red' },
  ])
  expect(listQuery(customer, query)).toEqual({
    status: 'active',
    'balance[lt]': '0',
    'email[null]': 'true',
    'custom.colour': 'red',
    q: 'jo',
  })
})

test('a choice of one is bare, of several is [in]; replacing it leaves no trace of the other spelling', () => {
  const one = { field: 'status', operator: 'in', value: 'active' } as const
  const two = { ...one, value: 'active,blocked' }
  expect(keyOf(one)).toBe('status')
  expect(keyOf(two)).toBe('status[in]')
  expect(replaceFilter(one, two)).toEqual({ status: undefined, 'status[in]': 'active,blocked' })
  expect(replaceFilter(two, one)).toEqual({ 'status[in]': undefined, status: 'active' })
  expect(replaceFilter(two, undefined)).toEqual({ 'status[in]': undefined })
})

test('a field that always has a value is not asked whether it is empty', () => {
  expect(operatorsFor({ name: 'name', label: '', kind: 'text', required: true })).toEqual([
    'eq',
    'ne',
    'starts',
  ])
  expect(operatorsFor({ name: 'email', label: '', kind: 'email', nullable: true })).toContain('null')
})
