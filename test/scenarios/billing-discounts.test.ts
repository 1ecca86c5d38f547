import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** What discounts, surcharges, phases and an exemption do to bills. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const balance = async (admin: Client, customer_id: string) =>
  (await admin.get(`/customers/${customer_id}`)).balance
const lastInvoice = async (admin: Client, customer_id: string) =>
  (await admin.get(`/invoices?customer_id=${customer_id}&limit=1`)).data[0]
const linesOf = async (admin: Client, customer_id: string) => {
  const invoice = await lastInvoice(admin, customer_id)
  const { data } = await admin.get(`/invoices/${invoice.id}/lines`)
  return data.map(({ description, net, period_from, period_to }: Record<string, string>) =>
    [description!.replace(/.*: /, ''), net, period_from?.slice(5), period_to?.slice(5)]
      .filter(Boolean)
      .join(' '),
  )
}
const ten = { label: 'Welcome', kind: 'percent', percent: '10' }

test('discounts are printed below what they are on, days at their own amount, and days given back cost what was paid', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff)
  await admin.post('/discounts', { customer_id, service_id, ...ten, to_date: '2027-06-20' })
  await admin.post('/discounts', {
    customer_id,
    label: 'Loyal',
    kind: 'fixed',
    amount: '3.00',
    position: 200,
  })
  const run = await admin.post('/billing_runs', { date: '2027-06-01' })
  const [preview] = (await admin.get(`/billing_runs/${run.id}/preview`)).data
  expect(preview.total).toBe('25.00')
  await admin.post(`/billing_runs/${run.id}/withdraw`)
  await runBilling(isp, admin, '2027-06-01')
  expect(
    (await linesOf(admin, customer_id)).map((line: string) => line.replace(/^Fibre.*\) /, 'Fibre ')),
  ).toEqual([
    'Fibre 20.00 06-01 06-20',
    'Welcome -2.00 06-01 06-20',
    'Loyal -2.00 06-01 06-20',
    'Fibre 10.00 06-21 06-30',
    'Loyal -1.00 06-21 06-30',
  ])
  expect(await balance(admin, customer_id)).toBe('-25.00')
  await admin.post('/payments', { customer_id, amount: '25.00', method: 'card' })
  await advance(isp, admin.tenant_id, '10d') // 11 June
  await admin.post(`/services/${service_id}/stop`)
  // Ten days at 0.80 and ten at 0.90.
  expect(await balance(admin, customer_id)).toBe('17.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a discount that is entered late, ended or withdrawn changes exactly the days it is about', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff)
  await runBilling(isp, admin, '2027-06-01')
  await admin.post('/payments', { customer_id, amount: '30.00', method: 'card' })
  await advance(isp, admin.tenant_id, '10d') // 11 June
  const late = await admin.post('/discounts', {
    customer_id,
    service_id,
    ...ten,
    from_date: '2027-06-06',
    reason: 'promised on the telephone',
  })
  expect(await balance(admin, customer_id)).toBe('2.50')
  await admin.post(`/discounts/${late.id}/end`, { to_date: '2027-06-20' })
  expect(await balance(admin, customer_id)).toBe('1.50')
  await admin.post(`/discounts/${late.id}/withdraw`, { reason: 'wrong customer' })
  expect(await balance(admin, customer_id)).toBe('0.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a surcharge has its own days, price and tax', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tax = await admin.post('/taxes', { name: 'VAT', rate: '20' })
  const tariff = await newTariff(admin, '30.00')
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff)
  const address = await admin.post('/surcharges', {
    service_id,
    label: 'Public address',
    price: '6.00',
    tax_id: tax.id,
    from_date: '2027-06-11',
  })
  await runBilling(isp, admin, '2027-06-01')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({ net_total: '34.00', tax_total: '0.80' })
  await admin.post('/payments', { customer_id, amount: '34.80', method: 'card' })
  await advance(isp, admin.tenant_id, '15d') // 16 June
  const second = await admin.post('/surcharges', { service_id, label: 'Router', price: '3.00', quantity: 2 })
  await admin.post(`/surcharges/${address.id}/end`, { to_date: '2027-06-20' })
  // Ten days of 0.20 with their tax come back; the router waits for the next bill.
  expect(await balance(admin, customer_id)).toBe('2.40')
  await admin.post(`/services/${service_id}/stop`, { date: '2027-06-26' })
  await advance(isp, admin.tenant_id, '10d') // 26 June
  expect(await balance(admin, customer_id)).toBe('7.40')
  await runBilling(isp, admin, '2027-07-01')
  expect(await linesOf(admin, customer_id)).toEqual(['Router 2.00 06-16 06-25'])
  await admin.post(`/surcharges/${second.id}/withdraw`, { reason: 'never delivered' })
  expect(await balance(admin, customer_id)).toBe('7.40')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a coupon for one whole invoice counts once, also where it leaves nothing to pay', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  await admin.post('/coupons', {
    code: 'FREE',
    label: 'First one free',
    applies_to: 'invoice',
    kind: 'percent',
    percent: '100',
  })
  const off = { label: 'Thanks', applies_to: 'invoice', kind: 'fixed', amount: '9.00', periods: 2 }
  const tariff = await newTariff(admin, '30.00')
  const first = await newInternetCustomer(admin, tariff)
  await admin.post(`/customers/${first.customer_id}/redeem_coupon`, { code: 'FREE' })
  const second = await newInternetCustomer(admin, tariff)
  await admin.post('/discounts', { ...off, customer_id: second.customer_id })
  await runBilling(isp, admin, '2027-06-01')
  expect(await lastInvoice(admin, first.customer_id)).toMatchObject({ total: '0.00', status: 'paid' })
  expect(await lastInvoice(admin, second.customer_id)).toMatchObject({ total: '21.00' })
  // Given back is what was paid, not the list price.
  await advance(isp, admin.tenant_id, '15d')
  await admin.post(`/services/${second.service_id}/stop`)
  expect(await balance(admin, second.customer_id)).toBe('-10.50')
  await admin.post(`/services/${first.service_id}/stop`)
  await admin.post(`/services/${first.service_id}/resume`)
  expect(await balance(admin, first.customer_id)).toBe('0.00')
  await admin.post(`/services/${second.service_id}/resume`)
  await advance(isp, admin.tenant_id, '15d')
  await runBilling(isp, admin, '2027-07-01')
  // Fifteen days of June again and July, less the second and last of the two discounts.
  expect(await lastInvoice(admin, second.customer_id)).toMatchObject({ total: '36.00' })
  expect(await lastInvoice(admin, first.customer_id)).toMatchObject({ total: '45.00' })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('an introductory price holds for its time, and a change of tariff leaves it behind', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const other = await newTariff(admin, '60.00')
  const phase = { tariff_id: tariff, length_unit: 'days' }
  await admin.post('/tariff_phases', { ...phase, position: 1, name: 'Trial', length: 10, price: '0.00' })
  await admin.post('/tariff_phases', {
    ...phase,
    position: 2,
    name: 'Promotion',
    length: 10,
    kind: 'percent',
    percent: '50',
  })
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff)
  const agreed = await admin.post('/services', {
    customer_id,
    tariff_id: tariff,
    login: 'agreed',
    price: '30.00',
  })
  await admin.post(`/services/${agreed.id}/activate`)
  expect(await admin.get(`/services/${service_id}`)).toMatchObject({ price: null, status: 'active' })
  await runBilling(isp, admin, '2027-06-01')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({ total: '45.00' })
  await admin.post('/payments', { customer_id, amount: '45.00', method: 'card' })
  await advance(isp, admin.tenant_id, '15d') // 16 June: 5 of 0.50 and 10 of 1.00 against 15 of 2.00
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: other })
  expect(await balance(admin, customer_id)).toBe('-17.50')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('who is exempt pays no tax, and the invoice says why', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tax = await admin.post('/taxes', { name: 'VAT', rate: '20' })
  const tariff = await newTariff(admin, '30.00', { tax_id: tax.id, setup_fee: '10.00' })
  const { customer_id } = await newInternetCustomer(admin, tariff, {
    tax_exempt: true,
    tax_exempt_reason: 'Reverse charge, article 196',
  })
  await runBilling(isp, admin, '2027-06-01')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({
    net_total: '40.00',
    tax_total: '0.00',
    bill_to: { tax_exempt_reason: 'Reverse charge, article 196' },
  })
})

test('what a discount takes away wholly is an invoice still, in the preview as in the run', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff)
  await runBilling(isp, admin, '2027-06-01')
  await admin.post('/discounts', {
    customer_id,
    service_id,
    label: 'On the house',
    kind: 'percent',
    percent: '100',
    from_date: '2027-07-01',
  })
  await advance(isp, admin.tenant_id, '30d')
  const run = await admin.post('/billing_runs', { date: '2027-07-01' })
  const previewed = await admin.get(`/billing_runs/${run.id}`)
  expect(previewed).toMatchObject({ status: 'preview', invoices: 1, total: '0.00' })
  expect((await admin.get(`/billing_runs/${run.id}/preview`)).data[0]).toMatchObject({ change: 'down' })
  await admin.post(`/billing_runs/${run.id}/withdraw`)
  await runBilling(isp, admin, '2027-07-01')
  expect(await lastInvoice(admin, customer_id)).toMatchObject({
    date: '2027-07-01',
    total: '0.00',
    status: 'paid',
  })
})
