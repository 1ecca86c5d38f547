import { afterAll, beforeAll, expect, test } from 'vitest'
import { newTenant, startIsp, type Client, type TestIsp } from './isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

test('a customer is created, gets a service, and is found', async () => {
  const customer = await admin.post('/customers', {
    name: 'Łucja Wójcik',
    category: 'person',
    email: 'lucja@example.com',
  })
  expect(customer.status).toBe('new')
  const tariff = await admin.post('/tariffs', {
    title: 'Fibre 100',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 20_000,
  })
  const router = await admin.post('/routers', {
    title: 'BRAS 1',
    nas_ip: '127.0.0.1',
    nas_type: 'mikrotik',
    radius_secret: 'testing123',
  })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: tariff.id,
    login: 'lucja',
    password: 'secret-1',
    start_date: '2027-01-01',
    router_id: router.id,
  })
  expect(service).toMatchObject({ status: 'pending', password: 'set' })
  const active = await admin.post(`/services/${service.id}/activate`)
  expect(active.status).toBe('active')
  expect((await admin.get(`/customers/${customer.id}`)).status).toBe('active')
  const found = await admin.get('/search?q=lucja')
  expect(found.data.map((row: { noun: string }) => row.noun)).toContain('customer')
  const page = await admin.get('/customers?status=active&q=wojc&count=true')
  expect(page.total).toBe(1)
  expect((await admin.get(`/customers/${customer.id}/history`)).data.length).toBe(2)
  expect((await admin.get('/openapi.json')).paths['/api/v1/customers']).toBeDefined()
  expect((await admin.get('/meta')).nouns.length).toBeGreaterThan(10)
})

test('mistakes are named', async () => {
  const answer = await admin.call('POST', '/customers', {
    name: 'x',
    email: 'nope',
    balance: '3.00',
    colour: 'red',
  })
  expect(answer.status).toBe(422)
  expect(
    answer.body.errors.map((error: { field: string; code: string }) => `${error.field}:${error.code}`).sort(),
  ).toEqual(['balance:read_only', 'colour:unknown_field', 'email:not_an_email'])
})
