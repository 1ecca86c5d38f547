import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advance, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const tag = (admin: Client, customer_id: string, verb: 'add_tag' | 'remove_tag', name: string) =>
  admin.post(`/customers/${customer_id}/${verb}`, { tag: name, reason: 'agreed by telephone' })
const invoicesOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data
const billByItself = (admin: Client) => admin.patch(`/tenants/${admin.tenant_id}`, { auto_billing: true })

describe('control tags', () => {
  test('are set and taken off once, with a reason, and can be listed', async () => {
    const admin = await newTenant(isp)
    const { id } = await admin.post('/customers', { name: 'Hospital' })
    expect(await tag(admin, id, 'add_tag', 'never_block')).toMatchObject({ never_block: true, test: false })
    const again = await admin.call('POST', `/customers/${id}/add_tag`, { tag: 'never_block' })
    expect([again.status, again.body.code]).toEqual([409, 'tagged_already'])
    const other = await admin.call('POST', `/customers/${id}/remove_tag`, { tag: 'test' })
    expect([other.status, other.body.code]).toEqual([409, 'not_tagged'])
    expect((await admin.call('PATCH', `/customers/${id}`, { never_block: false })).status).toBe(422)
    expect((await admin.get('/customers?never_block=true')).data).toHaveLength(1)
    expect((await admin.get('/customers?test=true')).data).toHaveLength(0)
    const [entry] = (await admin.get(`/customers/${id}/history`)).data
    expect(entry).toMatchObject({ action: 'tag_added', reason: 'agreed by telephone' })
  })

  test('no_auto_billing: runs leave it out, and taking the tag off bills what was missed at once', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    await billByItself(admin)
    const tariff = await newTariff(admin, '30.00')
    const [held, other] = [await newInternetCustomer(admin, tariff), await newInternetCustomer(admin, tariff)]
    await tag(admin, held.customer_id, 'add_tag', 'no_auto_billing')
    const preview = await admin.post('/billing_runs', { date: '2027-01-01' })
    expect(preview).toMatchObject({ customers: 1, total: '30.00' })
    await admin.post(`/billing_runs/${preview.id}/withdraw`)
    expect((await admin.get(`/customers/${held.customer_id}/overview`)).next_invoice).toBeNull()

    await advance(isp, admin.tenant_id, '65d') // 7 March
    expect(await invoicesOf(admin, other.customer_id)).toHaveLength(3)
    expect(await invoicesOf(admin, held.customer_id)).toHaveLength(0)

    await tag(admin, held.customer_id, 'remove_tag', 'no_auto_billing')
    await settled(isp, admin.tenant_id)
    const [caught, ...more] = await invoicesOf(admin, held.customer_id)
    expect(more).toEqual([])
    expect(caught).toMatchObject({
      total: '90.00',
      date: '2027-03-07',
      period_from: '2027-01-01',
      period_to: '2027-03-31',
    })
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('no_auto_billing where bills are confirmed by hand: the customer is due in the next run', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
    await tag(admin, customer_id, 'add_tag', 'no_auto_billing')
    await advance(isp, admin.tenant_id, '40d')
    expect(await runBilling(isp, admin, '2027-02-10')).toMatchObject({ customers: 0 })
    await tag(admin, customer_id, 'remove_tag', 'no_auto_billing')
    expect((await admin.get('/billing_runs')).data).toHaveLength(1)
    expect(await runBilling(isp, admin, '2027-02-10')).toMatchObject({ customers: 1, total: '60.00' })
  })

  test('never_block: dunning and people leave it alone; taking the tag off lets dunning look at once', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'), { due_days: 5 })
    await tag(admin, customer_id, 'add_tag', 'never_block')
    await runBilling(isp, admin, '2027-01-01')
    await advance(isp, admin.tenant_id, '20d')
    const stand = async () => (await admin.get(`/customers/${customer_id}`)).status
    expect(await stand()).toBe('active')
    const byHand = await admin.call('POST', `/customers/${customer_id}/block`, { reason: 'unpaid' })
    expect([byHand.status, byHand.body.detail]).toEqual([
      409,
      'This customer bears the tag never_block. Remove the tag first.',
    ])
    const rehearsed = await admin.post(`/customers/${customer_id}/remove_tag`, {
      tag: 'never_block',
      dry_run: true,
    })
    expect(rehearsed.changes.map((change: any) => change.action)).toEqual(['tag_removed', 'blocked'])
    expect(await stand()).toBe('active')

    await tag(admin, customer_id, 'remove_tag', 'never_block')
    expect(await stand()).toBe('blocked')
    // And back: whom dunning holds is let go.
    await tag(admin, customer_id, 'add_tag', 'never_block')
    expect(await stand()).toBe('active')
    await advance(isp, admin.tenant_id, '2d')
    expect(await stand()).toBe('active')
  })

  test('never_block does not bring back whom a person blocked', async () => {
    const admin = await newTenant(isp)
    const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
    await admin.post(`/customers/${customer_id}/block`, { reason: 'spam' })
    expect((await tag(admin, customer_id, 'add_tag', 'never_block')).status).toBe('blocked')
    expect((await admin.get(`/customers/${customer_id}`)).status).toBe('blocked')
  })

  test('no_auto_payment: credit waits until somebody allocates it or the tag comes off', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
    await tag(admin, customer_id, 'add_tag', 'no_auto_payment')
    const early = await admin.post('/payments', { customer_id, amount: '50.00' })
    await runBilling(isp, admin, '2027-01-01')
    const late = await admin.post('/payments', { customer_id, amount: '5.00' })
    expect((await invoicesOf(admin, customer_id))[0]).toMatchObject({ status: 'final', due_total: '30.00' })
    expect([early.unallocated, late.unallocated]).toEqual(['50.00', '5.00'])
    expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('25.00')
    await advance(isp, admin.tenant_id, '30d')
    // It has the money with us, so nothing is blocked for the open invoice.
    expect((await admin.get(`/customers/${customer_id}`)).status).toBe('active')
    await tag(admin, customer_id, 'remove_tag', 'no_auto_payment')
    expect((await invoicesOf(admin, customer_id))[0]).toMatchObject({ status: 'paid', due_total: '0.00' })
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('test: counts on no dashboard and in no report', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '30.00')
    const [real, trial] = [await newInternetCustomer(admin, tariff), await newInternetCustomer(admin, tariff)]
    await runBilling(isp, admin, '2027-01-01')
    const before = await admin.get('/dashboard')
    expect(before).toMatchObject({ mrr: '60.00', receivables: '60.00', new_customers_this_month: 2 })
    await tag(admin, trial.customer_id, 'add_tag', 'test')
    expect(await admin.get('/dashboard')).toMatchObject({
      mrr: '30.00',
      receivables: '30.00',
      new_customers_this_month: 1,
      customers_by_status: { active: 1 },
    })
    expect((await admin.get('/reports/churn?from=2027-01-01&to=2027-01-01')).data).toMatchObject([
      { new: 1, activated: 1, customers_end: 1, mrr: { new: '30.00', end: '30.00' } },
    ])
    expect((await admin.get(`/customers/${real.customer_id}`)).test).toBe(false)
  })
})
