import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, startIsp, type TestIsp } from '../isp.ts'

/** A new ISP says what kind it is and has a catalogue to begin with. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

type Applied = { noun: string; title: string }
const titles = (rows: readonly Applied[], noun: string) =>
  rows.filter((row) => row.noun === noun).map((row) => row.title)

test.each(['wisp', 'fibre', 'voip', 'managed'])('%s is added once and can be sold', async (name) => {
  const admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'EUR' })
  const described = (await admin.get('/presets')).data.find((one: { name: string }) => one.name === name)

  const rehearsed = await admin.post(`/presets/${name}/apply`, { dry_run: true })
  expect(rehearsed.dry_run).toBe(true)
  expect(titles(rehearsed.result.added, 'tariff')).toEqual(
    described.tariffs.map((tariff: { title: string }) => tariff.title),
  )
  expect((await admin.get('/tariffs')).data).toEqual([])

  const applied = await admin.post(`/presets/${name}/apply`, { tax_rate: '23' })
  expect(applied.added.map(({ noun, title }: Applied) => [noun, title])).toEqual(
    rehearsed.result.added.map(({ noun, title }: Applied) => [noun, title]),
  )
  expect(applied.kept).toEqual([])
  expect((await admin.get('/taxes')).data).toMatchObject([{ name: 'VAT', rate: '23' }])

  const templates = (await admin.get('/document_templates?is_default=true')).data
  expect(templates.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual([
    'contract',
    'credit_note',
    'invoice',
  ])

  const again = await admin.post(`/presets/${name}/apply`, {})
  expect(again.added).toEqual([])
  expect(again.kept).toHaveLength(applied.added.length)

  const company = await admin.post('/customers', {
    name: 'Analytical Engines',
    category: 'company',
    city: 'London',
    label_ids: (await admin.get('/labels')).data.map((label: { id: string }) => label.id),
  })
  const offered = await admin.get(`/tariffs/offered?customer_id=${company.id}`)
  expect(offered.not_offered).toEqual([])
  expect(offered.data).toHaveLength(described.tariffs.length)
})

test('two presets share what has the same name; what the ISP changed stays as it is', async () => {
  const admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'EUR' })
  await admin.post('/taxes', { name: 'VAT', rate: '8' })
  await admin.post('/presets/fibre/apply', { tax_rate: '23' })
  expect((await admin.get('/taxes')).data).toMatchObject([{ rate: '8' }])
  const listed = (await admin.get('/tariffs?limit=100')).data
  const named = (title: string) => listed.find((tariff: { title: string }) => tariff.title === title)
  const phases = (await admin.get(`/tariff_phases?tariff_id=${named('Fibre 500').id}`)).data
  expect(phases.map((phase: { price: string }) => phase.price)).toEqual(['0.00', '24.90'])
  const items = (await admin.get(`/bundle_items?tariff_id=${named('Fibre 500 with telephone').id}`)).data
  expect(items.map((item: { item_tariff_id: string }) => item.item_tariff_id)).toEqual([
    named('Fibre 500').id,
    named('Telephone').id,
  ])
  await admin.patch(`/tariffs/${named('Fibre 500').id}`, { price: '44.90' })
  const voip = await admin.post('/presets/voip/apply', {})
  expect(titles(voip.kept, 'tax')).toEqual(['VAT'])
  expect(titles(voip.kept, 'role')).toEqual(['sales'])
  await admin.post('/presets/fibre/apply', {})
  expect((await admin.get(`/tariffs/${named('Fibre 500').id}`)).price).toBe('44.90')
})

test('prices fit a currency without hundredths', async () => {
  const admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'JPY' })
  await admin.post('/presets/wisp/apply', {})
  const listed = (await admin.get('/tariffs?limit=100')).data
  expect(listed.find((tariff: { title: string }) => tariff.title === 'Wireless 30').price).toBe('2990')
})

test('who may not make roles or tariffs, or is a partner’s, applies nothing', async () => {
  const admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'EUR' })
  const billing = await clientWithRole(isp, admin.tenant_id, 'billing')
  const refused = await billing.call('POST', '/presets/fibre/apply', {})
  expect(refused.status).toBe(403)
  expect((await admin.get('/taxes')).data).toEqual([])
  const partner = await admin.post('/partners', { name: 'Hillside Net' })
  const staff = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
  expect((await staff.call('POST', '/presets/fibre/apply', {})).body.code).toBe('not_for_partners')
  expect((await admin.call('POST', '/presets/cable/apply', {})).status).toBe(404)
  expect(
    (await admin.call('POST', '/presets/fibre/apply', { tax_rate: '130' })).body.errors[0],
  ).toMatchObject({
    field: 'tax_rate',
  })
})
