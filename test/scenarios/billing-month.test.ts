import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { advance, asTenant, newTenant, settled, startIsp, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

test('a month: billed, overdue, blocked, paid, back', async () => {
  const admin = await newTenant(isp)
  const tax = await admin.post('/taxes', { name: 'VAT', rate: '23' })
  const tariff_id = await newTariff(admin, '30.00', { tax_id: tax.id })
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff_id)
  expect((await admin.get(`/customers/${customer_id}`)).next_billing_on).toBe('2027-01-01')

  const preview = await admin.post('/billing_runs', { date: '2027-01-01' })
  expect(preview).toMatchObject({
    status: 'preview',
    customers: 1,
    invoices: 1,
    net_total: '30.00',
    tax_total: '6.90',
    total: '36.90',
    last_total: '0.00',
  })
  const previewed = await admin.get(`/billing_runs/${preview.id}/preview`)
  expect(previewed.summary).toEqual({ new: 1, gone: 0, up: 0, down: 0, same: 0 })
  expect(previewed.data[0]).toMatchObject({ customer_id, total: '36.90', difference: '36.90', change: 'new' })
  expect((await admin.get('/invoices')).data).toEqual([])

  expect((await admin.post(`/billing_runs/${preview.id}/confirm`)).status).toBe('confirming')
  await settled(isp, admin.tenant_id)
  expect(await admin.get(`/billing_runs/${preview.id}`)).toMatchObject({
    status: 'done',
    invoices: 1,
    total: '36.90',
    progress_done: 1,
    progress_total: 1,
  })
  expect((await admin.call('POST', `/billing_runs/${preview.id}/confirm`, {})).status).toBe(409)

  const invoice = (await admin.get('/invoices')).data[0]
  expect(invoice).toMatchObject({
    number: '2027-000001',
    customer_id,
    status: 'final',
    date: '2027-01-01',
    due_date: '2027-01-16',
    period_from: '2027-01-01',
    period_to: '2027-01-31',
    net_total: '30.00',
    tax_total: '6.90',
    total: '36.90',
    paid_total: '0.00',
    due_total: '36.90',
  })
  expect((await admin.get(`/invoices/${invoice.id}/lines`)).data).toMatchObject([
    {
      service_id,
      quantity: 1,
      unit_price: '30.00',
      net: '30.00',
      tax: '6.90',
      total: '36.90',
      period_from: '2027-01-01',
      period_to: '2027-01-31',
    },
  ])
  expect(await admin.get(`/customers/${customer_id}`)).toMatchObject({
    balance: '-36.90',
    next_billing_on: '2027-02-01',
    status: 'active',
  })
  const told = (await admin.get(`/events?row_id=${invoice.id}`)).data.map(
    (event: { type: string }) => event.type,
  )
  expect(told).toEqual(['invoice.delivery_due', 'invoice.finalized'])

  await advance(isp, admin.tenant_id, '15d')
  expect((await admin.get(`/customers/${customer_id}`)).status).toBe('active')
  await advance(isp, admin.tenant_id, '1d')
  const blocked = await admin.get(`/customers/${customer_id}`)
  expect(blocked).toMatchObject({
    status: 'blocked',
    status_reason: 'invoice 2027-000001 over 36.90 EUR is unpaid since its due date 2027-01-16',
  })
  expect((await admin.get(`/invoices/${invoice.id}`)).status).toBe('overdue')
  const why = await admin.get(`/services/${service_id}/explain`)
  expect(why.access).toMatchObject({
    decision: 'reject',
    sentence:
      'Access is refused because the customer is blocked since 2027-01-17: invoice 2027-000001 over 36.90 EUR is unpaid since its due date 2027-01-16.',
  })

  const body = { customer_id, amount: '36.90', method: 'cash' }
  const keyless = await admin.call('POST', '/payments', body)
  expect(keyless).toMatchObject({ status: 400, body: { code: 'idempotency_key_required' } })
  const first = await admin.call('POST', '/payments', body, { 'idempotency-key': 'pay-1' })
  const second = await admin.call('POST', '/payments', body, { 'idempotency-key': 'pay-1' })
  expect(first).toMatchObject({
    status: 201,
    body: { amount: '36.90', unallocated: '0.00', status: 'succeeded' },
  })
  expect(second.body.id).toBe(first.body.id)
  expect(await admin.get(`/customers/${customer_id}`)).toMatchObject({ balance: '0.00', status: 'active' })
  expect(await admin.get(`/invoices/${invoice.id}`)).toMatchObject({
    status: 'paid',
    paid_total: '36.90',
    due_total: '0.00',
  })

  const statement = (await admin.get(`/transactions?customer_id=${customer_id}&sort=date`)).data
  expect(
    statement.map((row: { type: string; amount: string; balance_effect: string }) => [
      row.type,
      row.amount,
      row.balance_effect,
    ]),
  ).toEqual([
    ['debit', '30.00', '-30.00'],
    ['debit', '6.90', '-6.90'],
    ['credit', '36.90', '36.90'],
  ])

  const refund = await admin.post(`/payments/${first.body.id}/refund`, { reason: 'sent twice by the bank' })
  expect(refund).toMatchObject({ status: 'refunded', unallocated: '0.00' })
  expect(await admin.get(`/invoices/${invoice.id}`)).toMatchObject({ status: 'overdue', due_total: '36.90' })
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('-36.90')
  expect(
    (
      await admin.call(
        'POST',
        `/payments/${first.body.id}/refund`,
        { reason: 'again' },
        { 'idempotency-key': 'refund-2' },
      )
    ).status,
  ).toBe(409)
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('whoever was blocked by hand stays blocked when a payment comes', async () => {
  const admin = await newTenant(isp)
  const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
  await admin.post(`/customers/${customer_id}/block`, { reason: 'spam from this line' })
  await admin.post('/payments', { customer_id, amount: '100.00', method: 'card' })
  expect(await admin.get(`/customers/${customer_id}`)).toMatchObject({ status: 'blocked', balance: '100.00' })
})

test('blocking follows the least balance, not the invoice alone', async () => {
  const admin = await newTenant(isp)
  const tariff_id = await newTariff(admin, '100.00')
  const of = async (min_balance: string, paid: string | null) => {
    const { customer_id } = await newInternetCustomer(admin, tariff_id, { min_balance })
    return { customer_id, paid }
  }
  const cases = [
    await of('0.00', null),
    await of('0.00', '50.00'),
    await of('0.00', '100.00'),
    await of('-50.00', '49.99'),
    await of('-50.00', '50.00'),
    await of('50.00', '100.00'),
    await of('50.00', '150.00'),
  ]
  await runBilling(isp, admin, '2027-01-01')
  for (const { customer_id, paid } of cases)
    if (paid) await admin.post('/payments', { customer_id, amount: paid, method: 'cash' })
  await advance(isp, admin.tenant_id, '16d')
  const statuses = await Promise.all(
    cases.map(async ({ customer_id }) => (await admin.get(`/customers/${customer_id}`)).status),
  )
  expect(statuses).toEqual(['blocked', 'blocked', 'active', 'blocked', 'active', 'blocked', 'active'])
  await admin.post('/payments', { customer_id: cases[5]!.customer_id, amount: '50.00', method: 'cash' })
  expect((await admin.get(`/customers/${cases[5]!.customer_id}`)).status).toBe('active')
})

test('blocked past its grace, a customer is disabled; a payment brings it back', async () => {
  const admin = await newTenant(isp)
  const { customer_id, service_id } = await newInternetCustomer(admin, await newTariff(admin, '31.00'), {
    grace_days: 10,
  })
  await runBilling(isp, admin, '2027-01-01')
  await advance(isp, admin.tenant_id, '16d')
  expect((await admin.get(`/customers/${customer_id}`)).status).toBe('blocked')
  await advance(isp, admin.tenant_id, '11d')
  expect(await admin.get(`/customers/${customer_id}`)).toMatchObject({
    status: 'disabled',
    next_billing_on: null,
  })
  expect((await admin.get(`/services/${service_id}`)).status).toBe('disabled')
  // Disabled on 28 January: the last four days are given back.
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('-27.00')
  await admin.post('/payments', { customer_id, amount: '27.00', method: 'cash' })
  expect(await admin.get(`/customers/${customer_id}`)).toMatchObject({ status: 'active', balance: '0.00' })
  expect((await admin.get(`/services/${service_id}`)).status).toBe('active')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a first period is billed from the start to the next billing day', async () => {
  const admin = await newTenant(isp, { at: '2027-03-15T08:00:00Z' })
  const tariff_id = await newTariff(admin, '31.00')
  const march = await newInternetCustomer(admin, tariff_id)
  await runBilling(isp, admin, '2027-03-20')
  expect((await admin.get(`/invoices?customer_id=${march.customer_id}`)).data).toMatchObject([
    { period_from: '2027-03-15', period_to: '2027-03-31', total: '17.00' },
  ])
  const april = await newInternetCustomer(admin, tariff_id)
  await runBilling(isp, admin, '2027-04-01')
  expect((await admin.get(`/invoices?customer_id=${april.customer_id}`)).data).toMatchObject([
    { period_from: '2027-03-15', period_to: '2027-04-30', total: '48.00' },
  ])
})

test('void frees the days, and they are billed again; paid invoices cannot be voided', async () => {
  const admin = await newTenant(isp)
  const setup = await newTariff(admin, '30.00', { setup_fee: '10.00' })
  const { customer_id } = await newInternetCustomer(admin, setup)
  await runBilling(isp, admin, '2027-01-01')
  const [invoice] = (await admin.get('/invoices')).data
  expect(invoice.total).toBe('40.00')
  expect(await admin.post(`/invoices/${invoice.id}/void`, { reason: 'wrong address' })).toMatchObject({
    status: 'void',
    due_total: '0.00',
    voided_on: '2027-01-01',
  })
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('0.00')
  expect((await admin.call('POST', `/invoices/${invoice.id}/void`, { reason: 'x' })).status).toBe(409)
  await runBilling(isp, admin, '2027-01-01')
  const rebilled = (await admin.get('/invoices?status=final')).data
  expect(rebilled).toMatchObject([{ number: '2027-000002', total: '40.00', period_from: '2027-01-01' }])
  await admin.post('/payments', { customer_id, amount: '5.00', method: 'cash' })
  const refused = await admin.call('POST', `/invoices/${rebilled[0].id}/void`, { reason: 'x' })
  expect(refused).toMatchObject({
    status: 409,
    body: { detail: '€5.00 was put towards this invoice. Undo that allocation or refund the payment first.' },
  })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('what cannot be is refused with a sentence', async () => {
  const admin = await newTenant(isp)
  const other = await newTenant(isp)
  const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
  const foreign = await newInternetCustomer(other, await newTariff(other, '30.00'))
  const key = () => ({ 'idempotency-key': `key-${Math.random()}` })
  const attempts: [string, unknown, number][] = [
    ['/billing_runs', { date: 'tomorrow' }, 422],
    ['/billing_runs', { date: '2031-01-01' }, 422],
    ['/billing_runs', {}, 422],
    ['/payments', { customer_id, amount: '0.00', method: 'cash' }, 422],
    ['/payments', { customer_id, amount: '-5.00', method: 'cash' }, 422],
    ['/payments', { customer_id, amount: '1.001', method: 'cash' }, 422],
    ['/payments', { customer_id, amount: 5, method: 'cash' }, 422],
    ['/payments', { customer_id, amount: '5.00', method: 'gold' }, 422],
    ['/payments', { customer_id, amount: '5.00', date: '2027-02-01' }, 422],
    ['/payments', { customer_id: foreign.customer_id, amount: '5.00' }, 422],
    ['/payments', { customer_id, amount: '5.00', invoice_id: foreign.customer_id }, 422],
    ['/payments', { customer_id, amount: '999999999999999.00', method: 'cash' }, 422],
  ]
  for (const [path, body, status] of attempts) {
    const answer = await admin.call('POST', path, body, key())
    expect([JSON.stringify(body), answer.status]).toEqual([JSON.stringify(body), status])
    expect(answer.body.detail.length).toBeGreaterThan(10)
  }
  expect((await admin.get('/payments')).data).toEqual([])
  // The book is closed to the application itself.
  await runBilling(isp, admin, '2027-01-01')
  for (const statement of [
    sql`update journal_entries set amount = 1`,
    sql`delete from journal_entries`,
    sql`delete from invoices`,
  ]) {
    await expect(asTenant(isp, admin.tenant_id, (ctx) => ctx.db.run(statement))).rejects.toThrow(
      /permission denied/,
    )
  }
  await expect(
    asTenant(isp, admin.tenant_id, (ctx) => ctx.db.run(sql`insert into charges select * from charges`)),
  ).rejects.toThrow()
})
