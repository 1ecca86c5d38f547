import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

// Months go by in each story.
vi.setConfig({ testTimeout: 120_000 })

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

type Told = { noun: string; action: string; changes: Record<string, [unknown, unknown]> }

/** A customer billed and paid for the month that begins at `at`, on a tariff of 200; and a tariff of 100. */
async function paidMonth(
  at: string,
): Promise<{ admin: Client; customer_id: string; service_id: string; dear: string; cheap: string }> {
  const admin = await newTenant(isp, { at: `${at}T08:00:00Z` })
  const dear = await newTariff(admin, '200.00')
  const cheap = await newTariff(admin, '100.00')
  const { customer_id, service_id } = await newInternetCustomer(admin, dear)
  await runBilling(isp, admin, at)
  await admin.post('/payments', { customer_id, amount: '200.00', method: 'card' })
  return { admin, customer_id, service_id, dear, cheap }
}

const balance = async (admin: Client, customer_id: string) =>
  (await admin.get(`/customers/${customer_id}`)).balance

test('200 → 100 on 20 October: 77.42 given back, 38.71 for the rest', async () => {
  const { admin, customer_id, service_id, cheap } = await paidMonth('2027-10-01')
  await advance(isp, admin.tenant_id, '19d')
  const rehearsed = await admin.post(`/services/${service_id}/change_tariff`, {
    tariff_id: cheap,
    dry_run: true,
  })
  const notes = rehearsed.changes.filter(
    (change: Told) => change.noun === 'credit_note' && change.action === 'finalized',
  )
  expect(notes.map((change: Told) => change.changes.total)).toEqual([[null, '-77.42']])
  expect(
    rehearsed.events.filter((event: { type: string }) => event.type === 'invoice.finalized')[0].data.total,
  ).toBe('3871')
  expect(await balance(admin, customer_id)).toBe('0.00')

  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: cheap, date: '2027-10-20' })
  expect(await balance(admin, customer_id)).toBe('38.71')
  const [note] = (await admin.get(`/credit_notes?customer_id=${customer_id}`)).data
  expect(note).toMatchObject({
    number: 'CN-2027-000001',
    total: '-77.42',
    unallocated: '38.71',
    reason: 'Tariff changed from 2027-10-20',
  })
  expect((await admin.get(`/credit_notes/${note.id}/lines`)).data).toMatchObject([
    { period_from: '2027-10-20', period_to: '2027-10-31', net: '-77.42', service_id },
  ])
  const [again] = (await admin.get(`/invoices?customer_id=${customer_id}&limit=1`)).data
  expect(again).toMatchObject({
    total: '38.71',
    status: 'paid',
    period_from: '2027-10-20',
    period_to: '2027-10-31',
    billing_run_id: null,
  })
  // The next month costs the new price, less the credit.
  await advance(isp, admin.tenant_id, '12d')
  await runBilling(isp, admin, '2027-11-01')
  expect((await admin.get(`/invoices?customer_id=${customer_id}&limit=1`)).data).toMatchObject([
    { total: '100.00', due_total: '61.29', status: 'partially_paid' },
  ])
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('200 → 100 on 20 October with a fee of 30: the preview says what happens, and it happens', async () => {
  const { admin, customer_id, service_id, cheap } = await paidMonth('2027-10-01')
  const root = (await admin.get('/partners')).data.find((one: { parent_id: string | null }) => !one.parent_id)
  await admin.post('/billing_policies', { partner_id: root.id, fee_down: '30.00', fee_up: '5.00' })
  await advance(isp, admin.tenant_id, '19d')
  const change = { tariff_id: cheap, date: '2027-10-20' }
  const { result } = await admin.post(`/services/${service_id}/change_tariff`, { ...change, dry_run: true })
  expect(result.money).toMatchObject({
    credit: '77.42',
    charge: '38.71',
    fee: '30.00',
    net: '8.71',
    balance_before: '0.00',
    balance_after: '8.71',
    sentence:
      '77.42 is given back, 38.71 is charged and the change itself costs 30.00; the balance goes from 0.00 to 8.71 EUR.',
  })
  expect(result.money.lines.map(({ kind, total }: { kind: string; total: string }) => [kind, total])).toEqual(
    expect.arrayContaining([
      ['credit', '77.42'],
      ['charge', '38.71'],
      ['fee', '30.00'],
    ]),
  )
  const many = await admin.post('/services/bulk', {
    operation: 'change_tariff',
    ids: [service_id],
    input: change,
    dry_run: true,
  })
  expect(many).toMatchObject({ done: 1, data: [{ status: 'ok', money: { net: '8.71' } }] })
  expect(await balance(admin, customer_id)).toBe('0.00')
  await admin.post(`/services/${service_id}/change_tariff`, change)
  expect(await balance(admin, customer_id)).toBe('8.71')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a planned change moves no money and costs its fee on its day; one that is taken back costs none', async () => {
  const { admin, customer_id, service_id, cheap, dear } = await paidMonth('2027-10-01')
  const root = (await admin.get('/partners')).data.find((one: { parent_id: string | null }) => !one.parent_id)
  await admin.post('/billing_policies', { partner_id: root.id, fee_down: '30.00', charge: 'next_bill' })
  const planned = { tariff_id: cheap, date: '2027-10-20', dry_run: true }
  const { result } = await admin.post(`/services/${service_id}/change_tariff`, planned)
  // The rest of the month on the new tariff comes with the next bill, so that only the fee is charged.
  expect(result.money).toMatchObject({
    on: '2027-10-20',
    credit: '77.42',
    charge: '0.00',
    fee: '30.00',
    net: '47.42',
  })
  expect(result.money.sentence).toMatch(/^No money moves before 2027-10-20\./)
  await admin.post(`/services/${service_id}/change_tariff`, { ...planned, dry_run: false })
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: dear, date: '2027-10-25' })
  expect(await balance(admin, customer_id)).toBe('0.00')
  const back = (await admin.get(`/service_changes?service_id=${service_id}&date=2027-10-25`)).data[0]
  await admin.post(`/services/${service_id}/cancel_change`, { change_id: back.id })
  await advance(isp, admin.tenant_id, '20d')
  // Given back at once; the rest of the month on the new tariff comes with the next bill.
  expect(await balance(admin, customer_id)).toBe('47.42')
  await advance(isp, admin.tenant_id, '11d')
  await runBilling(isp, admin, '2027-11-01')
  expect(await balance(admin, customer_id)).toBe('-91.29')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('where nothing is given back, a tariff changes when what is paid for ends; a reseller has its own rule', async () => {
  const { admin, service_id, cheap } = await paidMonth('2027-10-01')
  const root = (await admin.get('/partners')).data.find((one: { parent_id: string | null }) => !one.parent_id)
  await admin.post('/billing_policies', { partner_id: root.id, refund: 'none' })
  const path = `/services/${service_id}/change_tariff`
  const refused = await admin.call('POST', path, { tariff_id: cheap })
  expect(refused).toMatchObject({ status: 409, body: { code: 'paid_in_advance' } })
  expect(refused.body.detail).toContain('2027-11-01')
  await admin.post(path, { tariff_id: cheap, at: 'period_end' })
  const village = await admin.post('/partners', { name: 'Village Net' })
  const other = await newInternetCustomer(admin, cheap, { partner_id: village.id })
  await admin.post('/billing_policies', { partner_id: village.id, refund: 'unused' })
  await runBilling(isp, admin, '2027-10-01')
  const dear = await newTariff(admin, '300.00')
  await admin.post(`/services/${other.service_id}/change_tariff`, { tariff_id: dear })
})

