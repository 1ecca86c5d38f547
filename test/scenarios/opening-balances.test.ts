import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { bringIn, resultOf } from './import-kit.ts'

/** Customers bring along what they owed or had elsewhere: posted once, paid before what is new, and never changed by a file. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-03-10T08:00:00Z' })
  await admin.post('/tariffs', { title: 'TV', service_type: 'recurring', price: '30.00' })
})
afterAll(() => isp?.stop())

type Printed = Record<string, string>
const one = async (external_id: string) => (await admin.get(`/customers?external_id=${external_id}`)).data[0]
const openingOf = async (customer_id: string): Promise<Printed> =>
  (await admin.get(`/opening_balances?customer_id=${customer_id}`)).data[0]
const bring = (file: string, query = '') => bringIn(isp, admin, file, query)
const errorsOf = async (id: string) => (await resultOf(admin, id)).map(({ error }) => error)
const entriesOf = async (customer_id: string): Promise<Printed[]> =>
  (await admin.get(`/journal_entries?customer_id=${customer_id}&sort=date`)).data

const header = 'id,name,opening balance,opening balance date,plan'

test('a file posts what was owed and what was had, once; another figure is refused', async () => {
  const file = `${header}\no1,Debtor,"-40,00",2027-03-01,TV\no2,Creditor,50.00,,TV\no3,Even,0,,\no4,Silent,,2027-01-01,\no5,Later,10,2027-04-01,\no6,Cents,1.005,,\n`
  const validated = await bring(file, '&mode=validate')
  expect(validated).toMatchObject({ ok: 4, failed: 2 })
  expect((await admin.get('/opening_balances?count=true')).total).toBe(0)
  const run = await bring(file)
  expect(await errorsOf(run.id)).toEqual(await errorsOf(validated.id))
  expect((await errorsOf(run.id)).slice(4)).toEqual([
    'An opening balance cannot be of a day that is still to come.',
    expect.stringMatching(/^Opening balance.*at most 2 digits/),
  ])
  const [debtor, creditor, even] = await Promise.all(['o1', 'o2', 'o3'].map(one))
  expect([debtor.balance, creditor.balance, even.balance]).toEqual(['-40.00', '50.00', '0.00'])
  expect(await openingOf(debtor.id)).toMatchObject({ amount: '-40.00', open: '40.00', date: '2027-03-01' })
  const accounts = (await admin.get('/accounts?limit=100')).data as Printed[]
  const code = (id: string | undefined) => accounts.find((account) => account.id === id)?.code
  const [entry, ...more] = await entriesOf(debtor.id)
  expect([code(entry!.debit_account_id), code(entry!.credit_account_id), entry!.kind, entry!.amount]).toEqual(
    ['1100', '3900', 'opening_balance', '40.00'],
  )
  expect(more).toEqual([])
  expect(
    (await admin.get(`/opening_balances/${(await openingOf(debtor.id)).id}/history`)).data,
  ).toMatchObject([{ action: 'created' }])

  expect(await bring(file)).toMatchObject({ ok: 0, skipped: 4, failed: 2 })
  expect(await bring(`${header}\no1,Debtor,-40.00,,\n`)).toMatchObject({ skipped: 1 })
  const other = await bring(`${header}\no1,Debtor,-45.00,,\no2,Creditor,50.00,2027-03-02,\no3,Even,0.00,,\n`)
  expect(await errorsOf(other.id)).toEqual([
    expect.stringContaining('was posted as -40.00 of 2027-03-01. An import does not change it'),
    expect.stringContaining('was posted as 50.00 of 2027-03-10'),
    '',
  ])
  expect((await one('o1')).balance).toBe('-40.00')
})

test('what is owed is paid first, and credit pays the invoice that follows', async () => {
  const [debtor, creditor] = await Promise.all(['o1', 'o2'].map(one))
  const run = await admin.post('/billing_runs', { date: '2027-03-10' })
  await settled(isp, admin.tenant_id)
  await admin.post(`/billing_runs/${run.id}/confirm`)
  await settled(isp, admin.tenant_id)
  const invoiceOf = async (customer_id: string) =>
    (await admin.get(`/invoices?customer_id=${customer_id}`)).data[0]
  const due = await invoiceOf(debtor.id)
  const covered = await invoiceOf(creditor.id)
  expect(Number(due.total)).toBeGreaterThan(0)
  expect(covered).toMatchObject({ status: 'paid', due_total: '0.00' })
  expect(Number((await openingOf(creditor.id)).open)).toBeCloseTo(50 - Number(covered.total))
  const paid = await admin.post('/payments', { customer_id: debtor.id, amount: '40.00', method: 'cash' })
  expect(paid.unallocated).toBe('0.00')
  expect(await openingOf(debtor.id)).toMatchObject({ open: '0.00' })
  expect(await invoiceOf(debtor.id)).toMatchObject({ due_total: due.total })
  expect((await admin.get(`/allocations?payment_id=${paid.id}`)).data).toMatchObject([
    { opening_debt_id: (await openingOf(debtor.id)).id, invoice_id: null, amount: '40.00' },
  ])
  // The payment goes back: the debt is open again.
  await admin.post(`/payments/${paid.id}/refund`, { reason: 'bounced' })
  expect(await openingOf(debtor.id)).toMatchObject({ open: '40.00' })
  expect((await one('o1')).balance).toBe((-40 - Number(due.total)).toFixed(2))
  // What is left of the credit can be paid out.
  const left = (await openingOf(creditor.id)).open
  expect(await admin.post(`/customers/${creditor.id}/refund_credit`, { reason: 'leaves' })).toMatchObject({
    amount: left,
  })
  expect(await openingOf(creditor.id)).toMatchObject({ open: '0.00' })
  const held = await admin.call(
    'POST',
    `/opening_balances/${(await openingOf(creditor.id)).id}/withdraw`,
    {
      reason: 'wrong',
    },
    { 'idempotency-key': 'held' },
  )
  expect(held).toMatchObject({ status: 409, body: { code: 'paid_out' } })
})

test('one that is wrong is withdrawn, and the right one imported', async () => {
  const debtor = await one('o1')
  const before = Number(debtor.balance)
  const withdrawn = await admin.post(`/opening_balances/${(await openingOf(debtor.id)).id}/withdraw`, {
    reason: 'typing mistake',
  })
  expect(withdrawn).toMatchObject({ status: 'withdrawn', open: '0.00', withdrawn_on: '2027-03-10' })
  expect(Number((await one('o1')).balance)).toBeCloseTo(before + 40)
  expect(await bring(`${header}\no1,Debtor,-45.00,2027-03-01,\n`)).toMatchObject({ ok: 1 })
  expect(Number((await one('o1')).balance)).toBeCloseTo(before - 5)
})

test('it can be posted by hand too, by who may, once', async () => {
  const { id } = await admin.post('/customers', { name: 'By hand' })
  const post = (client: Client, body: object) =>
    client.call(
      'POST',
      '/opening_balances',
      { customer_id: id, ...body },
      { 'idempotency-key': crypto.randomUUID() },
    )
  expect(await post(admin, { amount: '0.00' })).toMatchObject({ status: 422 })
  const viewer = await clientWithRole(isp, admin.tenant_id, 'viewer')
  expect((await post(viewer, { amount: '5.00' })).status).toBe(403)
  expect(await post(admin, { amount: '5.00', reference: 'Old system' })).toMatchObject({ status: 201 })
  expect(await post(admin, { amount: '5.00' })).toMatchObject({
    status: 409,
    body: { code: 'already_posted' },
  })
  expect((await admin.get(`/transactions?customer_id=${id}`)).data).toMatchObject([
    { kind: 'opening_balance', description: 'Opening balance Old system', balance_effect: '5.00' },
  ])
  const { id: parent_id } = await admin.post('/customers', { name: 'Head office' })
  const { id: sub_id } = await admin.post('/customers', { name: 'Branch' })
  await admin.post(`/customers/${sub_id}/set_parent`, { parent_id, mode: 'aggregated' })
  const refused = await admin.call(
    'POST',
    '/opening_balances',
    { customer_id: sub_id, amount: '5.00' },
    { 'idempotency-key': crypto.randomUUID() },
  )
  expect(refused).toMatchObject({ status: 409, body: { code: 'aggregated' } })
})

test('a merge takes it along, and back', async () => {
  await bring(`${header}\nm1,Twin,-20.00,,\nm2,Other twin,15.00,,\n`)
  const [twin, other] = await Promise.all(['m1', 'm2'].map(one))
  await admin.post(`/customers/${other.id}/merge`, { from_customer_id: twin.id })
  expect(await one('m2')).toMatchObject({ balance: '-5.00' })
  expect((await admin.get(`/opening_balances?customer_id=${other.id}`)).data).toHaveLength(2)
  await admin.post(`/customers/${twin.id}/undo_merge`)
  expect((await one('m1')).balance).toBe('-20.00')
  expect((await openingOf(twin.id)).amount).toBe('-20.00')
  // Settled with one another they cannot be parted.
  await admin.post(`/customers/${other.id}/merge`, { from_customer_id: twin.id })
  await admin.post('/payments', { customer_id: other.id, amount: '1.00', method: 'cash' })
  expect((await admin.call('POST', `/customers/${twin.id}/undo_merge`, {})).body.code).toBe('paid_since')
})

test('whatever is owed and paid, in whatever order, adds up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9999 }),
      fc.array(fc.integer({ min: 1, max: 6000 }), { maxLength: 4 }),
      fc.nat(4),
      async (debt, payments, before) => {
        const { id } = await admin.post('/customers', { name: 'Somebody' })
        const money = (cents: number) => (cents / 100).toFixed(2)
        const pay = (cents: number) =>
          admin.post('/payments', { customer_id: id, amount: money(cents), method: 'cash' })
        for (const cents of payments.slice(0, before)) await pay(cents)
        const opening = await admin.post('/opening_balances', { customer_id: id, amount: money(-debt) })
        for (const cents of payments.slice(before)) await pay(cents)
        const paid = payments.reduce((sum, cents) => sum + cents, 0)
        const unallocated = async () =>
          ((await admin.get(`/payments?customer_id=${id}`)).data as Printed[]).reduce(
            (sum, one) => sum + Math.round(Number(one.unallocated) * 100),
            0,
          )
        expect((await openingOf(id)).open).toBe(money(Math.max(0, debt - paid)))
        expect(await unallocated()).toBe(Math.max(0, paid - debt))
        expect((await admin.get(`/customers/${id}`)).balance).toBe(money(paid - debt))
        await admin.post(`/opening_balances/${opening.id}/withdraw`, { reason: 'try' })
        expect(await unallocated()).toBe(paid)
        expect((await admin.get(`/customers/${id}`)).balance).toBe(money(paid))
      },
    ),
    { numRuns: 25 },
  )
}, 60_000)
