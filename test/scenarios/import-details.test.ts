import { afterAll, beforeAll, expect, test } from 'vitest'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { bringIn, resultOf } from './import-kit.ts'

/** What a row may bring beside the usual, and that its result names every wrong cell of it at once. */
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
  await admin.post('/access_devices', { title: 'OLT North', type: 'olt', ports: 8 })
  await admin.post('/ip_networks', { title: 'Pool', network: '100.64.0.0/24', purpose: 'pool' })
  await admin.post('/ip_networks', { title: 'Static', network: '198.51.100.0/24', purpose: 'static' })
  await admin.post('/custom_fields', { noun: 'customer', name: 'mast', label: 'Mast', kind: 'integer' })
  await admin.post('/custom_fields', {
    noun: 'service',
    name: 'colour',
    label: 'Colour',
    kind: 'text',
    max: 5,
  })
})
afterAll(() => isp?.stop())

const one = async (external_id: string) => (await admin.get(`/customers?external_id=${external_id}`)).data[0]

/** Judged and run, which must say the same; answers the rows of the run's result. */
async function brought(lines: string[]): Promise<Record<string, string>[]> {
  const file = lines.join('\n')
  const judged = await resultOf(admin, (await bringIn(isp, admin, file, '&mode=validate')).id)
  const became = await resultOf(admin, (await bringIn(isp, admin, file)).id)
  expect(judged.map(({ error }) => error)).toEqual(became.map(({ error }) => error))
  return became
}

test('a row with several wrong cells names all of them', async () => {
  await brought([
    'id,name,plan,login,ip,access device,access port',
    'w0,Holder,Fibre,w0,198.51.100.7,OLT North,1',
  ])
  const rows = await brought([
    'id,name,email,billing day,VAT,country,partner,labels,parent,Mast,plan,login,mac,quantity,start date,gps,access device,access port,ip,service.custom.colour',
    'w1,Many,nope,32,PL0000000001,PL,Nowhere,"gone,away",w9,high,Copper,w1,02:00:5e:10:00,many,31/12/2026,here,OLT South,,,',
    'w2,,,,,,,,,,Fibre,,,,,,OLT North,1,,',
    'w3,Late ones,,,PL0000000001,PL,,,,,Fibre,w3,,,,,OLT North,1,198.51.100.7,',
    'w4,Good mail,,,PL0000000001,PL,,,,x,Fibre,w4,,,,,OLT North,99,198.51.100.7,',
    'w1,Twice,nope,,,,,,,,,,,,,,,,,',
  ])
  expect(rows.map(({ status }) => status)).toEqual(Array(5).fill('failed'))
  const says = (row: number, ...parts: (string | RegExp)[]) => {
    for (const part of parts) expect(rows[row]!.error).toMatch(part)
  }
  says(
    0,
    /Email /,
    /Billing day /,
    /VAT|tax/i,
    'no partner called “Nowhere”',
    'no label called “gone”',
    'no label called “away”',
    'no customer with the external id “w9”',
    /Mast /,
    'no tariff called “Copper”',
    '“02:00:5e:10:00” is not a MAC address',
    /Quantity/,
    /First day of the service/,
    'two numbers such as',
    'no access device called “OLT South”',
  )
  says(1, /Name /, 'needs a login')
  says(2, /VAT|PL0000000001|check/i, 'Port 1 is taken', '198.51.100.7 is assigned to another service')
  says(3, /VAT|PL0000000001|check/i, /Mast /, 'ports 1 to 8', '198.51.100.7 is assigned')
  says(4, 'Line 2 has the same external id “w1”', /Email /)
  for (const id of ['w1', 'w2', 'w3', 'w4']) expect(await one(id)).toBeUndefined()
  // The API says it all at once too.
  const refused = await admin.call('POST', '/customers', { name: '', email: 'x', custom: { mast: 'high' } })
  expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'name',
    'email',
    'custom.mast',
  ])
})

