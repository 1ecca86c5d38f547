import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { advance, asTenant, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const codeOf = async (answer: Promise<{ status: number; body: any }>) => {
  const { status, body } = await answer
  return [status, body.code]
}
const call = (admin: Client, path: string, body: object = {}) => admin.call('POST', path, body)
const balanceOf = async (admin: Client, id: string) => (await admin.get(`/customers/${id}`)).balance
const countOf = async (admin: Client, noun: string, customer_id: string) =>
  (await admin.get(`/${noun}?customer_id=${customer_id}`)).data.length
const transfersOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/transactions?customer_id=${customer_id}&sort=created_at`)).data
    .filter((row: any) => row.kind === 'transfer')
    .map((row: any) => row.balance_effect)
const transferAccount = (admin: Client) =>
  asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.one(sql<{ left: bigint }>`
      select coalesce(sum(case when e.debit_account_id = a.id then e.amount else - e.amount end), 0)::bigint as left
      from accounts a
      left join journal_entries e on a.id in (e.debit_account_id, e.credit_account_id)
      where a.code = '1190'`),
  )

/** Somebody who is in the books twice: billed both times, and once half paid. */
const twice = async (admin: Client) => {
  const tariff = await newTariff(admin, '31.00')
  const kept = await newInternetCustomer(admin, tariff, { name: 'Ada Byron' })
  const double = await newInternetCustomer(admin, tariff, { name: 'A. Byron' })
  await runBilling(isp, admin, '2027-01-01')
  await admin.post('/payments', { customer_id: double.customer_id, amount: '10.00' })
  return { kept: kept.customer_id, double: double.customer_id, kept_service: kept, double_service: double }
}

describe('two customers become one', () => {
  test('everything comes over, the balance by a transfer, and the shell points to where it went', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const { kept, double, double_service } = await twice(admin)
    await admin.post('/contacts', { customer_id: double, name: 'Secretary' })
    await admin.post('/notes', { noun: 'customer', row_id: double, text: 'rings twice' })
    await admin.post('/entities', {
      name: 'key',
      label: 'Key',
      fields: [{ name: 'holder', label: 'Holder', kind: 'reference', to: 'customer', filterable: true }],
    })
    await admin.post('/x/key', { holder: double })
    const label = await admin.post('/labels', { name: 'VIP' })
    await admin.patch(`/customers/${double}`, { label_ids: [label.id] })
    await admin.post(`/customers/${double}/disable`, { reason: 'moves', date: '2027-03-01' })
    const child = await admin.post('/customers', { name: 'Holiday home', parent_id: double })

    const preview = await admin.post(`/customers/${kept}/merge`, { from_customer_id: double, dry_run: true })
    expect(preview.result).toMatchObject({ balance_moved: '-21.00', balance: '-52.00' })
    expect(preview.result.warnings).toHaveLength(1)
    expect((await admin.get(`/customers/${double}`)).merged_into_id).toBeNull()

    const merged = await admin.post(`/customers/${kept}/merge`, { from_customer_id: double, reason: 'same' })
    expect(Object.fromEntries(merged.moved.map(({ noun, rows }: any) => [noun, rows]))).toMatchObject({
      service: 1,
      invoice: 1,
      payment: 1,
      allocation: 1,
      contact: 1,
      note: 1,
      customer: 1,
      key: 1,
    })
    expect(merged.moved).toEqual(preview.result.moved)
    for (const noun of ['services', 'invoices', 'payments', 'allocations', 'contacts'])
      expect([noun, await countOf(admin, noun, double)]).toEqual([noun, 0])
    expect(await countOf(admin, 'services', kept)).toBe(2)
    expect((await admin.get(`/notes?noun=customer&row_id=${kept}`)).data).toHaveLength(1)
    expect((await admin.get(`/x/key?holder=${kept}`)).data).toHaveLength(1)
    expect((await admin.get(`/customers/${child.id}`)).parent_id).toBe(kept)
    expect(await admin.get(`/customers/${kept}`)).toMatchObject({ balance: '-52.00', label_ids: [label.id] })
    const shell = await admin.get(`/customers/${double}`)
    expect(shell).toMatchObject({
      merged_into_id: kept,
      status: 'disabled',
      balance: '0.00',
      next_billing_on: null,
    })
    expect(shell.status_reason).toMatch(/^merged into Ada Byron \(\d+\)$/)
    expect([await transfersOf(admin, double), await transfersOf(admin, kept)]).toEqual([
      ['21.00'],
      ['-21.00'],
    ])
    expect(await transferAccount(admin)).toEqual({ left: 0n })
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
    const history = (await admin.get(`/services/${double_service.service_id}/history`)).data
    expect(history[0]).toMatchObject({ action: 'taken_over', changes: { customer_id: [double, kept] } })

    // Life goes on: one bill for both, a payment to the old number counts, what came over can be voided and refunded.
    await advance(isp, admin.tenant_id, '31d')
    expect(await runBilling(isp, admin, '2027-02-01')).toMatchObject({ invoices: 1, total: '62.00' })
    expect(await admin.post('/payments', { customer_id: double, amount: '21.00' })).toMatchObject({
      customer_id: kept,
    })
    const [payment] = (await admin.get(`/payments?customer_id=${kept}&sort=created_at`)).data
    await admin.post(`/payments/${payment.id}/refund`, { reason: 'wrong account' })
    expect(await balanceOf(admin, kept)).toBe('-103.00')
    expect(await balanceOf(admin, double)).toBe('0.00')
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
    expect((await admin.get('/customer_status_changes?customer_id=' + double)).data).toHaveLength(3)
    // Whoever was in the books twice came once, and did not leave.
    expect((await admin.get('/reports/churn?from=2027-01-01&to=2027-01-31')).data).toMatchObject([
      { new: 2, activated: 1, disabled: 0, customers_end: 1, mrr: { new: '62.00', end: '62.00' } },
    ])
    expect((await admin.get('/dashboard')).customers_by_status).toEqual({
      new: 1,
      active: 0,
      blocked: 1,
      disabled: 0,
    })
  })

  test('nothing happens to the shell any more', async () => {
    const admin = await newTenant(isp)
    const [kept, gone, third] = await Promise.all(
      ['Kept', 'Gone', 'Third'].map(async (name) => (await admin.post('/customers', { name })).id),
    )
    const tariff_id = await newTariff(admin, '30.00')
    await admin.post(`/customers/${kept}/merge`, { from_customer_id: gone })
    for (const [verb, body] of [
      ['activate', {}],
      ['disable', { reason: 'x' }],
      ['disable', { reason: 'x', date: '2027-02-01' }],
      ['add_tag', { tag: 'test' }],
      ['set_parent', { parent_id: third }],
      ['merge', { from_customer_id: third }],
    ] as const)
      expect([verb, ...(await codeOf(call(admin, `/customers/${gone}/${verb}`, body)))]).toEqual([
        verb,
        409,
        `cannot_${verb}`,
      ])
    expect(await codeOf(admin.call('PATCH', `/customers/${gone}`, { name: 'Again' }))).toEqual([
      409,
      'merged',
    ])
    expect(await codeOf(call(admin, `/customers/${third}/merge`, { from_customer_id: gone }))).toEqual([
      409,
      'merged_already',
    ])
    expect(await codeOf(call(admin, `/customers/${third}/set_parent`, { parent_id: gone }))).toEqual([
      409,
      'merged',
    ])
    expect(await codeOf(call(admin, '/services', { customer_id: gone, tariff_id, login: 'gone-1' }))).toEqual(
      [409, 'customer_disabled'],
    )
    // Who was merged into somebody who is merged on points to the last of them.
    await admin.post(`/customers/${third}/merge`, { from_customer_id: kept })
    expect((await admin.get(`/customers/${gone}`)).merged_into_id).toBe(third)
  })

  test('is refused where it would break something', async () => {
    const admin = await newTenant(isp)
    const made = async (name: string, more: object = {}): Promise<string> =>
      (await admin.post('/customers', { name, ...more })).id
    const [a, b] = [await made('A'), await made('B')]
    const merge = (into: string, from_customer_id: string, by = admin) =>
      codeOf(call(by, `/customers/${into}/merge`, { from_customer_id }))
    expect(await merge(a, a)).toEqual([422, 'invalid'])
    const partner = await admin.post('/partners', { name: 'North' })
    const theirs = await made('Theirs', { partner_id: partner.id })
    expect(await merge(a, theirs)).toEqual([409, 'other_partner'])
    const north = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
    expect(await merge(theirs, a, north)).toEqual([422, 'invalid'])
    const support = await clientWithRole(isp, admin.tenant_id, 'support')
    expect(await merge(a, b, support)).toEqual([403, 'forbidden'])
    const below = await made('Below', { parent_id: b })
    expect(await merge(below, b)).toEqual([409, 'hierarchy_loop'])
    const site = await made('Site')
    await admin.post(`/customers/${site}/set_parent`, { parent_id: a, mode: 'aggregated' })
    expect(await merge(b, site)).toEqual([409, 'aggregated'])
    expect(await merge(site, b)).toEqual([409, 'cannot_merge'])
    await admin.post(`/customers/${b}/disable`, { reason: 'closed' })
    expect(await merge(b, a)).toEqual([409, 'customer_disabled'])
    // Accounts billed with one that is merged are billed with whom it was merged into.
    const c = await made('C', { billing_day: 9 })
    await admin.post(`/customers/${c}/merge`, { from_customer_id: a })
    expect(await admin.get(`/customers/${site}`)).toMatchObject({
      parent_id: c,
      billed_by_id: c,
      billing_day: 9,
    })
    await admin.post(`/customers/${a}/undo_merge`)
    expect(await admin.get(`/customers/${site}`)).toMatchObject({
      parent_id: a,
      billed_by_id: a,
      billing_day: 1,
    })
  })
})

describe('a merge is undone within a day', () => {
  test('and both stand as before', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const { kept, double, double_service } = await twice(admin)
    const before = await admin.get(`/customers/${double}`)
    const { customer_move_id } = await admin.post(`/customers/${kept}/merge`, { from_customer_id: double })
    await advance(isp, admin.tenant_id, '20h')
    // What happened to its service meanwhile goes back with it.
    await admin.post('/surcharges', {
      service_id: double_service.service_id,
      label: 'Public IP',
      price: '2.00',
    })
    const rehearsed = await admin.post(`/customer_moves/${customer_move_id}/undo`, { dry_run: true })
    expect(rehearsed.result.status).toBe('undone')
    await admin.post(`/customers/${double}/undo_merge`, { reason: 'father and son' })
    const after = await admin.get(`/customers/${double}`)
    for (const field of [
      'status',
      'balance',
      'merged_into_id',
      'label_ids',
      'next_billing_on',
      'disabled_on',
    ])
      expect([field, after[field]]).toEqual([field, before[field]])
    for (const noun of ['services', 'invoices', 'payments', 'allocations', 'surcharges'])
      expect([noun, await countOf(admin, noun, double)]).toEqual([noun, 1])
    expect([await transfersOf(admin, double), await transfersOf(admin, kept)]).toEqual([
      ['21.00', '-21.00'],
      ['-21.00', '21.00'],
    ])
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
    expect(await admin.get(`/customer_moves/${customer_move_id}`)).toMatchObject({
      status: 'undone',
      undo_reason: 'father and son',
    })
    expect(await codeOf(call(admin, `/customer_moves/${customer_move_id}/undo`))).toEqual([
      409,
      'cannot_undo',
    ])
    expect(await codeOf(call(admin, `/customers/${double}/undo_merge`))).toEqual([409, 'cannot_undo_merge'])
    await advance(isp, admin.tenant_id, '30d')
    expect(await runBilling(isp, admin, '2027-02-01')).toMatchObject({ invoices: 2 })
  })

  test('not later, and not once the books went on with it', async () => {
    const admin = await newTenant(isp, { at: '2027-01-31T08:00:00Z' })
    const undo = (id: string) => codeOf(call(admin, `/customers/${id}/undo_merge`))
    const pair = async (more: Record<string, unknown> = {}) => {
      const tariff = await newTariff(admin, '31.00')
      const [kept, double] = [
        await newInternetCustomer(admin, tariff, more),
        await newInternetCustomer(admin, tariff, more),
      ]
      await runBilling(isp, admin, '2027-01-31')
      return { kept: kept.customer_id, double: double.customer_id, double_service: double.service_id }
    }
    const merge = (kept: string, from_customer_id: string) =>
      admin.post(`/customers/${kept}/merge`, { from_customer_id })

    const credited = await pair()
    await merge(credited.kept, credited.double)
    await admin.post(`/services/${credited.double_service}/terminate`)
    expect(await undo(credited.double)).toEqual([409, 'credited_since'])

    const paid = await pair()
    await merge(paid.kept, paid.double)
    await admin.post('/payments', { customer_id: paid.kept, amount: '62.00' })
    expect(await undo(paid.double)).toEqual([409, 'paid_since'])

    const voided = await pair()
    const [invoice] = (await admin.get(`/invoices?customer_id=${voided.double}`)).data
    await merge(voided.kept, voided.double)
    await admin.post(`/invoices/${invoice.id}/void`, { reason: 'wrong' })
    expect(await balanceOf(admin, voided.kept)).toBe('-1.00')
    expect(await undo(voided.double)).toEqual([409, 'reversed_since'])

    const chained = await pair()
    const third = await pair()
    await merge(chained.kept, chained.double)
    await merge(third.kept, chained.kept)
    expect(await undo(chained.double)).toEqual([409, 'merged_since'])
    expect(await undo(chained.kept)).toEqual([200, undefined])
    expect(await undo(chained.double)).toEqual([200, undefined])

    const billed = await pair()
    await merge(billed.kept, billed.double)
    await advance(isp, admin.tenant_id, '23h') // 1 February
    await runBilling(isp, admin, '2027-02-01')
    expect(await undo(billed.double)).toEqual([409, 'billed_since'])
    const late = await pair()
    await merge(late.kept, late.double)
    await advance(isp, admin.tenant_id, '25h')
    expect(await undo(late.double)).toEqual([409, 'cannot_undo_merge'])
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })
})

test('what the other paid less on all of its services, its services go on paying less; undone, it is as before', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const { kept, double, kept_service, double_service } = await twice(admin)
  const give = (body: object) =>
    admin.post('/discounts', { customer_id: double, from_date: '2027-01-01', kind: 'percent', ...body })
  await give({ label: 'Loyal', percent: '10' })
  await give({ label: 'Group', percent: '50', applies_to: 'invoice' })
  const fixed = { kind: 'fixed', amount: '1.00', applies_to: 'invoice' }
  const paper = await give({ label: 'Paperless', ...fixed })
  await give({ label: 'For three', percent: '5', applies_to: 'invoice', periods: 3 })
  const amountOf = async (service_id: string, date: string) =>
    (await admin.get(`/services/${service_id}/explain?date=${date}`)).price.amount
  const balances = async () =>
    Promise.all([kept, double].map(async (id) => (await admin.get(`/customers/${id}`)).balance))
  const before = await balances()
  const merged = await admin.post(`/customers/${kept}/merge`, { from_customer_id: double })
  expect(merged.warnings).toEqual([])
  expect((await admin.get(`/discounts/${paper.id}`)).customer_id).toBe(kept)
  // Only its services: 31 less 10 %, from the next invoice on less half of that, on three of them less 5 % of what is left.
  expect(await amountOf(double_service.service_id, '2027-01-15')).toBe('27.90')
  expect(await amountOf(double_service.service_id, '2027-02-01')).toBe('13.25')
  expect(await amountOf(double_service.service_id, '2027-04-30')).toBe('13.25')
  expect(await amountOf(double_service.service_id, '2027-05-01')).toBe('13.95')
  expect(await amountOf(kept_service.service_id, '2027-02-01')).toBe('31.00')
  await admin.post(`/customers/${double}/undo_merge`)
  expect(await balances()).toEqual(before)
  expect((await admin.get(`/discounts/${paper.id}`)).customer_id).toBe(double)
  expect(await amountOf(double_service.service_id, '2027-02-01')).toBe('27.90')
  const given = (await admin.get(`/discounts?customer_id=${double}&status=given`)).data
  expect(given.map(({ label }: any) => label).sort()).toEqual(['For three', 'Group', 'Loyal', 'Paperless'])

  // Merged again and billed: both services on one invoice, each with its own price.
  await admin.post(`/customers/${kept}/merge`, { from_customer_id: double })
  await advance(isp, admin.tenant_id, '31d')
  await runBilling(isp, admin, '2027-02-01')
  const [invoice] = (await admin.get(`/invoices?customer_id=${kept}&date=2027-02-01`)).data
  expect(invoice.total).toBe('43.25')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('of a discount on so many invoices, what was used up stays used up', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const { kept, double, double_service } = await twice(admin)
  for (const [label, periods] of [
    ['For three', 3],
    ['For one', 1],
  ])
    await admin.post('/discounts', {
      customer_id: double,
      from_date: '2027-02-01',
      kind: 'percent',
      percent: '50',
      applies_to: 'invoice',
      label,
      periods,
    })
  await advance(isp, admin.tenant_id, '31d')
  await runBilling(isp, admin, '2027-02-01')
  await admin.post(`/customers/${kept}/merge`, { from_customer_id: double })
  const amountOn = async (date: string) =>
    (await admin.get(`/services/${double_service.service_id}/explain?date=${date}`)).price.amount
  expect(await Promise.all(['2027-03-01', '2027-04-30', '2027-05-01'].map(amountOn))).toEqual([
    '15.50',
    '15.50',
    '31.00',
  ])
  const given = (await admin.get(`/discounts?service_id=${double_service.service_id}&status=given`)).data
  expect(given).toMatchObject([{ label: 'For three', from_date: '2027-03-01', to_date: '2027-04-30' }])
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})
