import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** How the period is charged in which a service begins, and from which amount on an invoice is made: of the ISP, a partner, a customer. */
vi.setConfig({ testTimeout: 120_000 })
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const invoicesOf = async (admin: Client, customer_id: string): Promise<string[]> =>
  (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data.map(
    (invoice: any) => `${invoice.period_from}..${invoice.period_to} ${invoice.total}`,
  )
const policy = (admin: Client, body: object) => admin.post('/billing_policies', body)

/** An ISP with a rule of its own, and a customer who begins on 15 March 2027; the customer is billed on the 1st. */
async function sold(rule: object, { at = '2027-03-15', price = '31.00', more = {} as object } = {}) {
  const admin = await newTenant(isp, { at: `${at}T08:00:00Z` })
  const own = await policy(admin, rule)
  const tariff = await newTariff(admin, price, { ...more })
  return { admin, own, tariff, ...(await newInternetCustomer(admin, tariff)) }
}

test('by the day: made in March it is 15–31 March, made in April 15 March–30 April', async () => {
  for (const [date, expected] of [
    ['2027-03-15', '2027-03-15..2027-03-31 17.00'],
    ['2027-04-01', '2027-03-15..2027-04-30 48.00'],
  ] as const) {
    const { admin, customer_id } = await sold({ first_period: 'by_day' })
    if (date !== '2027-03-15') await advance(isp, admin.tenant_id, '17d')
    await runBilling(isp, admin, date)
    expect(await invoicesOf(admin, customer_id)).toEqual([expected])
  }
})

test('full: the days that are left cost the whole price, and giving some of them back gives back their part of it', async () => {
  const { admin, customer_id, service_id } = await sold({ first_period: 'full' }, { price: '34.00' })
  const why = (await admin.get(`/services/${service_id}/explain`)).price
  expect(why.lines.at(-1)).toMatchObject({ amount: '34.00' })
  expect(why.because.map(({ sentence }: any) => sentence)).toContain(
    'The period in which it began costs its whole price.',
  )
  await runBilling(isp, admin, '2027-03-15')
  expect(await invoicesOf(admin, customer_id)).toEqual(['2027-03-15..2027-03-31 34.00'])
  await advance(isp, admin.tenant_id, '7d') // 22 March: 10 of 17 days are left, at 2 a day.
  const stopped = await admin.post(`/services/${service_id}/stop`, { dry_run: true })
  expect(stopped.result.money).toMatchObject({ credit: '20.00', charge: '0.00' })
  await advance(isp, admin.tenant_id, '10d')
  await runBilling(isp, admin, '2027-04-01')
  expect((await invoicesOf(admin, customer_id)).at(-1)).toBe('2027-04-01..2027-04-30 34.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('rounded: the share is rounded to whole units of the currency', async () => {
  // 17 of 31 days of 29.90 are 16.40.
  const { admin, customer_id } = await sold({ first_period: 'rounded' }, { price: '29.90' })
  await runBilling(isp, admin, '2027-03-15')
  expect(await invoicesOf(admin, customer_id)).toEqual(['2027-03-15..2027-03-31 16.00'])
})

test('deferred: nothing before the first billing day, then together with the next period', async () => {
  const { admin, customer_id } = await sold({ first_period: 'deferred' })
  const page = await admin.get(`/customers/${customer_id}/overview`)
  expect(page.next_invoice).toEqual({ date: '2027-04-01', amount: '48.00' })
  await runBilling(isp, admin, '2027-03-15')
  expect(await invoicesOf(admin, customer_id)).toEqual([])
  await advance(isp, admin.tenant_id, '17d')
  await runBilling(isp, admin, '2027-04-01')
  expect(await invoicesOf(admin, customer_id)).toEqual(['2027-03-15..2027-04-30 48.00'])
})

test('plus full: the share and the whole next period at once, the run after it finds nothing to bill', async () => {
  const { admin, customer_id } = await sold({ first_period: 'plus_full' })
  await runBilling(isp, admin, '2027-03-15')
  expect(await invoicesOf(admin, customer_id)).toEqual(['2027-03-15..2027-04-30 48.00'])
  expect((await admin.get(`/customers/${customer_id}`)).next_billing_on).toBe('2027-05-01')
  await advance(isp, admin.tenant_id, '47d')
  await runBilling(isp, admin, '2027-05-01')
  expect((await invoicesOf(admin, customer_id)).at(-1)).toBe('2027-05-01..2027-05-31 31.00')
})

test('a quarter of 150 that begins on 15 February: 125 as part of its term, 175 with the whole term after it', async () => {
  const quarterly = { sold_monthly: false, price_3_months: '150.00' }
  for (const [rule, expected] of [
    [{ longer_periods: 'equal_months' }, '2027-02-15..2027-04-30 125.00'],
    [{ first_period: 'plus_full' }, '2027-02-15..2027-05-31 175.00'],
  ] as const) {
    const { admin, customer_id, service_id } = await sold(rule, { at: '2027-02-15', more: quarterly })
    await runBilling(isp, admin, '2027-02-15')
    expect(await invoicesOf(admin, customer_id)).toEqual([expected])
    // What is given back is what it cost, to the cent.
    await admin.post(`/services/${service_id}/terminate`)
    expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('0.00')
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  }
})

test('what comes to less than the smallest invoice is carried forward until it is reached; the last invoice is made anyway', async () => {
  const { admin, customer_id, service_id } = await sold(
    { min_invoice: '10.00' },
    { at: '2027-01-01', price: '4.00' },
  )
  const page = await admin.get(`/customers/${customer_id}/overview`)
  expect(page.next_invoice).toEqual({ date: '2027-03-01', amount: '12.00' })
  for (const date of ['2027-01-01', '2027-02-01']) {
    const run = await admin.post('/billing_runs', { date })
    await vi.waitFor(async () => {
      expect((await admin.get(`/billing_runs/${run.id}`)).status).toBe('preview')
    })
    const [row] = (await admin.get(`/billing_runs/${run.id}/preview`)).data
    expect(row).toMatchObject({ total: '0.00' })
    expect(row.warnings[0]).toMatch(/is carried forward: an invoice is made from 10.00 EUR on\.$/)
    await admin.post(`/billing_runs/${run.id}/withdraw`)
    await runBilling(isp, admin, date)
    await advance(isp, admin.tenant_id, date === '2027-01-01' ? '31d' : '28d')
  }
  expect(await invoicesOf(admin, customer_id)).toEqual([])
  await runBilling(isp, admin, '2027-03-01')
  expect(await invoicesOf(admin, customer_id)).toEqual(['2027-01-01..2027-03-31 12.00'])
  await advance(isp, admin.tenant_id, '31d')
  await admin.post(`/services/${service_id}/terminate`, { date: '2027-04-16' })
  await runBilling(isp, admin, '2027-04-01')
  expect((await invoicesOf(admin, customer_id)).at(-1)).toBe('2027-04-01..2027-04-15 2.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a customer’s own rule comes before its partner’s, and that before the one above; a service keeps the rule it was sold under', async () => {
  const { admin, own, tariff, customer_id, service_id } = await sold({ first_period: 'full' })
  const partner = (await admin.post('/partners', { name: 'Seller' })).id
  await policy(admin, { partner_id: partner, first_period: 'deferred' })
  const friend = (await admin.post('/customers', { name: 'Friend', partner_id: partner })).id
  await policy(admin, { customer_id: friend, first_period: 'by_day', min_invoice: '1.00' })
  const twice = await admin.call('POST', '/billing_policies', { customer_id: friend })
  expect(twice.status).toBe(409)
  const other = (await admin.post('/customers', { name: 'Other', partner_id: partner })).id
  const [friends, others] = [
    await admin.post('/services', { customer_id: friend, tariff_id: tariff, login: 'friend' }),
    await admin.post('/services', { customer_id: other, tariff_id: tariff, login: 'other' }),
  ]
  for (const { id } of [friends, others]) await admin.post(`/services/${id}/activate`)
  await admin.patch(`/billing_policies/${own.id}`, { first_period: 'deferred' })
  await runBilling(isp, admin, '2027-03-15')
  expect(await invoicesOf(admin, customer_id)).toEqual(['2027-03-15..2027-03-31 31.00'])
  expect(await invoicesOf(admin, friend)).toEqual(['2027-03-15..2027-03-31 17.00'])
  expect(await invoicesOf(admin, other)).toEqual([])
  const { because } = (await admin.get(`/services/${service_id}/explain`)).price
  expect(because.find(({ code }: any) => code === 'first_period').links).toEqual([
    { noun: 'billing_policy', id: own.id },
  ])
  // The rule goes, the service keeps what it was sold under.
  await admin.call('DELETE', `/billing_policies/${own.id}`)
  await advance(isp, admin.tenant_id, '2d')
  const money = (await admin.post(`/services/${service_id}/terminate`, { dry_run: true })).result.money
  expect(money.credit).toBe('27.35') // 15 of 17 days of 31.
})

test('a correction of the first day charges the first period anew, and leaves the later ones alone', async () => {
  const { admin, customer_id, service_id } = await sold({ first_period: 'full' })
  await runBilling(isp, admin, '2027-03-15')
  await advance(isp, admin.tenant_id, '17d')
  await runBilling(isp, admin, '2027-04-01')
  const [activation] = (await admin.get(`/service_changes?service_id=${service_id}&sort=date`)).data.filter(
    ({ kind }: any) => kind === 'activate',
  )
  expect(activation.date).toBe('2027-03-15')
  await admin.post(`/services/${service_id}/stop`, {
    date: '2027-03-15',
    until: '2027-03-20',
    reason: 'the line was not ready',
  })
  // From 20 March on: 12 days cost the whole price instead of 17.
  expect((await admin.get(`/credit_notes?customer_id=${customer_id}`)).data).toHaveLength(1)
  expect((await invoicesOf(admin, customer_id)).filter((one) => one.startsWith('2027-04'))).toHaveLength(1)
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('-62.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})