test('devices, ports, addresses of every kind and fields of a service come along', async () => {
  const file = [
    'id,name,street,city,service street,service city,plan,login,mac,further macs,mac binding,olt,port,ip mode,ipv6,Colour,period months',
    'd1,Devices,Main 1,Łódź,Mill 2,Zgierz,Fibre,d1,"02-00-5E-10-00-01; 0200.5e10.0002 02:00:5e:10:00:03",02:00:5e:10:00:04,no,olt north,3,pool,2001:db8:7::/56,red,1',
    'd2,Both,,,,,Fibre,d2,,,,,,pool,,,',
  ]
  const mapping = encodeURIComponent(
    JSON.stringify({
      external_id: 'id',
      name: 'name',
      street: 'street',
      city: 'city',
      service_street: 'service street',
      service_city: 'service city',
      tariff: 'plan',
      login: 'login',
      mac: 'mac',
      further_macs: 'further macs',
      mac_binding: 'mac binding',
      access_device: 'olt',
      access_port: 'port',
      ip_mode: 'ip mode',
      ipv6_prefix: 'ipv6',
      'service.custom.colour': 'Colour',
      period_months: 'period months',
    }),
  )
  const done = await bringIn(isp, admin, file.join('\n'), `&mapping=${mapping}`)
  expect((await resultOf(admin, done.id)).map(({ error }) => error)).toEqual(['', ''])
  const [service] = (await admin.get('/services?login=d1')).data
  expect(service).toMatchObject({
    mac: '02:00:5e:10:00:01',
    mac_binding: false,
    access_port: '3',
    ipv4_mode: 'pool',
    ipv6_prefix: '2001:db8:7::/56',
    custom: { colour: 'red' },
  })
  expect(service.ipv4_address).toMatch(/^100\.64\.0\./)
  expect((await admin.get(`/access_devices/${service.access_device_id}`)).title).toBe('OLT North')
  const further = (await admin.get(`/service_macs?service_id=${service.id}&sort=mac`)).data
  expect(further.map(({ mac }: { mac: string }) => mac)).toEqual([
    '02:00:5e:10:00:02',
    '02:00:5e:10:00:03',
    '02:00:5e:10:00:04',
  ])
  const customer = await one('d1')
  expect(customer).toMatchObject({ street: 'Main 1', city: 'Łódź' })
  expect((await admin.get(`/addresses/${customer.service_address_id}`)).street).toBe('Mill 2')
  expect(await bringIn(isp, admin, file.join('\n'), `&mapping=${mapping}`)).toMatchObject({
    ok: 0,
    skipped: 2,
  })
  const columns = await admin.get(`/imports/${done.id}/columns`)
  expect(columns.proposed).toMatchObject({ access_port: 'port', access_device: 'olt', ipv6_prefix: 'ipv6' })
  const odd = await brought(['id,name,plan,login,ip,ip mode', 'd3,Odd,Fibre,d3,198.51.100.30,pool'])
  expect(odd[0]!.error).toContain('is static, not pool')
})

test('discounts off whole invoices are given once', async () => {
  const lines = [
    'id,name,invoice discount percent,invoice discount amount,invoice discount label,invoice discount invoices,invoice discount until',
    'v1,Percent,10,,Loyal,3,',
    'v2,Amount,,"5,00",Neighbour,,2027-12-31',
    'v3,Both,10,5,,,',
    'v4,Two ends,10,,,3,2027-12-31',
    'v5,Over,10,,Old,,2026-12-31',
  ]
  const rows = await brought(lines)
  expect(rows.map(({ status, error }) => `${status} ${error}`.trim())).toEqual([
    'created',
    'created',
    'failed A discount is either in percent or an amount.',
    'failed A discount has either a last day or so many invoices, not both.',
    'created',
  ])
  const of = async (id: string) => (await admin.get(`/discounts?customer_id=${(await one(id)).id}`)).data
  expect(await of('v1')).toMatchObject([
    { applies_to: 'invoice', kind: 'percent', percent: '10', periods: 3, label: 'Loyal', service_id: null },
  ])
  expect(await of('v2')).toMatchObject([{ kind: 'fixed', amount: '5.00', to_date: '2027-12-31' }])
  expect(await of('v5')).toEqual([])
  const again = await bringIn(isp, admin, lines.slice(0, 3).join('\n'))
  expect(again).toMatchObject({ ok: 0, skipped: 2 })
  expect(await of('v1')).toHaveLength(1)
  const [changed] = await brought([lines[0]!, 'v1,Percent,20,,Loyal,3,'])
  expect(changed!.error).toContain('a discount “Loyal” on whole invoices already')
})
