import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

/** A customer leaves with money of theirs still with us; it goes back, once, and the books say where. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'EUR' })
})
afterAll(() => isp?.stop())

const payOut = (customer_id: string, body: Record<string, unknown> = {}, key: string = randomUUID()) =>
  admin.call(
    'POST',
    `/customers/${customer_id}/refund_credit`,
    { reason: 'moved away', ...body },
    { 'idempotency-key': key },
  )
const payer = async (...amounts: string[]): Promise<string> => {
  const { id } = await admin.post('/customers', { name: 'Ada Lovelace' })
  for (const amount of amounts) await admin.post('/payments', { customer_id: id, amount, method: 'cash' })
  return id
}
const balanceOf = async (id: string): Promise<string> => (await admin.get(`/customers/${id}`)).balance

test('credit goes back from the oldest payments first, and the balance is nothing', async () => {
  const id = await payer('30.00', '12.50')
  const part = (await payOut(id, { amount: '35.00', method: 'bank_transfer', reference: 'SEPA 1' })).body
  expect(part).toMatchObject({ amount: '35.00', status: 'paid_out', customer_id: id, currency: 'EUR' })
  expect(await balanceOf(id)).toBe('7.50')
  const payments = (await admin.get(`/payments?customer_id=${id}&sort=date`)).data
  expect(payments.map((payment: { unallocated: string }) => payment.unallocated).toSorted()).toEqual([
    '0.00',
    '7.50',
  ])
  expect((await admin.get(`/allocations?refund_id=${part.id}`)).data).toHaveLength(2)

  const rest = (await payOut(id)).body
  expect(rest.amount).toBe('7.50')
  expect(await balanceOf(id)).toBe('0.00')
  const told = (await admin.get(`/transactions?customer_id=${id}`)).data
  expect(told.map(({ kind, balance_effect }: Record<string, string>) => [kind, balance_effect])).toEqual(
    expect.arrayContaining([
      ['refund', '-35.00'],
      ['refund', '-7.50'],
    ]),
  )
  const timeline = (await admin.get(`/customers/${id}/timeline`)).data
  expect(timeline.map((one: { title: string }) => one.title)).toContain(
    'Refund SEPA 1 over 35.00 EUR paid out',
  )
})

test('more than the credit, nothing, and without credit are refused; nothing is half-done', async () => {
  const id = await payer('20.00')
  expect(await payOut(id, { amount: '20.01' })).toMatchObject({ status: 409, body: { code: 'above_credit' } })
  expect(await payOut(id, { amount: '0.00' })).toMatchObject({ status: 422 })
  expect(await payOut(id, { date: '2027-03-11' })).toMatchObject({ status: 422 })
  expect(await balanceOf(id)).toBe('20.00')
  const poor = await payer()
  expect(await payOut(poor)).toMatchObject({ status: 409, body: { code: 'cannot_refund_credit' } })
  const rehearsed = (await payOut(id, { dry_run: true })).body
  expect(rehearsed.result.amount).toBe('20.00')
  expect(await balanceOf(id)).toBe('20.00')
})

test('the same request twice pays once, and of many at the same moment only what is there goes out', async () => {
  const id = await payer('50.00')
  const key = randomUUID()
  const [one, two] = [await payOut(id, { amount: '10.00' }, key), await payOut(id, { amount: '10.00' }, key)]
  expect(two.body.id).toBe(one.body.id)
  expect(await balanceOf(id)).toBe('40.00')
  const together = await Promise.all(Array.from({ length: 8 }, () => payOut(id, { amount: '15.00' })))
  expect(together.filter(({ status }) => status === 200)).toHaveLength(2)
  expect(await balanceOf(id)).toBe('10.00')
  const keyless = await admin.call(
    'POST',
    `/customers/${id}/refund_credit`,
    { reason: 'x' },
    { 'idempotency-key': '' },
  )
  expect(keyless.status).toBe(400)
})

test('money that comes back is credit again; a payment that was paid out is not refunded a second time', async () => {
  const id = await payer('25.00')
  const refund = (await payOut(id)).body
  const [payment] = (await admin.get(`/payments?customer_id=${id}`)).data
  const twice = await admin.call(
    'POST',
    `/payments/${payment.id}/refund`,
    { reason: 'twice' },
    { 'idempotency-key': randomUUID() },
  )
  expect(twice).toMatchObject({ status: 409, body: { code: 'paid_out' } })
  const [allocation] = (await admin.get(`/allocations?refund_id=${refund.id}`)).data
  expect(await admin.call('POST', `/allocations/${allocation.id}/undo`, {})).toMatchObject({ status: 409 })

  const back = await admin.call(
    'POST',
    `/refunds/${refund.id}/return`,
    { reason: 'account closed' },
    { 'idempotency-key': randomUUID() },
  )
  expect(back.body).toMatchObject({ status: 'returned', returned_on: '2027-03-10' })
  expect(await balanceOf(id)).toBe('25.00')
  expect((await admin.get(`/payments/${payment.id}`)).unallocated).toBe('25.00')
  const again = await admin.call(
    'POST',
    `/refunds/${refund.id}/return`,
    { reason: 'x' },
    { 'idempotency-key': randomUUID() },
  )
  expect(again).toMatchObject({ status: 409 })
})

test('who leaves is settled and can be erased; a merge with a refund after it stays', async () => {
  const leaver = await payer('9.00')
  await admin.post(`/customers/${leaver}/disable`, { reason: 'left' })
  const early = await admin.call('POST', `/customers/${leaver}/erase`, {
    reason: 'asked',
    confirm: 'Ada Lovelace',
  })
  expect(early.status).toBeGreaterThanOrEqual(400)
  await payOut(leaver)
  expect(await balanceOf(leaver)).toBe('0.00')

  const [kept, gone] = [await payer('5.00'), await payer('6.00')]
  const merged = await admin.post(`/customers/${kept}/merge`, { from_customer_id: gone })
  expect(merged.balance).toBe('11.00')
  expect((await payOut(kept)).body.amount).toBe('11.00')
  expect(await admin.call('POST', `/customers/${gone}/undo_merge`, {})).toMatchObject({
    status: 409,
    body: { code: 'paid_out_since' },
  })
})

test('staff for billing may pay out, support may not', async () => {
  const id = await payer('8.00')
  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  const refused = await support.call(
    'POST',
    `/customers/${id}/refund_credit`,
    { reason: 'x' },
    { 'idempotency-key': randomUUID() },
  )
  expect(refused.status).toBe(403)
  const billing = await clientWithRole(isp, admin.tenant_id, 'billing')
  const paid = await billing.call(
    'POST',
    `/customers/${id}/refund_credit`,
    { reason: 'x' },
    { 'idempotency-key': randomUUID() },
  )
  expect(paid.status).toBe(200)
})

test('the books balance after all of it', async () => {
  const { checks } = await admin.get('/doctor')
  const [books] = checks.filter(({ check }: { check: string }) => check === 'ledger')
  expect(books).toMatchObject({ status: 'ok' })
})