test('200 → 100 on 16 April: 100.00 given back, 50.00 for the rest', async () => {
  const { admin, customer_id, service_id, cheap } = await paidMonth('2027-04-01')
  await advance(isp, admin.tenant_id, '15d')
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: cheap })
  expect(await balance(admin, customer_id)).toBe('50.00')
})

test('a planned change is corrected on its day, and not at all when it is taken back', async () => {
  const { admin, customer_id, service_id, cheap, dear } = await paidMonth('2027-04-01')
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: cheap, date: '2027-04-16' })
  expect(await balance(admin, customer_id)).toBe('0.00')
  await advance(isp, admin.tenant_id, '15d')
  expect(await balance(admin, customer_id)).toBe('50.00')
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: dear, date: '2027-04-16' })
  expect(await balance(admin, customer_id)).toBe('0.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a stop gives back what is left; a resumption is billed with the next run', async () => {
  const { admin, customer_id, service_id } = await paidMonth('2027-04-01')
  await advance(isp, admin.tenant_id, '15d')
  await admin.post(`/services/${service_id}/stop`)
  expect(await balance(admin, customer_id)).toBe('100.00')
  await advance(isp, admin.tenant_id, '9d')
  await admin.post(`/services/${service_id}/resume`)
  expect(await balance(admin, customer_id)).toBe('100.00')
  await advance(isp, admin.tenant_id, '6d')
  await runBilling(isp, admin, '2027-05-01')
  const [invoice] = (await admin.get(`/invoices?customer_id=${customer_id}&limit=1`)).data
  expect(invoice).toMatchObject({
    period_from: '2027-04-25',
    period_to: '2027-05-31',
    total: '240.00',
    paid_total: '100.00',
  })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('an end gives back what is left, and nothing is billed afterwards', async () => {
  const { admin, customer_id, service_id } = await paidMonth('2027-04-01')
  await advance(isp, admin.tenant_id, '15d')
  await admin.post(`/services/${service_id}/terminate`, { reason: 'moves away' })
  expect(await balance(admin, customer_id)).toBe('100.00')
  await advance(isp, admin.tenant_id, '15d')
  const run = await admin.post('/billing_runs', { date: '2027-05-01' })
  const preview = await admin.get(`/billing_runs/${run.id}/preview`)
  expect(preview.data).toMatchObject([
    { customer_id, change: 'gone', total: '0.00', last_total: '200.00', difference: '-200.00' },
  ])
  await admin.post(`/billing_runs/${run.id}/withdraw`)
  expect((await admin.get(`/billing_runs/${run.id}`)).status).toBe('withdrawn')
  await runBilling(isp, admin, '2027-05-01')
  expect(await admin.get(`/customers/${customer_id}`)).toMatchObject({
    next_billing_on: null,
    balance: '100.00',
  })
})

test('taken back from its very first day, all of it is given back', async () => {
  const { admin, customer_id, service_id } = await paidMonth('2027-04-01')
  await admin.post(`/services/${service_id}/terminate`, { date: '2027-04-01' })
  expect(await balance(admin, customer_id)).toBe('200.00')
  const [invoice] = (await admin.get(`/invoices?customer_id=${customer_id}`)).data
  expect((await admin.call('POST', `/invoices/${invoice.id}/void`, { reason: 'x' })).status).toBe(409)
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('tax goes back with the money, to the cent', async () => {
  const admin = await newTenant(isp, { at: '2027-10-01T08:00:00Z' })
  const tax = await admin.post('/taxes', { name: 'VAT', rate: '23' })
  const tariff_id = await newTariff(admin, '33.33', { tax_id: tax.id })
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff_id)
  await runBilling(isp, admin, '2027-10-01')
  expect(await balance(admin, customer_id)).toBe('-41.00')
  await advance(isp, admin.tenant_id, '25d')
  await admin.post(`/services/${service_id}/stop`)
  expect(await balance(admin, customer_id)).toBe('-33.07')
  await admin.post(`/services/${service_id}/resume`, { date: '2027-10-26' })
  const reason = 'entered late'
  await admin.post(`/services/${service_id}/stop`, { date: '2027-10-08', reason })
  await admin.post(`/services/${service_id}/terminate`, { date: '2027-10-01', reason })
  expect(await balance(admin, customer_id)).toBe('0.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('one-time services, quantities, agreed prices and set-up fees', async () => {
  const admin = await newTenant(isp)
  const setup = await newTariff(admin, '30.00', { setup_fee: '49.00' })
  const visit = await admin.post('/tariffs', {
    title: 'Engineer visit',
    service_type: 'one_time',
    price: '25.00',
  })
  const address = await admin.post('/tariffs', {
    title: 'Static address',
    service_type: 'recurring',
    price: '4.00',
  })
  const { customer_id } = await newInternetCustomer(admin, setup, { billing_day: 31 })
  for (const body of [
    { tariff_id: visit.id, quantity: 2 },
    { tariff_id: address.id, price: '3.50', quantity: 3, description: '203.0.113.16/30' },
  ]) {
    const service = await admin.post('/services', { customer_id, ...body })
    await admin.post(`/services/${service.id}/activate`)
  }
  await runBilling(isp, admin, '2027-01-01')
  const [first] = (await admin.get('/invoices')).data
  // Billing day 31: what is left of the month from 31 December on is 30 days of 31.
  expect(
    (await admin.get(`/invoices/${first.id}/lines`)).data.map((line: { net: string; quantity: number }) => [
      line.quantity,
      line.net,
    ]),
  ).toEqual([
    [1, '49.00'],
    [1, '29.03'],
    [2, '50.00'],
    [3, '10.16'],
  ])
  expect((await admin.get(`/customers/${customer_id}`)).next_billing_on).toBe('2027-01-31')
  await advance(isp, admin.tenant_id, '30d')
  await runBilling(isp, admin, '2027-01-31')
  const [second] = (await admin.get('/invoices?limit=1')).data
  expect(second).toMatchObject({ period_from: '2027-01-31', period_to: '2027-02-27', total: '40.50' })
  expect((await admin.get(`/customers/${customer_id}`)).next_billing_on).toBe('2027-02-28')
})
