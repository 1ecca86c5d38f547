import { attributeByName, encodeAttributes, RadiusPacket } from '@isp/radius'
import { expect, test } from 'vitest'
import type { Shaping } from '#modules/catalog/index.ts'
import { vendorOf } from './by-type.ts'

const speed = { download_kbps: 100_000, upload_kbps: 20_500 }

/** What each vendor's manual says the attribute counts in. Upload and download must not be swapped, nor kbit/s taken for bit/s. */
test.each([
  ['mikrotik', [['Mikrotik-Rate-Limit', '20500k/100M']]],
  [
    'wispr',
    [
      ['WISPr-Bandwidth-Max-Up', 20_500_000],
      ['WISPr-Bandwidth-Max-Down', 100_000_000],
    ],
  ],
  [
    'other',
    [
      ['WISPr-Bandwidth-Max-Up', 20_500_000],
      ['WISPr-Bandwidth-Max-Down', 100_000_000],
    ],
  ],
  [
    'cisco',
    [
      ['Cisco-AVPair', 'ip:sub-qos-policy-in=up-20500k'],
      ['Cisco-AVPair', 'ip:sub-qos-policy-out=down-100000k'],
    ],
  ],
  ['juniper', [['ERX-Service-Activate', { tag: 1, value: 'internet(100m,20500k)' }]]],
  [
    'huawei',
    [
      ['Huawei-Input-Average-Rate', 20_500_000],
      ['Huawei-Input-Peak-Rate', 20_500_000],
      ['Huawei-Output-Average-Rate', 100_000_000],
      ['Huawei-Output-Peak-Rate', 100_000_000],
    ],
  ],
])('%s is told a speed in its own units', (nas_type, expected) => {
  expect(vendorOf(nas_type).speed(speed)).toEqual(expected)
})

test('MikroTik is told burst, priority and guarantee in the order of Mikrotik-Rate-Limit', () => {
  const rates = (download_kbps: number, upload_kbps: number) => ({ download_kbps, upload_kbps })
  const told = (shaping: Shaping) =>
    vendorOf('mikrotik')
      .speed({ ...rates(4000, 2000), shaping })[0]!
      .slice(1)
      .join()
  const burst = { limit: rates(8000, 4000), threshold: rates(3200, 1600), time_s: 30 }
  const guaranteed = rates(1000, 512)
  expect(told({ guaranteed: null, burst, priority: 'normal' })).toBe('2M/4M 4M/8M 1600k/3200k 30/30')
  expect(told({ guaranteed, burst, priority: 'normal' })).toBe('2M/4M 4M/8M 1600k/3200k 30/30 5 512k/1M')
  expect(told({ guaranteed, burst: null, priority: 'high' })).toBe('2M/4M 0/0 0/0 0/0 1 512k/1M')
  expect(told({ guaranteed: null, burst: null, priority: 'low' })).toBe('2M/4M 0/0 0/0 0/0 8')
  expect(
    vendorOf('wispr').speed({ ...rates(4000, 2000), shaping: { guaranteed, burst, priority: 'low' } }),
  ).toEqual([
    ['WISPr-Bandwidth-Max-Up', 2_000_000],
    ['WISPr-Bandwidth-Max-Down', 4_000_000],
    ['WISPr-Bandwidth-Min-Up', 512_000],
    ['WISPr-Bandwidth-Min-Down', 1_000_000],
  ])
})

test('beyond 4.29 Gbit/s a 32-bit attribute says as much as it can', () => {
  expect(vendorOf('wispr').speed({ download_kbps: 10_000_000, upload_kbps: 1_000_000 })).toEqual([
    ['WISPr-Bandwidth-Max-Up', 1_000_000_000],
    ['WISPr-Bandwidth-Max-Down', 4_294_967_295],
  ])
  expect(vendorOf('mikrotik').speed({ download_kbps: 10_000_000, upload_kbps: 64 })).toEqual([
    ['Mikrotik-Rate-Limit', '64k/10000M'],
  ])
})

test('the walled garden is an address list on MikroTik and a filter elsewhere', () => {
  expect(vendorOf('mikrotik').walled('unpaid')).toEqual([['Mikrotik-Address-List', 'unpaid']])
  for (const nas_type of ['wispr', 'cisco', 'juniper', 'huawei', 'other'])
    expect(vendorOf(nas_type).walled('unpaid')).toEqual([['Filter-Id', 'unpaid']])
})

test('every attribute can be written, and comes out as it went in', () => {
  for (const nas_type of ['mikrotik', 'wispr', 'cisco', 'juniper', 'huawei']) {
    const attributes = vendorOf(nas_type).speed(speed)
    const packet = new RadiusPacket(
      Buffer.concat([Buffer.alloc(20), encodeAttributes(attributes)]),
      0,
      false,
      false,
    )
    for (const [name, value] of attributes)
      expect(packet.values(attributeByName(name)!)).toContainEqual(value)
  }
})
