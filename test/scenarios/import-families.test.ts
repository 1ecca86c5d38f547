import { afterAll, beforeAll, expect, test } from 'vitest'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { bringIn, resultOf } from './import-kit.ts'

/** Files in which rows stand on other rows: parents, several services of one customer, and what contradicts itself. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-03-10T08:00:00Z' })
  await admin.post('/tariffs', {
    title: 'Fibre',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 20_000,
  })
  await admin.post('/tariffs', { title: 'TV', service_type: 'recurring', price: '10.00' })
})
afterAll(() => isp?.stop())

const one = async (external_id: string) => (await admin.get(`/customers?external_id=${external_id}`)).data[0]
const said = (rows: Record<string, string>[]) => rows.map((row) => [row.status, row.error].join(' ').trim())

/** Validated first, which must say the same and write nothing; then run; answers what the run said of each row. */
async function judgedAlike(file: string): Promise<string[]> {
  const before = (await admin.get('/customers?count=true&limit=1')).total
  const validated = await bringIn(isp, admin, file, '&mode=validate')
  const judged = said(await resultOf(admin, validated.id))
  expect((await admin.get('/customers?count=true&limit=1')).total).toBe(before)
  const run = await bringIn(isp, admin, file)
  const became = said(await resultOf(admin, run.id))
  expect(judged).toEqual(became)
  const again = await bringIn(isp, admin, file)
  expect(again).toMatchObject({ ok: 0, failed: run.failed })
  return became
}

test('a parent may stand later in the file, be here already, or be missing', async () => {
  await admin.post('/customers', { name: 'Here already', external_id: 'h0' })
  const north = await admin.post('/partners', { name: 'North' })
  expect(
    await judgedAlike(
      [
        'id,name,parent,partner',
        'f1,Flat 1,f9,',
        'f2,Flat 2,f1,',
        'f3,Lodger,h0,',
        'f4,Stray,nowhere,',
        'f9,House,h0,',
        'g1,Branch,g2,',
        'g2,Headquarters,,North',
        'g3,Elsewhere,f9,North',
        'g4,,f9,',
        'g5,Below the nameless,g4,',
      ].join('\n'),
    ),
  ).toEqual([
    'created',
    'created',
    'created',
    'failed There is no customer with the external id “nowhere”, in the file or here, to be the parent.',
    'created',
    'created',
    'created',
    expect.stringContaining('belong to the same partner'),
    expect.stringMatching(/^failed Name/),
    'failed Line 10, which brings the parent “g4”, was refused.',
  ])
  const [flat, lodger, house, here] = await Promise.all(['f1', 'f3', 'f9', 'h0'].map(one))
  expect([flat.parent_id, house.parent_id, lodger.parent_id]).toEqual([house.id, here.id, here.id])
  expect((await one('f2')).parent_id).toBe(flat.id)
  expect(await one('g1')).toMatchObject({ parent_id: (await one('g2')).id, partner_id: north.id })
  const tree = await admin.get(`/customers/${here.id}/hierarchy`)
  expect(tree.totals).toMatchObject({ accounts: 5, balance: '0.00' })
})

test('circles are refused, within the file and with what is here', async () => {
  const circle = await judgedAlike(
    'id,name,parent\nk1,A,k2\nk2,B,k3\nk3,C,k1\nk4,D,k4\nk5,Below a circle,k1\nk6,E,\n',
  )
  expect(circle).toEqual([
    ...Array(3).fill(expect.stringMatching(/^failed The accounts on the lines .* in a circle\.$/)),
    'failed An account cannot be placed below itself.',
    'failed Line 2, which brings the parent “k1”, was refused.',
    'created',
  ])
  const below = await judgedAlike('id,name,parent\nh0,Here already,f2\n')
  expect(below).toEqual(['failed An account cannot lie below itself.'])
})

test('a chain that stands upside down comes in, up to twenty accounts deep', async () => {
  const chain = (n: number, id: string) =>
    [
      'id,name,parent',
      ...Array.from({ length: n }, (_, i) => `${id}${i},Link ${i},${i + 1 < n ? id + (i + 1) : ''}`),
    ].join('\n')
  expect(new Set(await judgedAlike(chain(20, 'd')))).toEqual(new Set(['created']))
  const deeper = await judgedAlike(chain(22, 'e'))
  expect(deeper.filter((row) => row === 'created')).toHaveLength(20)
  expect(deeper[1]).toMatch(/at most 20 deep/)
})

