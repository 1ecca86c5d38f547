import { expect, test } from 'vitest'
import { liesIn } from './locations.ts'

const bay = { country: 'PL', cities: 'Gdynia, Sopot', postal_codes: '81-,80-2' }

test.each([
  [{ country: 'PL', city: 'gdynia', postal_code: null }, true],
  [{ country: 'PL', city: 'Gdańsk', postal_code: '80-210' }, true],
  [{ country: 'PL', city: 'Gdańsk', postal_code: '80210' }, true],
  [{ country: 'PL', city: 'Gdańsk', postal_code: '80-800' }, false],
  [{ country: 'DE', city: 'Gdynia', postal_code: '81-001' }, false],
  [{ country: null, city: 'Gdynia', postal_code: null }, false],
  [{ country: 'PL', city: null, postal_code: null }, false],
])('%o lies around the bay: %s', (place, expected) => {
  expect(liesIn(place, bay)).toBe(expected)
})

test('spelling does not matter, an empty city matches nothing', () => {
  expect(liesIn({ city: 'łódź' }, { country: null, cities: 'Lodz', postal_codes: null })).toBe(true)
  expect(liesIn({ city: 'Zürich ' }, { country: null, cities: 'ZURICH', postal_codes: null })).toBe(true)
  expect(liesIn({ city: '-' }, { country: null, cities: 'Lodz', postal_codes: null })).toBe(false)
  expect(liesIn({ country: 'PL' }, { country: 'PL', cities: null, postal_codes: null })).toBe(true)
})
