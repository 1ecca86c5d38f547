import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
let jana: string
let service: string
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
  const tariff = await admin.post('/tariffs', {
    title: 'Fibre',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 50_000,
  })
  jana = (
    await admin.post('/customers', {
      name: 'Jana Łukasiewicz-Dvořák',
      email: 'jana.dvorak@poczta.example.com',
      phone: '+48 500 007 000',
      external_id: 'CRM/0042',
    })
  ).id
  await admin.post('/customers', { name: 'Bogdan Mazur', email: 'mazur@example.org', phone: '0501 222 333' })
  await admin.post('/customers', { name: 'Андрій Шевченко', phone: '+380 (0)50 123 45 67' })
  service = (
    await admin.post('/services', {
      customer_id: jana,
      tariff_id: tariff.id,
      login: 'ftth-jana',
      password: 'secret-1',
      mac: '02:00:5e:10:00:01',
    })
  ).id
})
afterAll(() => isp?.stop())

const found = async (q: string, by = admin): Promise<string[]> =>
  (await by.get(`/search?q=${encodeURIComponent(q)}`)).data.map((row: { id: string }) => row.id)
const listed = async (q: string, by = admin): Promise<string[]> =>
  (await by.get(`/customers?q=${encodeURIComponent(q)}`)).data.map((row: { id: string }) => row.id)
const named = async (q: string): Promise<string[]> =>
  (await admin.get(`/search?q=${encodeURIComponent(q)}`)).data.map((row: { title: string }) => row.title)

test('a customer is found by anything of it, in any writing', async () => {
  const number = (await admin.get(`/customers/${jana}`)).number as string
  for (const q of [
    'jana',
    'JANA',
    'Łukasiewicz',
    'lukasiewicz',
    'dvorak',
    'Dvořák',
    'lukasiewicz-dvo',
    'jana dvo',
    'dvorak jana',
    'kasiewi',
    'siew jan',
    'jana.dvorak@poczta.example.com',
    'dvorak@poczta',
    'poczta.example',
    '+48 500 007 000',
    '+48500007000',
    '0048 500-007-000',
    '500 007 000',
    '0500007000',
    '48500007000',
    '007 000',
    'jana 500007',
    'crm/0042',
    '0042',
    number,
  ])
    expect([q, await listed(q)]).toEqual([q, [jana]])
  expect(await named('шевч')).toEqual(['Андрій Шевченко'])
  expect(await named('+380501234567')).toEqual(['Андрій Шевченко'])
  expect(await named('050 123 45 67')).toEqual(['Андрій Шевченко'])
  // Kept without its country, typed with it.
  expect(await named('+48 501 222 333')).toEqual(['Bogdan Mazur'])
})

test('a service is found by login and MAC, and says whose it is', async () => {
  for (const q of ['ftth-jana', 'FTTH', '02:00:5E:10:00:01', '0200.5e10.0001', '02-00-5e', '10:00:01'])
    expect([q, await found(q)]).toEqual([q, [service]])
  const [row] = (await admin.get('/search?q=ftth-jana')).data
  expect(row).toMatchObject({ noun: 'service', matched: 'ftth-jana' })
  expect(row.subtitle).toContain('Jana Łukasiewicz-Dvořák')
})

test('what bears exactly what was typed comes first', async () => {
  for (const name of ['Lisowska', 'Lis', 'Lisiak']) await admin.post('/customers', { name })
  expect((await named('lis'))[0]).toBe('Lis')
})

test('whoever is called so comes before what only bears the name', async () => {
  const { id } = await admin.post('/customers', { name: 'Ola Zuber', email: 'ola.zuber@example.org' })
  const { tariff_id } = await admin.get(`/services/${service}`)
  const login = await admin.post('/services', {
    customer_id: id,
    tariff_id,
    login: 'ola.zuber',
    password: 'secret-1',
  })
  expect(await found('zuber')).toEqual([id, login.id])
  expect(await found('ola.zuber')).toEqual([login.id, id])
})

test('a change is found at once, and what was before it no more', async () => {
  const { id } = await admin.post('/customers', { name: 'Quentin Before', phone: '+33 1 23 45 67 89' })
  await admin.patch(`/customers/${id}`, { name: 'Quentin After', phone: null })
  expect(await listed('before')).toEqual([])
  expect(await listed('123456789')).toEqual([])
  expect(await listed('quentin after')).toEqual([id])
  const contact = await admin.post('/contacts', { customer_id: id, name: 'Gone Soon' })
  expect(await found('gone')).toEqual([contact.id])
  await admin.delete(`/contacts/${contact.id}`)
  expect(await found('gone')).toEqual([])
  expect(await found('on gon')).toEqual([])
})

test('a list is searched among all rows that match, not among some', async () => {
  const rows = Array.from({ length: 120 }, (_, i) => ({ name: `Zebra ${i}` }))
  await admin.post('/customers/bulk', { operation: 'create', rows })
  expect((await admin.get('/customers?q=zebra&count=true&limit=1')).total).toBe(120)
  expect((await admin.get('/customers?q=ebr&count=true&limit=1')).total).toBe(120)
  expect((await admin.get('/customers?q=zeb 11&count=true&limit=20')).total).toBe(11)
})

test('nobody finds by what a role hides', async () => {
  await admin.post('/roles', {
    name: 'no contact data',
    grants: [
      { noun: 'customer', actions: ['list', 'get'], hidden_fields: ['phone', 'email'] },
      { noun: 'service', actions: ['list'], hidden_fields: ['login'] },
    ],
  })
  const limited = await clientWithRole(isp, admin.tenant_id, 'no contact data')
  for (const q of [
    '500 007 000',
    '+48500007000',
    '07000',
    'jana.dvorak@poczta',
    'poczta.ex',
    'czta',
    'jana poczta',
    'ftth',
    'tth-j',
  ]) {
    expect([q, await listed(q, limited)]).toEqual([q, []])
    expect([q, await found(q, limited)]).toEqual([q, []])
  }
  expect(await listed('jana luka', limited)).toEqual([jana])
  expect(await listed('kasiewi', limited)).toEqual([jana])
  expect(await found('02:00:5e', limited)).toEqual([service])
  for (const query of [
    'phone=%2B48%20500%20007%20000',
    'phone[null]=false',
    'sort=email',
    'email[starts]=jana',
    'fields=email',
  ])
    expect([query, (await limited.call('GET', `/customers?${query}`)).status]).toEqual([query, 422])
  const blind = await clientWithRole(isp, admin.tenant_id, 'no contact data')
  expect((await blind.get('/search?q=jana')).data[0].subtitle).not.toContain('poczta')
})

test('a partner finds its own rows only, and none of another tenant are found', async () => {
  const partner = await admin.post('/partners', { name: 'South' })
  const south = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
  const mine = await south.post('/customers', { name: 'Zebra of the South', phone: '+48 600 000 001' })
  for (const q of ['zebra', 'ebra', 'zebra south', 'sout zeb', '600000001'])
    expect(await listed(q, south)).toEqual([mine.id])
  expect(await listed('jana', south)).toEqual([])
  const elsewhere = await newTenant(isp)
  for (const q of ['jana', 'kasiewi', 'zebra south']) expect(await found(q, elsewhere)).toEqual([])
})