test('several rows of one customer bring several services and contacts', async () => {
  const file = [
    'id,name,city,plan,login,service street,service city,contact name,contact email,discount percent',
    'm1,Two lines,Łódź,Fibre,m1a,,,Anna,anna@example.com,',
    'm1,Two lines,Łódź,Fibre,m1b,Mill lane 4,Pabianice,Piotr,piotr@example.com,50',
    'm1,,,TV,,,,,,',
    'm1,,,TV,,,,,,',
    'm1,Another name,Łódź,Fibre,m1c,,,,,',
    'm1,Two lines,Łódź,,,,,,,',
    'm2,,Łódź,Fibre,m2a,,,,,',
    'm2,Came too late,Łódź,Fibre,m2b,,,,,',
  ].join('\n')
  expect(await judgedAlike(file)).toEqual([
    'created',
    'created',
    'created',
    'created',
    'failed Line 2 is of the same customer and says otherwise about the name.',
    'failed Line 2 has the same external id “m1”.',
    expect.stringMatching(/^failed Name/),
    'failed Line 8 is of the same customer and says otherwise about the name.',
  ])
  const customer = await one('m1')
  const { data: services } = await admin.get(`/services?customer_id=${customer.id}&sort=created_at`)
  expect(services.map((service: { login: string | null }) => service.login).sort()).toEqual([
    'm1a',
    'm1b',
    null,
    null,
  ])
  const second = services.find((service: { login: string | null }) => service.login === 'm1b')
  const { data: places } = await admin.get(`/addresses?customer_id=${customer.id}`)
  expect(places).toMatchObject([{ street: 'Mill lane 4', city: 'Pabianice', id: second.service_address_id }])
  expect(customer.service_address_id).toBeNull()
  expect((await admin.get(`/contacts?customer_id=${customer.id}`)).data).toHaveLength(2)
  expect((await admin.get(`/discounts?service_id=${second.id}`)).data).toMatchObject([
    { kind: 'percent', percent: '50', from_date: '2027-03-10', to_date: null },
  ])
  expect((await admin.get('/customers?external_id=m2')).data).toEqual([])
})

test('a bad row among thousands costs only itself', async () => {
  await admin.post('/customers', { name: 'Holder', external_id: 'holder' })
  const rows = Array.from({ length: 1200 }, (_, i) => {
    const tax = i % 400 === 7 ? 'PL0000000001' : ''
    return `n${i},Name ${i},${tax},Fibre,n${i},${i % 300 === 5 ? '198.51.100.9' : ''}`
  })
  const done = await bringIn(isp, admin, ['id,name,vat,plan,login,ip', ...rows].join('\n'))
  const result = said(await resultOf(admin, done.id))
  const failed = result.flatMap((row, i) => (row.startsWith('failed') ? [i] : []))
  expect(failed).toEqual([7, 305, 407, 605, 807, 905])
  expect(done).toMatchObject({ ok: 1194, failed: 6 })
})

test('statuses come along by the verbs that lead there', async () => {
  const file =
    'id,name,status,plan,login\nt1,Lead,lead,,\nt2,Active,Active,Fibre,t2\nt3,Debtor,blocked,Fibre,t3\nt4,Gone,inactive,,\nt5,Asleep,sleeping,,\n'
  expect(await judgedAlike(file)).toEqual([
    'created',
    'created',
    'created',
    'created',
    expect.stringContaining('must be one of'),
  ])
  const statuses = await Promise.all(['t1', 't2', 't3', 't4'].map(one))
  expect(statuses.map(({ status }) => status)).toEqual(['new', 'active', 'blocked', 'disabled'])
  expect(statuses[2].status_reason).toContain('the system it comes from')
})

test('what Splynx and UISP export is understood by its headers', async () => {
  await bringIn(
    isp,
    admin,
    'id,billing_type,partner_id,parent_id,status,login,category,name,email,phone,street_1,zip_code,city,gps,date_add\n' +
      'sp1,prepaid_monthly,1,,active,portal1,company,Spruce Ltd,s@example.com,600 100 200,High street 1,90-001,Łódź,"51.76,19.45",2020-01-01\n',
    '&mode=validate',
  ).then((done) => {
    expect(done.mapping).toMatchObject({
      external_id: 'id',
      billing_type: 'billing_type',
      parent: 'parent_id',
      status: 'status',
      category: 'category',
      street: 'street_1',
      postal_code: 'zip_code',
      gps: 'gps',
    })
    expect(done.mapping).not.toHaveProperty('partner_id')
  })
  const uisp = await bringIn(
    isp,
    admin,
    'userIdent,clientType,companyName,firstName,lastName,street1,city,zipCode,invoiceStreet1,invoiceCity,invoiceZipCode,addressGpsLat,addressGpsLon\n' +
      'u1,Residential,,Jane,Doe,Farm 7,Zgierz,95-100,Main 1,Łódź,90-001,51.85,19.40\n' +
      'u2,Company,Doe & Sons,John,Doe,,,,Main 2,Łódź,90-002,,\n',
  )
  expect(said(await resultOf(admin, uisp.id))).toEqual(['created', 'created'])
  const jane = await one('u1')
  expect(jane).toMatchObject({ name: 'Jane Doe', category: 'person', street: 'Main 1', city: 'Łódź' })
  expect(await admin.get(`/addresses/${jane.service_address_id}`)).toMatchObject({
    street: 'Farm 7',
    city: 'Zgierz',
    latitude: '51.85',
    longitude: '19.4',
  })
  expect(await one('u2')).toMatchObject({ name: 'Doe & Sons', category: 'company', legal_name: 'Doe & Sons' })
})
