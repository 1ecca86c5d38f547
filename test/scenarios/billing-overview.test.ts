import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdfText } from '../pdf-text.ts'
import { advance, clientWithRole, newTenant, settled, startIsp, type TestIsp } from '../isp.ts'
import { newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

test('the customer’s page, its timeline, the dashboard and the invoice on paper', async () => {
  const admin = await newTenant(isp, { name: 'Northwind Fibre' })
  const tax = await admin.post('/taxes', { name: 'VAT', rate: '23' })
  const tariff_id = await newTariff(admin, '30.00', { tax_id: tax.id })
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff_id, {
    name: 'Łucja Żółć 東京 Київ',
    street: 'Piotrkowska 104',
    postal_code: '90-926',
    city: 'Łódź',
    country: 'PL',
  })
  const before = await admin.get(`/services/${service_id}/explain`)
  expect(before.price).toMatchObject({ amount: '30.00', gross: '36.90', next_billing_on: '2027-01-01' })
  expect(before.price.sentence).toMatch(
    /^It costs 30.00 EUR a month, the price of the tariff .*, plus 23% VAT: 36.90 EUR.$/,
  )
  expect(before.price.lines.at(-1)).toEqual({
    label: 'Next invoice, 2027-01-01 to 2027-01-31 (31 days)',
    amount: '36.90',
  })
  expect(before.access).toMatchObject({ decision: 'accept' })
  expect(before.speed).toMatchObject({ download_kbps: 100_000, upload_kbps: 20_000 })
  await runBilling(isp, admin, '2027-01-01')
  await advance(isp, admin.tenant_id, '16d')

  const page = await admin.get(`/customers/${customer_id}/overview`)
  expect(page).toMatchObject({
    balance: '-36.90',
    next_invoice: { date: '2027-02-01', amount: '36.90' },
    online_since: null,
    last_payment: null,
  })
  expect(page.services).toMatchObject([{ id: service_id, online: false, password: 'set' }])
  expect(page.open_invoices).toMatchObject([{ status: 'overdue', due_total: '36.90' }])
  expect(page.why_status).toBe(
    'The customer is blocked since 2027-01-17: invoice 2027-000001 over 36.90 EUR is unpaid since its due date 2027-01-16 (access is denied, billing goes on).',
  )

  const next = await admin.get(`/customers/${customer_id}/next_invoice`)
  expect(next).toMatchObject({
    why: null,
    invoice: {
      date: '2027-02-01',
      amount: '36.90',
      net: '30.00',
      tax: '6.90',
      lines: [{ period_from: '2027-02-01', period_to: '2027-02-28', total: '36.90' }],
    },
  })
  const later = await admin.get(`/customers/${customer_id}/next_invoice?date=2027-03-15`)
  expect(later.invoice).toMatchObject({ date: '2027-03-15', amount: '73.80' })
  for (const query of ['date=2027-01-01', 'date=2027-02-30', 'date=soon', 'day=1'])
    expect((await admin.call('GET', `/customers/${customer_id}/next_invoice?${query}`)).status, query).toBe(
      422,
    )

  const timeline = (await admin.get(`/customers/${customer_id}/timeline`)).data
  expect(timeline.map((entry: { kind: string; title: string }) => `${entry.kind}: ${entry.title}`)).toEqual([
    'status: Customer blocked',
    'invoice: Invoice 2027-000001 over 36.90 EUR overdue',
    'invoice: Invoice 2027-000001 over 36.90 EUR finalized',
    'status: Customer activated',
    expect.stringMatching(/^service: Service login-\d+ activated$/),
    expect.stringMatching(/^service: Service login-\d+ created$/),
    'audit: Customer created',
  ])
  expect(timeline[0]).toMatchObject({
    detail: 'invoice 2027-000001 over 36.90 EUR is unpaid since its due date 2027-01-16',
    actor: { kind: 'system', name: 'Dunning' },
  })
  const first = await admin.get(`/customers/${customer_id}/timeline?limit=3`)
  const rest = await admin.get(`/customers/${customer_id}/timeline?limit=10&cursor=${first.next_cursor}`)
  expect([...first.data, ...rest.data]).toEqual(timeline)

  await admin.post('/payments', { customer_id, amount: '40.00', method: 'cash' })
  const board = await admin.get('/dashboard')
  expect(board).toMatchObject({
    customers_by_status: { new: 0, active: 1, blocked: 0, disabled: 0 },
    mrr: '30.00',
    mrr_last_month: '0.00',
    receivables: '0.00',
    overdue: '0.00',
    overdue_invoices: 0,
    sessions_online: 0,
    new_customers_this_month: 1,
    currency: 'EUR',
  })
  expect(board.revenue_by_month.at(-1)).toEqual({ month: '2027-01', invoiced: '36.90', paid: '40.00' })
  expect(board.revenue_by_month.length).toBe(12)

  const [invoice] = (await admin.get('/invoices')).data
  await settled(isp, admin.tenant_id)
  for (const q of ['2027-000001', '2027-0000', '2027 000001', '2027000001', '000001'])
    expect((await admin.get(`/search?q=${q}`)).data).toMatchObject([
      { noun: 'invoice', id: invoice.id, title: '2027-000001' },
    ])
  const response = await isp.server.inject({
    method: 'GET',
    url: `/api/v1/invoices/${invoice.id}/pdf`,
    headers: { authorization: `Bearer ${admin.token}` },
  })
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toBe('application/pdf')
  const text = await pdfText(response.rawPayload)
  for (const words of [
    'Łucja Żółć',
    '東京',
    'Київ',
    'Łódź',
    'Northwind Fibre',
    '2027-000001',
    '€36.90',
    '23%',
  ])
    expect(text).toContain(words)

  const partner = await admin.post('/partners', { name: 'Reseller' })
  const reseller = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
  expect(await reseller.call('POST', '/billing_runs', { date: '2027-01-17' })).toMatchObject({
    status: 403,
    body: { code: 'whole_isp_only' },
  })
  for (const plural of [
    'invoices',
    'invoice_lines',
    'payments',
    'allocations',
    'transactions',
    'journal_entries',
    'credit_notes',
  ])
    expect((await reseller.get(`/${plural}`)).data).toEqual([])
  expect((await reseller.get('/dashboard')).revenue_by_month.at(-1)).toEqual({
    month: '2027-01',
    invoiced: '0.00',
    paid: '0.00',
  })
  expect((await reseller.call('GET', `/invoices/${invoice.id}/pdf`)).status).toBe(404)

  await admin.post('/roles', {
    name: 'without addresses',
    grants: [
      { noun: 'customer', actions: ['*'], hidden_fields: ['street'] },
      { noun: 'invoice', actions: ['*'] },
      { noun: 'service', actions: ['*'] },
    ],
  })
  const discreet = await clientWithRole(isp, admin.tenant_id, 'without addresses')
  expect((await discreet.get(`/invoices/${invoice.id}`)).number).toBe('2027-000001')
  const [service] = (await discreet.get('/services')).data
  for (const path of [`/invoices/${invoice.id}/pdf`, `/services/${service.id}/contract`]) {
    const paper = await discreet.call('GET', path)
    expect([path, paper.status, paper.body.code]).toEqual([path, 403, 'hidden_field'])
  }

  const network = await clientWithRole(isp, admin.tenant_id, 'network')
  expect((await network.get(`/customers/${customer_id}/overview`)).balance).toBeNull()
  expect((await network.get('/dashboard')).mrr).toBeNull()
  expect((await admin.call('GET', '/customers/nonsense/overview')).status).toBe(404)
  expect((await admin.call('GET', `/customers/${customer_id}/timeline?cursor=x`)).status).toBe(400)
  const other = await newTenant(isp)
  for (const path of [
    `/invoices/${invoice.id}/pdf`,
    `/invoices/${invoice.id}/lines`,
    `/customers/${customer_id}/overview`,
    `/services/${service_id}/explain`,
  ])
    expect((await other.call('GET', path)).status).toBe(404)
})

test('who has nothing to be billed is told why', async () => {
  const admin = await newTenant(isp)
  const idle = await admin.post('/customers', { name: 'Idle' })
  expect(await admin.get(`/customers/${idle.id}/next_invoice`)).toEqual({
    invoice: null,
    why: { code: 'nothing_to_bill', sentence: expect.stringContaining('no service is active') },
  })
  await admin.post(`/customers/${idle.id}/add_tag`, { tag: 'no_auto_billing' })
  expect((await admin.get(`/customers/${idle.id}/next_invoice`)).why.code).toBe('no_auto_billing')
})
