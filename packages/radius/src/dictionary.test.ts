import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { attributeByName, attributeByNumber, attributes, vendor } from './dictionary.ts'
import { namedValue, valueName } from './named-values.ts'

test('no name and no number occurs twice', () => {
  expect(new Set(attributes.map(({ name }) => name.toLowerCase())).size).toBe(attributes.length)
  expect(new Set(attributes.map(({ vendor, type }) => `${vendor}.${type}`)).size).toBe(attributes.length)
})

test('names are found in any case, numbers with and without a name', () => {
  expect(attributeByName('mikrotik-rate-limit')).toEqual({
    name: 'Mikrotik-Rate-Limit',
    vendor: 14988,
    type: 8,
    kind: 'string',
  })
  expect(attributeByName('Attr-26.9.1')?.name).toBe('Cisco-AVPair')
  expect(attributeByName('Attr-26.4711.5')).toEqual({
    name: 'Attr-26.4711.5',
    vendor: 4711,
    type: 5,
    kind: 'octets',
  })
  expect(attributeByName('Attr-241')).toEqual({ name: 'Attr-241', vendor: 0, type: 241, kind: 'octets' })
  for (const none of ['Attr-0', 'Attr-256', 'Attr-26', 'No-Such-Thing', ''])
    expect(attributeByName(none)).toBeUndefined()
  expect(attributeByNumber(vendor.huawei, 2).name).toBe('Huawei-Input-Average-Rate')
})

test('values have names', () => {
  expect(namedValue('Acct-Status-Type', 'Interim-Update')).toBe(3)
  expect(namedValue('Acct-Status-Type', 'toString')).toBeUndefined()
  expect(valueName('Error-Cause', 503)).toBe('Session-Context-Not-Found')
  expect(valueName('Error-Cause', 999)).toBeUndefined()
})

const freeradius_dictionaries = '/usr/share/freeradius'
const files = [
  ['rfc2865', 0],
  ['rfc2866', 0],
  ['rfc2867', 0],
  ['rfc2868', 0],
  ['rfc2869', 0],
  ['rfc3162', 0],
  ['rfc3576', 0],
  ['rfc4372', 0],
  ['rfc4675', 0],
  ['rfc4818', 0],
  ['rfc4849', 0],
  ['rfc6911', 0],
  ['microsoft', vendor.microsoft],
  ['mikrotik', vendor.mikrotik],
  ['wispr', vendor.wispr],
  ['rfc4679', vendor.adsl_forum],
  ['cisco', vendor.cisco],
  ['erx', vendor.juniper_erx],
  ['huawei', vendor.huawei],
  ['zte', vendor.zte],
  ['alcatel.sr', vendor.nokia],
  ['cambium', vendor.cambium],
] as const
const is_installed = existsSync(`${freeradius_dictionaries}/dictionary.rfc2865`)

test.skipIf(!is_installed && process.env['REQUIRE_PEERS'] !== '1')(
  "every attribute and named value has the number that FreeRADIUS's dictionary gives it (peer: freeradius-common)",
  () => {
    const theirs = new Map<string, string>()
    for (const [file, vendor_number] of files) {
      for (const line of readFileSync(`${freeradius_dictionaries}/dictionary.${file}`, 'latin1').split(
        '\n',
      )) {
        const [keyword, name, second, third] = line.split(/\s+/)
        if (keyword === 'ATTRIBUTE') theirs.set(name!, `${vendor_number}.${second}`)
        if (keyword === 'VALUE' && namedValue(name!, second!) !== undefined) {
          expect(namedValue(name!, second!), `${name} ${second}`).toBe(Number(third))
        }
      }
    }
    for (const { name, vendor, type } of attributes) expect(theirs.get(name), name).toBe(`${vendor}.${type}`)
  },
)
