import { expect, test } from 'vitest'
import { bodyOf, changesOf } from './useFormState.ts'

test('a creation sends what was filled, custom fields under custom', () => {
  expect(bodyOf({ name: 'Jane', email: '', 'custom.colour': 'red', label_ids: [], flat: false })).toEqual({
    name: 'Jane',
    flat: false,
    custom: { colour: 'red' },
  })
})

test('a change sends what differs, and null for what was cleared', () => {
  const before = { name: 'Jane', email: 'j@x.org', phone: null, 'custom.colour': 'red' }
  expect(changesOf({ ...before, email: '', phone: '', 'custom.colour': 'blue' }, before)).toEqual({
    email: null,
    custom: { colour: 'blue' },
  })
})
