import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { advance, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/**
 * The numbers that whoever comes from another system will check first, over HTTP: each is one that a vendor's own manual names.
 * Contention and burst, which no request shows, are in catalog/shaping.test.ts as well.
 */
vi.setConfig({ testTimeout: 120_000 })
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const balanceOf = async (admin: Client, customer_id: string): Promise<string> =>
  (await admin.get(`/customers/${customer_id}`)).balance
const invoicesOf = async (admin: Client, customer_id: string): Promise<string[]> =>
  (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data.map(
    (invoice: any) => `${invoice.period_from}..${invoice.period_to} ${invoice.total}`,
  )

describe('a change from 200 to 100 within a month that is paid', () => {
  async function paid(month: string) {
    const admin = await newTenant(isp, { at: `${month}-01T08:00:00Z` })
    const [dear, cheap] = [await newTariff(admin, '200.00'), await newTariff(admin, '100.00')]
    const { customer_id, service_id } = await newInternetCustomer(admin, dear)
    await runBilling(isp, admin, `${month}-01`)
    await admin.post('/payments', { customer_id, amount: '200.00', method: 'bank_transfer' })
    expect(await balanceOf(admin, customer_id)).toBe('0.00')
    return { admin, cheap, customer_id, path: `/services/${service_id}/change_tariff` }
  }

  test('on 20 October with a fee of 30: balance +8.71', async () => {
    const { admin, cheap, customer_id, path } = await paid('2027-10')
    await admin.post('/billing_policies', { fee_down: '30.00' })
    const body = { tariff_id: cheap, date: '2027-10-20' }
    // Asked on the 1st, it says what the 20th will bring.
    const ahead = await admin.post(path, { ...body, dry_run: true })
    expect(ahead.result.money).toMatchObject({
      on: '2027-10-20',
      credit: '77.42',
      charge: '38.71',
      fee: '30.00',
      balance_before: '0.00',
      balance_after: '8.71',
    })
    await advance(isp, admin.tenant_id, '19d')
    const shown = await admin.post(path, { ...body, dry_run: true })
    // 12 of 31 days: 77.42 back, 38.71 for the new tariff, 30 for the change.
    expect(shown.result.money).toMatchObject({
      credit: '77.42',
      charge: '38.71',
      fee: '30.00',
      net: '8.71',
      balance_before: '0.00',
      balance_after: '8.71',
    })
    expect(await balanceOf(admin, customer_id)).toBe('0.00')
    await admin.post(path, body)
    expect(await balanceOf(admin, customer_id)).toBe('8.71')
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('on 16 April: credit 100.00, new 50.00, balance +50', async () => {
    const { admin, cheap, customer_id, path } = await paid('2027-04')
    await advance(isp, admin.tenant_id, '15d')
    const body = { tariff_id: cheap, date: '2027-04-16' }
    const shown = await admin.post(path, { ...body, dry_run: true })
    expect(shown.result.money).toMatchObject({ credit: '100.00', charge: '50.00', balance_after: '50.00' })
    await admin.post(path, body)
    expect(await balanceOf(admin, customer_id)).toBe('50.00')
  })

  test('planned for 20 October and withdrawn: no credit note was ever made', async () => {
    const { admin, cheap, customer_id, path } = await paid('2027-10')
    const shown = await admin.post(path, { tariff_id: cheap, date: '2027-10-20', dry_run: true })
    expect(shown.result.money.sentence).toMatch(/^No money moves before 2027-10-20\./)
    const service = await admin.post(path, { tariff_id: cheap, date: '2027-10-20' })
    const { data } = await admin.get(`/service_changes?service_id=${service.id}&status=planned`)
    await admin.post(`/services/${service.id}/cancel_change`, { change_id: data[0].id })
    await advance(isp, admin.tenant_id, '25d')
    expect((await admin.get(`/credit_notes?customer_id=${customer_id}`)).data).toEqual([])
    expect(await balanceOf(admin, customer_id)).toBe('0.00')
  })
})

describe('the least balance: price 100, billed on the 1st, due on the 15th', () => {
  /** Who has paid `paid` before the 16th. */
  async function onThe16th(min_balance: string, paid: string) {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '100.00')
    const { customer_id } = await newInternetCustomer(admin, tariff, {
      min_balance,
      due_days: 14,
      blocking_days: 0,
      auto_block: true,
    })
    await runBilling(isp, admin, '2027-01-01')
    if (paid !== '0.00') await admin.post('/payments', { customer_id, amount: paid, method: 'cash' })
    await advance(isp, admin.tenant_id, '14d')
    expect((await admin.get(`/customers/${customer_id}`)).status).toBe('active')
    await advance(isp, admin.tenant_id, '1d')
    await settled(isp, admin.tenant_id)
    return (await admin.get(`/customers/${customer_id}`)).status
  }

  test.each([
    ['0.00', '0.00', 'blocked'],
    ['0.00', '100.00', 'active'],
    ['-50.00', '49.99', 'blocked'],
    ['-50.00', '50.00', 'active'],
    ['50.00', '100.00', 'blocked'],
    ['50.00', '150.00', 'active'],
  ])('least %s, paid %s: %s on the 16th', async (least, paid, status) => {
    expect(await onThe16th(least, paid)).toBe(status)
  })
})

describe('the first period', () => {
  test('from 15 March, billed on the 1st: made in March 15–31 March, made in April 15 March–30 April', async () => {
    for (const [days, date, expected] of [
      [0, '2027-03-15', '2027-03-15..2027-03-31 17.00'],
      [17, '2027-04-01', '2027-03-15..2027-04-30 48.00'],
    ] as const) {
      const admin = await newTenant(isp, { at: '2027-03-15T08:00:00Z' })
      const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '31.00'))
      if (days > 0) await advance(isp, admin.tenant_id, `${days}d`)
      await runBilling(isp, admin, date)
      expect(await invoicesOf(admin, customer_id)).toEqual([expected])
    }
  })

  test.each([
    ['as part of its term', { longer_periods: 'equal_months' }, '125.00'],
    ['with the whole term after it', { first_period: 'plus_full' }, '175.00'],
  ])('a quarter of 150 from the 15th of the month, %s: %s → %s', async (_, rule, total) => {
    const admin = await newTenant(isp, { at: '2027-02-15T08:00:00Z' })
    await admin.post('/billing_policies', rule)
    const tariff = await newTariff(admin, '60.00', { sold_monthly: false, price_3_months: '150.00' })
    const { customer_id } = await newInternetCustomer(admin, tariff)
    await runBilling(isp, admin, '2027-02-15')
    expect((await admin.get(`/invoices?customer_id=${customer_id}`)).data[0].total).toBe(total)
  })
})

test('billed up to a day: before 1 May nothing, on it one month, in June both', async () => {
  const admin = await newTenant(isp, { at: '2027-04-10T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const customer = await admin.post('/customers', { name: 'Ada' })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: tariff,
    login: 'ada',
    start_date: '2027-05-01',
  })
  await admin.post(`/services/${service.id}/activate`)
  await runBilling(isp, admin, '2027-04-30')
  expect(await invoicesOf(admin, customer.id)).toEqual([])
  const previewOf = async (date: string) => {
    const run = await admin.post('/billing_runs', { date })
    await settled(isp, admin.tenant_id)
    const { data } = await admin.get(`/billing_runs/${run.id}/preview`)
    await admin.post(`/billing_runs/${run.id}/withdraw`)
    return data.flatMap(({ total, lines }: any) =>
      lines.map((line: any) => `${line.period_from}..${line.period_to} ${total}`),
    )
  }
  expect(await previewOf('2027-04-30')).toEqual([])
  expect(await previewOf('2027-05-01')).toEqual(['2027-05-01..2027-05-31 30.00'])
  expect(await previewOf('2027-05-31')).toEqual(['2027-05-01..2027-05-31 30.00'])
  expect(await previewOf('2027-06-01')).toEqual(['2027-05-01..2027-06-30 60.00'])
})

test('a burst of 100 % from a threshold of 80 % on 2 Mbps: 4 Mbps below 1.6 Mbps', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00', {
    title: 'Wireless 2',
    speed_download_kbps: 2000,
    speed_upload_kbps: 2000,
    burst_mode: 'percent',
    burst_limit_percent: '100',
    burst_threshold_percent: '80',
    burst_time_s: 40,
  })
  const { service_id } = await newInternetCustomer(admin, tariff)
  const { because } = (await admin.get(`/services/${service_id}/explain`)).speed
  expect(because.map(({ sentence }: any) => sentence)).toContain(
    'It bursts to 4 Mbit/s down and 4 Mbit/s up while the average of 40 s stays below 1600 kbit/s down and 1600 kbit/s up.',
  )
})
