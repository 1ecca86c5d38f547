import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** Customers who pay before they use. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const of = (admin: Client, customer_id: string) => admin.get(`/customers/${customer_id}`)
const statusOf = async (admin: Client, service_id: string) =>
  (await admin.get(`/services/${service_id}`)).status
const pay = (admin: Client, customer_id: string, amount: string) =>
  admin.post('/payments', { customer_id, amount, method: 'cash' })
const invoicesOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data.map(
    ({ total, status, period_from, period_to }: Record<string, string>) =>
      `${period_from!.slice(5)}..${period_to!.slice(5)} ${total} ${status}`,
  )

test('a month is charged when the balance covers it; otherwise the service stops until the money comes, and a new month begins then', async () => {
  const admin = await newTenant(isp, { at: '2027-01-30T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff, { billing_type: 'prepaid' })
  // Nothing paid: nothing works, nothing is owed.
  expect(await statusOf(admin, service_id)).toBe('stopped')
  expect((await of(admin, customer_id)).balance).toBe('0.00')
  await pay(admin, customer_id, '29.99')
  expect(await statusOf(admin, service_id)).toBe('stopped')
  expect((await admin.get(`/service_changes?service_id=${service_id}`)).data).toHaveLength(3)
  await advance(isp, admin.tenant_id, '1d') // 31 January
  await pay(admin, customer_id, '20.01')
  expect(await statusOf(admin, service_id)).toBe('active')
  expect(await of(admin, customer_id)).toMatchObject({ balance: '20.00', next_billing_on: '2027-02-28' })
  expect(await invoicesOf(admin, customer_id)).toEqual(['01-31..02-27 30.00 paid'])
  const { price } = await admin.get(`/services/${service_id}/explain`)
  expect(price.lines.at(-1)).toEqual({
    label: 'Next invoice, 2027-02-28 to 2027-03-30 (31 days)',
    amount: '30.00',
  })
  // No run bills it.
  expect(await runBilling(isp, admin, '2027-02-28')).toMatchObject({ customers: 0 })
  await advance(isp, admin.tenant_id, '28d') // 28 February
  expect(await statusOf(admin, service_id)).toBe('stopped')
  expect(await of(admin, customer_id)).toMatchObject({
    balance: '20.00',
    status: 'active',
    next_billing_on: null,
  })
  const [stop] = (await admin.get(`/service_changes?service_id=${service_id}&sort=-date`)).data
  expect(stop).toMatchObject({ kind: 'stop', date: '2027-02-28' })
  expect(stop.reason).toContain('does not cover')
  await advance(isp, admin.tenant_id, '2d') // 2 March
  await pay(admin, customer_id, '10.00')
  expect(await statusOf(admin, service_id)).toBe('active')
  expect(await invoicesOf(admin, customer_id)).toEqual(['01-31..02-27 30.00 paid', '03-02..04-01 30.00 paid'])
  expect(await of(admin, customer_id)).toMatchObject({ balance: '0.00', next_billing_on: '2027-04-02' })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('periods of days, a second service within one, and a pause that is the customer’s own', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const other = await newTariff(admin, '60.00')
  const { id: customer_id } = await admin.post('/customers', {
    name: 'Ada Lovelace',
    billing_type: 'prepaid',
    prepaid_period: 'P10D',
  })
  await pay(admin, customer_id, '25.00')
  const add = async (tariff_id: string, login: string) => {
    const { id } = await admin.post('/services', { customer_id, tariff_id, login })
    await admin.post(`/services/${id}/activate`)
    return id as string
  }
  const first = await add(tariff, 'days-1')
  expect(await of(admin, customer_id)).toMatchObject({ balance: '15.00', next_billing_on: '2027-06-11' })
  await advance(isp, admin.tenant_id, '5d') // 6 June
  const second = await add(other, 'days-2')
  // Five days at 2.00 to the end of the period.
  expect(await of(admin, customer_id)).toMatchObject({ balance: '5.00', next_billing_on: '2027-06-11' })
  await admin.post(`/services/${second}/stop`)
  expect((await of(admin, customer_id)).balance).toBe('15.00')
  await advance(isp, admin.tenant_id, '5d') // 11 June: ten days at 1.00
  expect(await of(admin, customer_id)).toMatchObject({ balance: '5.00', next_billing_on: '2027-06-21' })
  // Ten days at 2.00 cannot be paid: all of it stands still.
  await admin.post(`/services/${second}/resume`)
  expect([await statusOf(admin, first), await statusOf(admin, second)]).toEqual(['stopped', 'stopped'])
  expect((await of(admin, customer_id)).balance).toBe('15.00')
  await pay(admin, customer_id, '15.00')
  expect([await statusOf(admin, first), await statusOf(admin, second)]).toEqual(['active', 'active'])
  expect(await of(admin, customer_id)).toMatchObject({ balance: '0.00', next_billing_on: '2027-06-21' })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('day by day until the money is used up; a lower least balance is a credit', async () => {
  const admin = await newTenant(isp, { at: '2027-06-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const daily = { billing_type: 'prepaid_daily', auto_block: true, blocking_days: 0, due_days: 0 }
  const one = await newInternetCustomer(admin, tariff, daily)
  const trusted = await newInternetCustomer(admin, tariff, { ...daily, min_balance: '-3.00' })
  await pay(admin, one.customer_id, '2.50')
  await advance(isp, admin.tenant_id, '2d') // 3 June
  expect(await invoicesOf(admin, one.customer_id)).toEqual([
    '06-01..06-01 1.00 paid',
    '06-02..06-02 1.00 paid',
  ])
  expect(await statusOf(admin, one.service_id)).toBe('stopped')
  expect((await of(admin, one.customer_id)).balance).toBe('0.50')
  await advance(isp, admin.tenant_id, '1d') // 4 June
  expect(await of(admin, trusted.customer_id)).toMatchObject({ balance: '-3.00', status: 'active' })
  expect(await statusOf(admin, trusted.service_id)).toBe('stopped')
  // Invoiced from now on, it works again and is billed as others are.
  await admin.patch(`/customers/${one.customer_id}`, { billing_type: 'recurring' })
  expect(await statusOf(admin, one.service_id)).toBe('active')
  await runBilling(isp, admin, '2027-06-04')
  expect((await invoicesOf(admin, one.customer_id)).at(-1)).toBe('06-04..06-30 27.00 partially_paid')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})
