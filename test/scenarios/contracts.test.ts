import { afterAll, beforeAll, expect, test } from 'vitest'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { pdfText } from '../pdf-text.ts'

/** What is agreed about a service: taken from its tariff, changed for one customer, printed and signed. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-03-15T09:00:00Z', currency: 'EUR' })
})
afterAll(() => isp?.stop())

const tariff = (more: Record<string, unknown> = {}) => ({
  title: 'Fibre 200',
  service_type: 'internet',
  speed_download_kbps: 200_000,
  speed_upload_kbps: 100_000,
  price: '29.99',
  setup_fee: '49.00',
  minimum_months: 12,
  notice_days: 30,
  early_fee: 'remaining',
  early_fee_percent: '50',
  ...more,
})
const refusedFields = async (method: 'POST' | 'PATCH', path: string, body: Record<string, unknown>) => {
  const answer = await admin.call(method, path, body)
  expect(answer.status).toBe(422)
  return answer.body.errors.map(({ field, code }: { field: string; code: string }) => `${field}:${code}`)
}

test('a contract’s fields fit together', async () => {
  const post = (more: Record<string, unknown>) => refusedFields('POST', '/tariffs', tariff(more))
  expect(await post({ minimum_months: null })).toEqual(['early_fee:no_term'])
  expect(await post({ early_fee_percent: null })).toEqual(['early_fee_percent:required'])
  expect(await post({ early_fee_amount: '10.00' })).toEqual(['early_fee_amount:not_in_mode'])
  expect(
    await post({ early_fee: 'formula', early_fee_percent: null, early_fee_formula: 'cost * 2' }),
  ).toEqual(['early_fee_formula:not_a_formula'])
  expect(
    await refusedFields('POST', '/tariffs', {
      title: 'Router',
      service_type: 'one_time',
      price: '60.00',
      minimum_months: 12,
    }),
  ).toEqual(['minimum_months:not_for_kind'])
})

test('a service has its tariff’s contract from its first day on, and keeps it when the tariff changes', async () => {
  const fibre = await admin.post('/tariffs', tariff())
  const customer = await admin.post('/customers', { name: 'Ada Lovelace', city: 'London' })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: fibre.id,
    login: 'ada',
  })
  expect(service).toMatchObject({ minimum_months: 12, notice_days: 30, contract_end: null })
  await admin.patch(`/tariffs/${fibre.id}`, { minimum_months: 24 })
  await admin.post(`/services/${service.id}/activate`, {})
  expect(await admin.get(`/services/${service.id}`)).toMatchObject({
    minimum_months: 12,
    contract_start: '2027-03-15',
    contract_end: '2028-03-14',
  })
  expect(await admin.get(`/services/${service.id}/contract_terms?date=2027-11-16`)).toEqual({
    date: '2027-11-16',
    term: { number: 1, from: '2027-03-15', to: '2028-03-14' },
    earliest_end: '2028-03-15',
    early_fee: {
      amount: '59.98',
      currency: 'EUR',
      remaining_months: 4,
      sentence: 'It is agreed until 2028-03-14: 4 months remain.',
    },
  })
  const wrong = await admin.call('GET', `/services/${service.id}/contract_terms?date=soon`)
  expect(wrong.status).toBe(422)

  const longer = await admin.patch(`/services/${service.id}`, { minimum_months: 24, renewal: 'monthly' })
  expect(longer.contract_end).toBe('2029-03-14')
  expect(await refusedFields('PATCH', `/services/${service.id}`, { early_fee: 'fixed' })).toEqual([
    'early_fee_amount:required',
    'early_fee_percent:not_in_mode',
  ])
})

test('the contract is printed with its prices, its phases and its terms', async () => {
  const fibre = await admin.post('/tariffs', tariff({ title: 'Fibre 500', termination_fee: '15.00' }))
  await admin.post('/tariff_phases', {
    tariff_id: fibre.id,
    position: 1,
    name: 'First half-year',
    length: 6,
    kind: 'percent',
    percent: '50',
  })
  const customer = await admin.post('/customers', { name: 'Grace Hopper', city: 'New York' })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: fibre.id,
    login: 'grace',
  })
  await admin.post('/surcharges', { service_id: service.id, label: 'Public address', price: '3.00' })
  const response = await isp.server.inject({
    url: `/api/v1/services/${service.id}/contract`,
    headers: { authorization: `Bearer ${admin.token}` },
  })
  expect(response.headers['content-type']).toBe('application/pdf')
  const text = (await pdfText(response.rawPayload)).replace(/\s+/g, ' ')
  for (const words of [
    'Grace Hopper',
    `${customer.number}-1`,
    '15 March 2027',
    '12 months',
    '30 days',
    '€29.99',
    'First half-year',
    '€15.00',
    '15 March 2027 to 14 September 2027, instead',
    'Public address',
    '€3.00',
    'Set-up',
    '€49.00',
    'Ending it earlier costs 50 % of what the remaining months cost.',
    'signature',
  ])
    expect(text).toContain(words)
})

test('a bundle consists of tariffs, not of bundles nor of itself', async () => {
  const bundle = await admin.post('/tariffs', {
    title: 'Triple',
    service_type: 'bundle',
    price: '49.00',
    bundle_end: 'keep',
  })
  const other = await admin.post('/tariffs', { title: 'Double', service_type: 'bundle', price: '39.00' })
  const fibre = await admin.post('/tariffs', tariff({ title: 'Fibre in a bundle' }))
  const item = await admin.post('/bundle_items', { tariff_id: bundle.id, item_tariff_id: fibre.id })
  expect(item).toMatchObject({ quantity: 1, position: 1 })
  const add = (tariff_id: string, item_tariff_id: string) =>
    refusedFields('POST', '/bundle_items', { tariff_id, item_tariff_id })
  expect(await add(bundle.id, other.id)).toEqual(['item_tariff_id:bundle_in_bundle'])
  expect(await add(bundle.id, bundle.id)).toEqual(['item_tariff_id:bundle_in_bundle'])
  expect(await add(fibre.id, fibre.id)).toEqual(['tariff_id:not_a_bundle'])
  expect(await refusedFields('POST', '/tariffs', tariff({ bundle_end: 'keep' }))).toEqual([
    'bundle_end:not_for_kind',
  ])
})
