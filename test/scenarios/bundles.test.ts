import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, runBilling } from './billing-kit.ts'

/** Internet and telephone under one price: real services that start, pause, change and end with their bundle. And promotional prices. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

type Row = Record<string, any> & { id: string }
async function story() {
  const admin = await newTenant(isp, { at: '2027-03-01T09:00:00Z', currency: 'EUR' })
  const tariff = (title: string, more: object): Promise<Row> => admin.post('/tariffs', { title, ...more })
  const speeds = { service_type: 'internet', speed_download_kbps: 100_000, speed_upload_kbps: 50_000 }
  // Not sold by itself.
  const fibre = await tariff('Fibre', { ...speeds, price: '30.00' })
  const voice = await tariff('Telephone', { service_type: 'voice', price: '5.00', status: 'draft' })
  const television = await tariff('Television', { service_type: 'recurring', price: '10.00' })
  const bundle = async (title: string, price: string, items: Row[], more: object = {}) => {
    const made = await tariff(title, { service_type: 'bundle', price, ...more })
    for (const item of items)
      await admin.post('/bundle_items', { tariff_id: made.id, item_tariff_id: item.id })
    return made
  }
  const double = await bundle('Double', '31.00', [fibre, voice])
  const triple = await bundle('Triple', '62.00', [fibre, television])
  const kept = await bundle('Kept', '31.00', [fibre], { bundle_end: 'keep' })
  const customer = await admin.post('/customers', { name: 'Ada Lovelace' })
  return { admin, fibre, voice, television, double, triple, kept, customer }
}
const childrenOf = async (admin: Client, bundle: Row): Promise<Row[]> =>
  (await admin.get(`/services?bundle_service_id=${bundle.id}&sort=created_at`)).data

test('a bundle’s services are real ones that follow it, and only the bundle costs something', async () => {
  const { admin, fibre, voice, double, customer } = await story()
  const bundle = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: double.id,
    children: [{ tariff_id: fibre.id, login: 'ada', mac: '02:00:00:00:00:01' }],
  })
  const [line, phone] = await childrenOf(admin, bundle)
  expect(line).toMatchObject({ tariff_id: fibre.id, login: 'ada', status: 'pending', price: '0.00' })
  expect(phone).toMatchObject({ tariff_id: voice.id, login: null, status: 'pending' })
  const statuses = async () => (await childrenOf(admin, bundle)).map(({ status }) => status)
  await admin.post(`/services/${bundle.id}/activate`, {})
  expect(await statuses()).toEqual(['active', 'active'])
  await runBilling(isp, admin, '2027-03-01')
  const [invoice] = (await admin.get('/invoices')).data
  expect(invoice.total).toBe('31.00')

  const alone = await admin.call('POST', `/services/${line!.id}/terminate`, {})
  expect(alone.status).toBe(409)
  expect(alone.body.detail).toContain('part of a bundle')
  await advance(isp, admin.tenant_id, '2d')
  await admin.post(`/services/${bundle.id}/stop`, { date: '2027-03-10' })
  expect(await statuses()).toEqual(['active', 'active'])
  await advance(isp, admin.tenant_id, '8d')
  await settled(isp, admin.tenant_id)
  expect(await statuses()).toEqual(['stopped', 'stopped'])
  await admin.post(`/services/${bundle.id}/resume`, {})
  expect(await statuses()).toEqual(['active', 'active'])
  await admin.post(`/services/${bundle.id}/terminate`, {})
  expect(await statuses()).toEqual(['terminated', 'terminated'])
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('another bundle keeps what both contain, ends and begins the rest', async () => {
  const { admin, fibre, television, double, triple, customer } = await story()
  const bundle = await admin.post('/services', { customer_id: customer.id, tariff_id: double.id })
  await admin.post(`/services/${bundle.id}/activate`, {})
  const [line] = await childrenOf(admin, bundle)
  expect(line!.login).toBe(`${customer.number.toLowerCase()}-1`)
  await admin.post(`/services/${bundle.id}/change_tariff`, { tariff_id: triple.id })
  const now = await childrenOf(admin, bundle)
  expect(now.map(({ tariff_id, status }) => [tariff_id, status])).toEqual([
    [fibre.id, 'active'],
    [expect.any(String), 'terminated'],
    [television.id, 'active'],
  ])
  expect(now[0]!.id).toBe(line!.id)
})

test('a bundle that leaves its services behind lets them go on at their own price', async () => {
  const { admin, kept, customer } = await story()
  const bundle = await admin.post('/services', { customer_id: customer.id, tariff_id: kept.id })
  await admin.post(`/services/${bundle.id}/activate`, {})
  const [line] = await childrenOf(admin, bundle)
  await admin.post(`/services/${bundle.id}/terminate`, {})
  expect(await admin.get(`/services/${line!.id}`)).toMatchObject({
    status: 'active',
    bundle_service_id: null,
    price: null,
  })
  await runBilling(isp, admin, '2027-03-01')
  expect((await admin.get('/customers')).data[0].balance).toBe('-30.00')
})

test('children are said of bundles only, and only of what the bundle contains', async () => {
  const { admin, fibre, television, double, customer } = await story()
  const refused = async (body: object) =>
    (await admin.call('POST', '/services', { customer_id: customer.id, ...body })).body.errors[0].code
  expect(await refused({ tariff_id: double.id, children: [{ tariff_id: television.id }] })).toBe(
    'not_in_bundle',
  )
  expect(await refused({ tariff_id: fibre.id, login: 'x', children: [{ tariff_id: fibre.id }] })).toBe(
    'not_a_bundle',
  )
  expect(await refused({ tariff_id: double.id, children: 'all' })).toBe('not_a_list')
})

test(
  'a trial, a promotion, then the regular price: each billed on its days',
  { timeout: 120_000 },
  async () => {
    const { admin, fibre, customer } = await story()
    const phase = (position: number, more: object) =>
      admin.post('/tariff_phases', { tariff_id: fibre.id, position, ...more })
    await phase(1, { name: 'Trial', length: 1, price: '0.00' })
    await phase(2, { name: 'Promotion', length: 1, kind: 'percent', percent: '50' })
    const service = await admin.post('/services', {
      customer_id: customer.id,
      tariff_id: fibre.id,
      login: 'ada',
    })
    await admin.post(`/services/${service.id}/activate`, {})
    const totals: string[] = []
    for (const date of ['2027-03-01', '2027-04-01', '2027-05-01']) {
      await runBilling(isp, admin, date)
      await advance(isp, admin.tenant_id, '31d')
      await settled(isp, admin.tenant_id)
    }
    for (const invoice of (await admin.get('/invoices?sort=date&limit=50')).data) totals.push(invoice.total)
    expect(totals.filter((total) => total !== '0.00')).toEqual(['15.00', '30.00'])
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  },
)

test('who agreed on a price has no promotion', async () => {
  const { admin, fibre, customer } = await story()
  await admin.post('/tariff_phases', {
    tariff_id: fibre.id,
    position: 1,
    name: 'Trial',
    length: 1,
    price: '0.00',
  })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: fibre.id,
    login: 'ada',
    price: '25.00',
  })
  await admin.post(`/services/${service.id}/activate`, {})
  await runBilling(isp, admin, '2027-03-01')
  expect((await admin.get('/customers')).data[0].balance).toBe('-25.00')
})
