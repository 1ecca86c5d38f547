import { expect, test } from 'vitest'
import { authorize, macOf, type Asked } from './authorize.ts'
import type { Subscriber } from './subscribers.ts'

const subscriber: Subscriber = {
  tenant_id: 't',
  service_id: 's',
  customer_id: 'c',
  partner_id: 'p',
  login: 'jane',
  password: Buffer.alloc(0),
  service_status: 'active',
  start_date: '2027-01-01',
  router_id: null,
  ipv4_address: null,
  ipv6_prefix: null,
  macs: null,
  customer_status: 'active',
  customer_status_reason: null,
  customer_status_since: '2027-01-01',
  speed_download_kbps: 100_000,
  speed_upload_kbps: 20_000,
  shaping: null,
  today: '2027-01-02',
  clock_at: null,
}
const asked: Asked = { router: { id: 'r', block_mode: 'reject' }, credentials: 'right', mac: undefined }
const decide = (who: Partial<Subscriber>, how: Partial<Asked> = {}) =>
  authorize({ ...subscriber, ...who }, { ...asked, ...how })

test.each([
  ['all is well', {}, {}, 'accept', 'ok'],
  ['the password is wrong', {}, { credentials: 'wrong' as const }, 'reject', 'wrong_password'],
  ['the method is unknown', {}, { credentials: 'unsupported' as const }, 'reject', 'unsupported_method'],
  [
    'another device asks',
    { macs: ['02:00:5e:00:00:01'] },
    { mac: '02:00:5e:00:00:02' },
    'reject',
    'wrong_mac',
  ],
  ['the bound device asks', { macs: ['02:00:5e:00:00:01'] }, { mac: '02:00:5e:00:00:01' }, 'accept', 'ok'],
  [
    'one of several devices asks',
    { macs: ['02:00:5e:00:00:01', '02:00:5e:00:00:02'] },
    { mac: '02:00:5e:00:00:02' },
    'accept',
    'ok',
  ],
  ['no device is named', { macs: ['02:00:5e:00:00:01'] }, {}, 'reject', 'wrong_mac'],
  ['another router asks', { router_id: 'x' }, {}, 'reject', 'wrong_router'],
  ['the service is stopped', { service_status: 'stopped' }, {}, 'reject', 'service_not_active'],
  ['the service starts tomorrow', { start_date: '2027-01-03' }, {}, 'reject', 'service_not_started'],
  ['the customer is blocked', { customer_status: 'blocked' }, {}, 'reject', 'customer_blocked'],
  [
    'the customer is blocked and the router has a walled garden',
    { customer_status: 'blocked' },
    { router: { id: 'r', block_mode: 'walled' as const } },
    'walled',
    'customer_blocked',
  ],
  [
    'blocked, walled, but the password is wrong',
    { customer_status: 'blocked' },
    { router: { id: 'r', block_mode: 'walled' as const }, credentials: 'wrong' as const },
    'reject',
    'wrong_password',
  ],
  [
    'the customer is disabled',
    { customer_status: 'disabled' },
    { router: { id: 'r', block_mode: 'walled' as const } },
    'reject',
    'customer_disabled',
  ],
])('%s', (_, who, how, outcome, code) => {
  expect(decide(who, how)).toMatchObject({ outcome, code })
})

test('nobody is refused without a sentence', () => {
  expect(authorize(undefined, asked)).toEqual({
    outcome: 'reject',
    code: 'unknown_login',
    sentence: 'There is no service with this login.',
  })
})

test.each(['02-00-5E-10-00-01', '0200.5e10.0001', '02:00:5e:10:00:01', '02005E100001'])(
  '%s is a MAC address',
  (text) => {
    expect(macOf(text)).toBe('02:00:5e:10:00:01')
  },
)
test.each([undefined, '', '10.0.0.1', '+48 600 100 200', '02-00-5E-10-00-01:ssid'])('%s is none', (text) =>
  expect(macOf(text)).toBeUndefined(),
)
