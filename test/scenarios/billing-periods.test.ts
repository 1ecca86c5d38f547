import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newTariff, runBilling } from './billing-kit.ts'

/** Services that are paid for several months at a time. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

let logins = 0
async function subscriber(admin: Client, tariff_id: string, more: object = {}, customer: object = {}) {
  const { id: customer_id } = await admin.post('/customers', { name: 'Ada Lovelace', ...customer })
  const service = await admin.post('/services', { customer_id, tariff_id, login: `ada${++logins}`, ...more })
  await admin.post(`/services/${service.id}/activate`)
  return { customer_id, service_id: service.id as string }
}
const longer = { price_3_months: '87.00', price_12_months: '365.00' }
const of = (admin: Client, customer_id: string) => admin.get(`/customers/${customer_id}`)
const lastInvoice = async (admin: Client, customer_id: string) =>
  (await admin.get(`/invoices?customer_id=${customer_id}&limit=1`)).data[0]

test('a year is paid at once; who stops within it has the rest back by the day and pays it again when coming back', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00', longer)
  const { customer_id, service_id } = await subscriber(admin, tariff, { period_months: 12 })
  expect(await admin.get(`/services/${service_id}`)).toMatchObject({ period_months: 12, price: null })
  await runBilling(isp, admin, '2027-01-01')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({
    total: '365.00',
    period_from: '2027-01-01',
    period_to: '2027-12-31',
  })
  expect(await of(admin, customer_id)).toMatchObject({ next_billing_on: '2028-01-01' })
  expect((await admin.get('/dashboard')).mrr).toBe('30.42')
  await admin.post('/payments', { customer_id, amount: '365.00', method: 'card' })
  await advance(isp, admin.tenant_id, '10d') // 11 January
  await admin.post(`/services/${service_id}/stop`)
  expect(await of(admin, customer_id)).toMatchObject({ balance: '355.00' })
  await advance(isp, admin.tenant_id, '4d') // 15 January
  await admin.post(`/services/${service_id}/resume`)
  expect((await of(admin, customer_id)).next_billing_on).toBe('2027-01-15')
  await runBilling(isp, admin, '2027-01-15')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({
    total: '351.00',
    period_from: '2027-01-15',
    period_to: '2027-12-31',
    status: 'paid',
  })
  expect(await of(admin, customer_id)).toMatchObject({ balance: '4.00', next_billing_on: '2028-01-01' })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a quarter beside a month, billed on the 31st', async () => {
  const admin = await newTenant(isp, { at: '2027-01-31T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00', longer)
  const extra = await newTariff(admin, '10.00')
  const { customer_id } = await subscriber(admin, tariff, { period_months: 3 }, { billing_day: 31 })
  const other = await admin.post('/services', { customer_id, tariff_id: extra, login: `ada${++logins}` })
  await admin.post(`/services/${other.id}/activate`)
  await runBilling(isp, admin, '2027-01-31')
  const first = await lastInvoice(admin, customer_id)
  expect(first).toMatchObject({ total: '97.00', period_to: '2027-04-29' })
  const lines = (await admin.get(`/invoices/${first.id}/lines`)).data
  expect(
    lines.map((line: { unit_price: string; period_to: string }) => [line.unit_price, line.period_to]),
  ).toEqual([
    ['87.00', '2027-04-29'],
    ['10.00', '2027-02-27'],
  ])
  // At most a month ahead.
  await runBilling(isp, admin, '2027-02-28')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({ total: '10.00', period_to: '2027-03-30' })
})

test('from a month to a year in the middle of a month, and back at the end of the period', async () => {
  const admin = await newTenant(isp, { at: '2027-04-29T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00', { price_12_months: '366.00' })
  const { customer_id, service_id } = await subscriber(admin, tariff)
  await runBilling(isp, admin, '2027-04-29')
  await admin.post('/payments', { customer_id, amount: '2.00', method: 'card' })
  await advance(isp, admin.tenant_id, '1d')
  // The year is that from 1 April 2027 to 31 March 2028, 366 days of 1.00 each; charged anew is what was paid, to 30 April.
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: tariff, period_months: 12 })
  expect(await of(admin, customer_id)).toMatchObject({ balance: '0.00', next_billing_on: '2027-05-01' })
  await advance(isp, admin.tenant_id, '1d')
  await runBilling(isp, admin, '2027-05-01')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({ total: '336.00', period_to: '2028-03-31' })
  await admin.post(`/services/${service_id}/change_tariff`, {
    tariff_id: tariff,
    period_months: 1,
    at: 'period_end',
  })
  expect(await of(admin, customer_id)).toMatchObject({ balance: '-336.00', next_billing_on: '2028-04-01' })
  const [planned] = (await admin.get(`/service_changes?service_id=${service_id}&status=planned`)).data
  expect(planned).toMatchObject({ date: '2028-04-01', period_months: 1, price: '30.00' })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('only periods that the tariff is sold for', async () => {
  const admin = await newTenant(isp)
  const tariff = await newTariff(admin, '30.00', { ...longer, sold_monthly: false })
  const { id: customer_id } = await admin.post('/customers', { name: 'Ada Lovelace' })
  const add = (more: object) =>
    admin.call('POST', '/services', { customer_id, tariff_id: tariff, login: `ada${++logins}`, ...more })
  expect((await add({ period_months: 1 })).body.errors[0]).toMatchObject({
    field: 'period_months',
    code: 'not_sold_for_period',
  })
  expect((await add({ period_months: 6 })).body.errors[0].code).toBe('not_sold_for_period')
  expect((await add({})).body.period_months).toBe(3)
})
