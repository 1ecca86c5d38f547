import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
let tariff: { id: string }
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp, { at: '2027-01-16T08:00:00Z', currency: 'EUR' })
  tariff = await admin.post('/tariffs', {
    title: 'Fibre 300',
    service_type: 'internet',
    price: '31.00',
    speed_download_kbps: 300_000,
    speed_upload_kbps: 150_000,
  })
  await admin.post('/ip_networks', { title: 'Pool', network: '100.64.0.0/24' })
})
afterAll(() => isp?.stop())

test('a new customer is online with one call: login and address proposed, the first invoice shown before', async () => {
  const body = { name: 'Łucja Doe', city: 'Łódź', tariff_id: tariff.id }
  const rehearsed = await admin.post('/customers/connect', { ...body, dry_run: true })
  expect(rehearsed.result).toMatchObject({
    customer: { name: 'Łucja Doe', status: 'active' },
    service: { login: 'lucja.doe', status: 'active', ipv4_address: '100.64.0.1' },
    // 16 of January's 31 days.
    first_invoice: { amount: '16.00', lines: [{ total: '16.00' }] },
  })
  expect((await admin.get('/customers')).data).toEqual([])
  const { customer, service } = await admin.post('/customers/connect', body)
  expect(await admin.get(`/services/${service.id}`)).toMatchObject({
    customer_id: customer.id,
    login: 'lucja.doe',
    status: 'active',
    ipv4_address: '100.64.0.1',
  })
  const namesake = await admin.post('/customers/connect', { ...body, activate: false })
  expect(namesake.service).toMatchObject({ login: 'lucja.doe2', status: 'pending' })
  const [written] = [await admin.post('/customers/connect', { ...body, name: '山田', activate: false })]
  expect(written.service.login).toBe('customer')
})

test('nothing is kept when a part is refused', async () => {
  const before = (await admin.get('/customers?count=true')).total
  for (const [wrong, field] of [
    [{ login: 'lucja.doe' }, undefined],
    [{ tariff_id: tariff.id.replace(/.$/, (last: string) => (last === '0' ? '1' : '0')) }, 'tariff_id'],
    [{ name: '' }, 'name'],
    [{ start_date: 'soon' }, 'start_date'],
  ] as const) {
    const refused = await admin.call('POST', '/customers/connect', {
      name: 'Half',
      tariff_id: tariff.id,
      ...wrong,
    })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(refused.status).toBeLessThan(500)
    if (field) expect(refused.body.errors[0].field).toBe(field)
  }
  expect((await admin.get('/customers?count=true')).total).toBe(before)
})

test('who may not add services connects nobody', async () => {
  await admin.post('/roles', {
    name: 'customers only',
    grants: [{ noun: 'customer', actions: ['list', 'get', 'create', 'connect'] }],
  })
  const clerk = await clientWithRole(isp, admin.tenant_id, 'customers only')
  const refused = await clerk.call('POST', '/customers/connect', { name: 'No', tariff_id: tariff.id })
  expect(refused.status).toBe(403)
})
