import { afterAll, beforeAll, expect, test } from 'vitest'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../../../../../test/isp.ts'
import { policyFor } from './policy.ts'
import { findSubscribers } from './subscribers.ts'

/** From the tariff's fields to the words a router is told, and to the name by which a changed policy is noticed. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const toldOf = (login: string) =>
  asTenant(isp, admin.tenant_id, async (ctx) => {
    const [subscriber] = await findSubscribers(ctx.db, [{ tenant_id: ctx.tenant.id, login }])
    const policy = policyFor('accept', subscriber!, {
      nas_type: 'mikrotik',
      block_mode: 'reject',
      walled_list: 'blocked',
    })
    return [policy.name, ...policy.attributes.map(([, value]) => value)]
  })

test('2 Mbps with 100 % burst and 80 % threshold is 4 Mbps and 1.6 Mbps on the router', async () => {
  const tariff = await admin.post('/tariffs', {
    title: 'Bursting',
    service_type: 'internet',
    price: '20.00',
    speed_download_kbps: 2000,
    speed_upload_kbps: 1000,
    burst_mode: 'percent',
    burst_limit_percent: '100',
    burst_threshold_percent: '80',
    burst_time_s: 30,
  })
  const customer = await admin.post('/customers', { name: 'Eve' })
  await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: tariff.id,
    login: 'eve',
    password: 'x',
  })
  expect(await toldOf('eve')).toEqual([
    'accept 1000/2000 burst 2000/4000 800/1600 30s',
    '1M/2M 2M/4M 800k/1600k 30/30',
  ])
  await admin.patch(`/tariffs/${tariff.id}`, { priority: 'high', cir_mode: 'percent', cir_percent: '12.5' })
  expect(await toldOf('eve')).toEqual([
    'accept 1000/2000 min 125/250 burst 2000/4000 800/1600 30s high',
    '1M/2M 2M/4M 800k/1600k 30/30 1 125k/250k',
  ])
  const plain = await admin.post('/tariffs', {
    title: 'Plain',
    service_type: 'internet',
    price: '20.00',
    speed_download_kbps: 2000,
    speed_upload_kbps: 1000,
  })
  await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: plain.id,
    login: 'eve-2',
    password: 'x',
  })
  expect(await toldOf('eve-2')).toEqual(['accept 1000/2000', '1M/2M'])
})
