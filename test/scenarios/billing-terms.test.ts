import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientWith } from '#kernel/testing/contract.ts'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const rootOf = async (admin: Client) => (await admin.get('/billing_defaults')).data[0]
const read = (admin: Client, id: string) => admin.get(`/customers/${id}`)
/** ISP → north → village; and a customer of each. */
async function threeLevels(admin: Client) {
  const north = await admin.post('/partners', { name: 'North' })
  const village = await admin.post('/partners', { name: 'Village', parent_id: north.id })
  const [ours, northern, villager] = await Promise.all(
    [undefined, north.id, village.id].map((partner_id, n) =>
      admin.post('/customers', { name: `Customer ${n}`, ...(partner_id ? { partner_id } : {}) }),
    ),
  )
  return { north, village, ours, northern, villager }
}

describe('billing terms', () => {
  test('are inherited down the tree of partners, unless the customer has its own', async () => {
    const admin = await newTenant(isp)
    const { north, village, ours, northern, villager } = await threeLevels(admin)
    expect(ours).toMatchObject({ billing_type: 'recurring', billing_day: 1, due_days: 15, billing_own: [] })
    const own = await admin.post('/customers', { name: 'Own', partner_id: village.id, due_days: 40 })
    expect(own).toMatchObject({ due_days: 40, billing_own: ['due_days'] })

    await admin.post('/billing_defaults', {
      partner_id: north.id,
      due_days: 7,
      billing_day: 10,
      min_balance: '-20.00',
    })
    const byVillage = await admin.post('/billing_defaults', { partner_id: village.id, billing_day: 31 })
    const terms = async (id: string) => {
      const { due_days, billing_day, min_balance } = await read(admin, id)
      return [due_days, billing_day, min_balance]
    }
    expect(await terms(ours.id)).toEqual([15, 1, '0.00'])
    expect(await terms(northern.id)).toEqual([7, 10, '-20.00'])
    expect(await terms(villager.id)).toEqual([7, 31, '-20.00'])
    expect(await terms(own.id)).toEqual([40, 31, '-20.00'])
    const late = await admin.post('/customers', { name: 'Late', partner_id: village.id })
    expect(await terms(late.id)).toEqual([7, 31, '-20.00'])

    expect((await admin.get(`/customers/${own.id}/billing`)).terms).toMatchObject({
      due_days: { value: 40, own: true, inherited: 7, from: { id: north.id, name: 'North' } },
      billing_day: { value: 31, own: false, inherited: 31, from: { name: 'Village' } },
      min_balance: { value: '-20.00', own: false, inherited: '-20.00', from: { name: 'North' } },
      payment_method: { value: 'bank_transfer', own: false },
    })
    // Given up, a term is the partner's again; left open by the partner, it is that of the one above.
    expect(await admin.patch(`/customers/${own.id}`, { due_days: null })).toMatchObject({
      due_days: 7,
      billing_own: [],
    })
    await admin.patch(`/billing_defaults/${byVillage.id}`, { billing_day: null })
    expect(await terms(villager.id)).toEqual([7, 10, '-20.00'])
    const history = (await admin.get(`/customers/${villager.id}/history`)).data
    expect(history[0]).toMatchObject({
      action: 'updated',
      changes: { billing_day: [31, 10] },
      reason: 'the billing terms of Village changed',
      cause: [{ type: 'billing_default.updated', row_id: byVillage.id }],
    })
    expect(history.at(-2).changes).toEqual({
      due_days: [15, 7],
      billing_day: [1, 10],
      min_balance: ['0.00', '-20.00'],
    })
    const { data: events } = await admin.get(`/events?row_id=${villager.id}`)
    expect(events[0]).toMatchObject({ type: 'customer.updated', data: { changed: ['billing_day'] } })
  })

  test('a customer or a partner that moves takes the terms of its new place', async () => {
    const admin = await newTenant(isp)
    const { north, village, ours, villager } = await threeLevels(admin)
    await admin.post('/billing_defaults', { partner_id: north.id, due_days: 7, blocking_days: 3 })
    const moved = await admin.patch(`/customers/${ours.id}`, { partner_id: north.id, blocking_days: 9 })
    expect(moved).toMatchObject({ due_days: 7, blocking_days: 9, billing_own: ['blocking_days'] })
    expect((await admin.get(`/customers/${ours.id}/history`)).data[0].changes).toMatchObject({
      due_days: [15, 7],
    })
    const { id: root_id } = (await admin.get('/partners?parent_id[null]=true')).data[0]
    await admin.patch(`/partners/${village.id}`, { parent_id: root_id })
    expect(await read(admin, villager.id)).toMatchObject({ due_days: 15, blocking_days: 0 })
  })

  test('accounts that move with the one above them take the new partner’s terms too', async () => {
    const admin = await newTenant(isp)
    const { north, ours } = await threeLevels(admin)
    const below = await admin.post('/customers', { name: 'Below', parent_id: ours.id, blocking_days: 2 })
    await admin.post('/billing_defaults', { partner_id: north.id, due_days: 7, blocking_days: 3 })
    await admin.patch(`/customers/${ours.id}`, { partner_id: north.id })
    expect(await read(admin, below.id)).toMatchObject({
      partner_id: north.id,
      due_days: 7,
      blocking_days: 2,
      billing_own: ['blocking_days'],
    })
  })

  test('a rehearsed change of defaults says how many customers it would touch, and changes none', async () => {
    const admin = await newTenant(isp)
    const { ours, villager } = await threeLevels(admin)
    await admin.patch(`/customers/${ours.id}`, { due_days: 15 })
    const root = await rootOf(admin)
    const rehearsed = await admin.patch(`/billing_defaults/${root.id}`, { due_days: 20, dry_run: true })
    expect(rehearsed.events.map((event: any) => [event.type, event.data.customers ?? null])).toEqual([
      ['billing_default.updated', null],
      ['billing_default.inherited', 2],
    ])
    expect(rehearsed.events[1].data.terms).toEqual([{ changes: { due_days: [15, 20] }, customers: 2 }])
    expect((await read(admin, villager.id)).due_days).toBe(15)
  })

  test('the ISP’s own terms cannot be left open, and a partner has one set', async () => {
    const admin = await newTenant(isp)
    const root = await rootOf(admin)
    const open = await admin.call('PATCH', `/billing_defaults/${root.id}`, { due_days: null })
    expect([open.status, open.body.errors[0].field]).toEqual([422, 'due_days'])
    const twice = await admin.call('POST', '/billing_defaults', { partner_id: root.partner_id })
    expect([twice.status, twice.body.code]).toEqual([409, 'already_exists'])
  })

  test('one term is given to many at once, after a preview', async () => {
    const admin = await newTenant(isp)
    const { north, northern, villager, ours } = await threeLevels(admin)
    await admin.patch(`/customers/${villager.id}`, { due_days: 30 })
    const query = { field: 'due_days', filter: { 'partner_id[ne]': north.id } }
    const preview = await admin.post('/customers/set_billing', { ...query, value: 21, dry_run: true })
    expect(preview.result).toMatchObject({ matched: 2, changed: 2 })
    expect(preview.result.changes).toHaveLength(2)
    expect(preview.result.changes).toEqual(
      expect.arrayContaining([
        { from: 15, to: 21, customers: 1 },
        { from: 30, to: 21, customers: 1 },
      ]),
    )
    expect((await read(admin, ours.id)).due_days).toBe(15)

    await admin.post('/customers/set_billing', { ...query, value: 21, reason: 'new contract' })
    expect(await read(admin, ours.id)).toMatchObject({ due_days: 21, billing_own: ['due_days'], version: 2 })
    expect((await read(admin, northern.id)).due_days).toBe(15)
    expect((await admin.get(`/customers/${villager.id}/history`)).data[0]).toMatchObject({
      changes: { due_days: [30, 21] },
      reason: 'new contract',
      actor: { kind: 'api_key' },
    })
    expect(await admin.post('/customers/set_billing', { ...query, value: 21 })).toMatchObject({ changed: 0 })
    const money = { field: 'min_balance', filter: {}, value: '-7.50' }
    expect((await admin.post('/customers/set_billing', money)).changes).toEqual([
      { from: '0.00', to: '-7.50', customers: 3 },
    ])
    // Given up, they follow the defaults again.
    await admin.post('/customers/set_billing', { ...query, value: null })
    expect(await read(admin, ours.id)).toMatchObject({ due_days: 15, billing_own: ['min_balance'] })
  })

  test('a mass change is refused in words, field by field and partner by partner', async () => {
    const admin = await newTenant(isp)
    const { north, northern, ours } = await threeLevels(admin)
    const attempt = async (client: Client, body: Record<string, unknown>) => {
      const answer = await client.call('POST', '/customers/set_billing', { filter: {}, ...body })
      return [answer.status, answer.body.errors?.[0]?.field ?? answer.body.code]
    }
    expect(await attempt(admin, { field: 'balance', value: '5.00' })).toEqual([422, 'field'])
    expect(await attempt(admin, { field: 'due_days', value: 500 })).toEqual([422, 'value'])
    expect(await attempt(admin, { field: 'prepaid_period', value: 'P9Y' })).toEqual([422, 'prepaid_period'])
    expect(await attempt(admin, { field: 'due_days', value: 5, filter: { nope: '1' } })).toEqual([
      422,
      'nope',
    ])
    expect(await attempt(admin, { field: 'due_days', value: 5, filter: [] })).toEqual([422, 'filter'])
    const all = { noun: '*', actions: ['*'] }
    const clerk = await clientWith({ isp, admin }, [{ ...all, readonly_fields: ['due_days'] }])
    expect(await attempt(clerk, { field: 'due_days', value: 5 })).toEqual([422, 'due_days'])
    const reader = await clientWith({ isp, admin }, [{ noun: '*', actions: ['list', 'get', 'update'] }])
    expect(await attempt(reader, { field: 'due_days', value: 5 })).toEqual([403, 'forbidden'])
    const partner = await clientWith({ isp, admin }, [all], north.id)
    expect(
      await partner.post('/customers/set_billing', { field: 'due_days', value: 5, filter: {} }),
    ).toMatchObject({
      matched: 2,
    })
    expect([(await read(admin, northern.id)).due_days, (await read(admin, ours.id)).due_days]).toEqual([
      5, 15,
    ])
    // What stands above is out of a partner's sight; that there is something is not.
    expect((await partner.get(`/customers/${northern.id}/billing`)).terms.billing_day).toEqual({
      value: 1,
      own: false,
      inherited: 1,
      from: null,
    })
  })

  test('tell bills and dunning: due days of the partner, never disabled with a grace of 0', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const root = await rootOf(admin)
    await admin.patch(`/billing_defaults/${root.id}`, { due_days: 5, grace_days: 3 })
    const tariff = await newTariff(admin, '30.00')
    const follows = await newInternetCustomer(admin, tariff)
    const kept = await newInternetCustomer(admin, tariff, { grace_days: 0 })
    await runBilling(isp, admin, '2027-01-01')
    const { data } = await admin.get(`/invoices?customer_id=${follows.customer_id}`)
    expect(data[0].due_date).toBe('2027-01-06')
    await advance(isp, admin.tenant_id, '20d')
    expect((await read(admin, follows.customer_id)).status).toBe('disabled')
    expect((await read(admin, kept.customer_id)).status).toBe('blocked')
  })
  test('accounts billed together keep the billing day of the one above, and stay recurring', async () => {
    const admin = await newTenant(isp)
    const [group, site] = [
      await admin.post('/customers', { name: 'Group', billing_day: 12 }),
      await admin.post('/customers', { name: 'Site' }),
    ]
    await admin.post(`/customers/${site.id}/set_parent`, { parent_id: group.id, mode: 'aggregated' })
    const day = async () => (await read(admin, site.id)).billing_day
    const root = await rootOf(admin)
    await admin.patch(`/billing_defaults/${root.id}`, {
      billing_day: 20,
      due_days: 8,
      billing_type: 'prepaid',
    })
    expect(await read(admin, site.id)).toMatchObject({
      billing_day: 12,
      due_days: 8,
      billing_type: 'recurring',
    })
    const all = { field: 'billing_day', filter: {}, value: 5 }
    expect(await admin.post('/customers/set_billing', all)).toMatchObject({ matched: 1, changed: 1 })
    expect(await day()).toBe(5)
    await admin.patch(`/customers/${group.id}`, { billing_day: null })
    expect(await day()).toBe(20)
    for (const { id } of [group, site]) {
      const answer = await admin.call('PATCH', `/customers/${id}`, { billing_type: 'prepaid_daily' })
      expect([answer.status, answer.body.code]).toEqual([409, 'aggregated'])
    }
    const prepaid = await admin.post('/customers', { name: 'Prepaid' })
    const joining = await admin.call('POST', `/customers/${prepaid.id}/set_parent`, {
      parent_id: group.id,
      mode: 'aggregated',
    })
    expect([joining.status, joining.body.code]).toEqual([409, 'not_recurring'])
  })

  test('who is exempt pays no tax, on bills and on corrections of what was billed', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tax = await admin.post('/taxes', { name: 'VAT', rate: '23' })
    const [slow, fast] = [
      await newTariff(admin, '30.00', { tax_id: tax.id }),
      await newTariff(admin, '60.00', { tax_id: tax.id }),
    ]
    const embassy = { tax_exempt: true, tax_exempt_reason: 'Embassy' }
    const exempt = await newInternetCustomer(admin, slow, embassy)
    const other = await newInternetCustomer(admin, slow)
    const why = await admin.get(`/services/${exempt.service_id}/explain`)
    expect(why.price).toMatchObject({ amount: '30.00', gross: '30.00' })
    expect(why.price.lines).toContainEqual({ label: 'No tax: Embassy', amount: '0.00' })
    await runBilling(isp, admin, '2027-01-01')
    const totals = async (customer_id: string) =>
      (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data.map((invoice: any) => [
        invoice.tax_total,
        invoice.total,
      ])
    expect(await totals(exempt.customer_id)).toEqual([['0.00', '30.00']])
    expect(await totals(other.customer_id)).toEqual([['6.90', '36.90']])
    await advance(isp, admin.tenant_id, '10d')
    await admin.post(`/services/${exempt.service_id}/change_tariff`, { tariff_id: fast })
    expect((await totals(exempt.customer_id)).every(([taxed]: string[]) => taxed === '0.00')).toBe(true)
    expect(await totals(exempt.customer_id)).toHaveLength(2)
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })
})
