import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference } from './billing-kit.ts'
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

test('who pays by the year signs for the year’s price', async () => {
  const fibre = await admin.post('/tariffs', tariff({ title: 'Fibre 700', price_12_months: '299.00' }))
  const customer = await admin.post('/customers', { name: 'Ada Lovelace' })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: fibre.id,
    login: 'yearly',
    period_months: 12,
  })
  const response = await isp.server.inject({
    url: `/api/v1/services/${service.id}/contract`,
    headers: { authorization: `Bearer ${admin.token}` },
  })
  const text = (await pdfText(response.rawPayload)).replace(/\s+/g, ' ')
  expect(text).toContain('€299.00')
  expect(text).toContain('every 12 months')
  await admin.post(`/services/${service.id}/activate`, {})
  const { early_fee } = await admin.get(`/services/${service.id}/contract_terms?date=2027-11-16`)
  // Half of four months at 299.00 ÷ 12.
  expect(early_fee.amount).toBe('49.84')
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

test('leaving early is charged on the day it ends, not when it is planned; in time it costs nothing', async () => {
  const vat = await admin.post('/taxes', { name: 'VAT', rate: '20' })
  const fibre = await admin.post(
    '/tariffs',
    tariff({ title: 'Fibre 300', setup_fee: '0.00', termination_fee: '15.00', tax_id: vat.id }),
  )
  const subscriber = async (login: string) => {
    const customer = await admin.post('/customers', { name: login })
    const service = await admin.post('/services', { customer_id: customer.id, tariff_id: fibre.id, login })
    await admin.post(`/services/${service.id}/activate`, {})
    return { customer, service }
  }
  const invoices = async (customer: { id: string }) =>
    (await admin.get(`/invoices?customer_id=${customer.id}`)).data as { id: string; total: string }[]
  const early = await subscriber('early')
  const free = await subscriber('free')
  const never = await subscriber('never')
  await admin.patch(`/services/${free.service.id}`, {
    minimum_months: null,
    early_fee: 'none',
    early_fee_percent: null,
  })
  await advance(isp, admin.tenant_id, '1d')
  const preview = await admin.post(`/services/${early.service.id}/terminate`, { dry_run: true })
  const billed = preview.events.find((event: { type: string }) => event.type === 'invoice.finalized')
  // Half of twelve months and the fee for ending, with tax: (179.94 + 15.00) × 1.2
  expect(billed.data.total).toBe('23393')
  expect(await invoices(early.customer)).toEqual([])

  await admin.post(`/services/${early.service.id}/terminate`, { date: '2027-03-18' })
  await admin.post(`/services/${never.service.id}/terminate`, { date: '2027-03-18' })
  expect(await invoices(early.customer)).toEqual([])
  const planned = (await admin.get(`/service_changes?service_id=${never.service.id}&status=planned`)).data[0]
  await admin.post(`/services/${never.service.id}/cancel_change`, { change_id: planned.id })
  await advance(isp, admin.tenant_id, '3d')
  await settled(isp, admin.tenant_id)
  const [invoice] = await invoices(early.customer)
  expect(invoice!.total).toBe('233.93')
  expect(
    (await admin.get(`/invoices/${invoice!.id}/lines`)).data.map(
      (line: { description: string; net: string }) => [line.description, line.net],
    ),
  ).toEqual([
    ['Fibre 300 (early): contract left early, 12 months remain', '179.94'],
    ['Fibre 300 (early): ended', '15.00'],
  ])
  expect(await invoices(never.customer)).toEqual([])
  await admin.post(`/services/${free.service.id}/terminate`, {})
  expect((await invoices(free.customer))[0]!.total).toBe('18.00')
  // What never began costs nothing to end.
  const pending = await admin.post('/services', {
    customer_id: free.customer.id,
    tariff_id: fibre.id,
    login: 'pending',
  })
  await admin.post(`/services/${pending.id}/terminate`, {})
  expect(await invoices(free.customer)).toHaveLength(1)
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})
