import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6, parseIpv6Prefix } from './ip.ts'

test('IPv4 and IPv6 addresses survive the way to bytes and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = formatIpv6(bytes)
      expect(isIPv6(text)).toBe(true)
      expect(parseIpv6(text)).toEqual(bytes)
      expect(parseIpv4(formatIpv4(bytes))).toEqual(bytes.slice(0, 4))
    }),
  )
})

test.each([
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:db8::192.0.2.1', '2001:db8::c000:201'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
])('%s is written as %s', (given, canonical) => {
  expect(formatIpv6(parseIpv6(given)!)).toBe(canonical)
})

test.each(['', ':', ':::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', 'g::', '1.2.3.4::'])(
  '"%s" is no IPv6 address',
  (text) => expect(parseIpv6(text)).toBeUndefined(),
)

test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.x', '1.2.3.-1'])('"%s" is no IPv4 address', (text) =>
  expect(parseIpv4(text)).toBeUndefined(),
)

test('a prefix loses its host bits', () => {
  const prefix = parseIpv6Prefix('2001:db8:ff:ffff::1/52')
  expect(prefix?.length).toBe(52)
  expect(formatIpv6(prefix!.bytes)).toBe('2001:db8:ff:f000::')
  expect(parseIpv6Prefix('2001:db8::/129')).toBeUndefined()
  expect(parseIpv6Prefix('2001:db8::')).toBeUndefined()
})
