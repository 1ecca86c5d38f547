import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advance, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { pdfText } from '../pdf-text.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const named = async (admin: Client, name: string, more: object = {}): Promise<string> =>
  (await admin.post('/customers', { name, ...more })).id
const under = (admin: Client, id: string, parent_id: string, mode = 'independent') =>
  admin.call('POST', `/customers/${id}/set_parent`, { parent_id, mode })
const codeOf = async (answer: Promise<{ status: number; body: any }>) => {
  const { status, body } = await answer
  return [status, body.code]
}
const invoicesOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data
const addService = async (admin: Client, customer_id: string, tariff_id: string): Promise<string> => {
  const { id } = await admin.post('/services', { customer_id, tariff_id, login: `site-${Math.random()}` })
  await admin.post(`/services/${id}/activate`)
  return id
}
/** A group, and a branch that is billed with it. */
const newGroup = async (admin: Client, tariff_id: string, more: object = {}) => {
  const group = await newInternetCustomer(admin, tariff_id, { name: 'Group', ...more })
  const branch = await named(admin, 'Branch', { billing_day: 17 })
  expect((await under(admin, branch, group.customer_id, 'aggregated')).status).toBe(200)
  const service_id = await addService(admin, branch, tariff_id)
  return { group: group.customer_id, branch, service_id }
}

describe('accounts above accounts', () => {
  test('a family is read as a tree with its balances, from whichever member', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const [group, north, south, depot] = [
      await named(admin, 'Group'),
      await named(admin, 'North'),
      await named(admin, 'South'),
      await named(admin, 'Depot'),
    ]
    for (const [below, above] of [
      [north, group],
      [south, group],
      [depot, north],
    ])
      expect(await under(admin, below!, above!)).toMatchObject({
        status: 200,
        body: { parent_id: above, sub_billing_mode: 'independent', billed_by_id: null },
      })
    await admin.post('/payments', { customer_id: depot, amount: '20.00' })
    await admin.post('/payments', { customer_id: group, amount: '5.00' })
    const tree = await admin.get(`/customers/${depot}/hierarchy`)
    expect(tree).toMatchObject({
      root: {
        id: group,
        balance: '5.00',
        total_balance: '25.00',
        subs: [
          { name: 'North', total_balance: '20.00', subs: [{ name: 'Depot', balance: '20.00', subs: [] }] },
          { name: 'South', total_balance: '0.00', subs: [] },
        ],
      },
      totals: { accounts: 4, balance: '25.00', owed: '0.00', credit: '25.00' },
      truncated: false,
    })
    expect(await admin.get(`/customers/${group}/hierarchy`)).toEqual(tree)
    const network = await clientWithRole(isp, admin.tenant_id, 'network')
    const without = await network.get(`/customers/${group}/hierarchy`)
    expect(without.totals).toEqual({ accounts: 4 })
    expect(JSON.stringify(without)).not.toContain('balance')

    expect((await admin.post(`/customers/${north}/leave_parent`, { reason: 'sold' })).parent_id).toBeNull()
    expect((await admin.get(`/customers/${depot}/hierarchy`)).root).toMatchObject({
      name: 'North',
      subs: [{ name: 'Depot' }],
    })
    const [entry] = (await admin.get(`/customers/${north}/history`)).data
    expect(entry).toMatchObject({ action: 'parent_left', reason: 'sold' })
  })

  test('loops, depth without end and other partners are refused, by the verb and by a plain change', async () => {
    const admin = await newTenant(isp)
    const [a, b, c] = [await named(admin, 'A'), await named(admin, 'B'), await named(admin, 'C')]
    await under(admin, b, a)
    await under(admin, c, b)
    expect(await codeOf(under(admin, a, a))).toEqual([422, 'invalid'])
    expect(await codeOf(under(admin, a, c))).toEqual([409, 'hierarchy_loop'])
    expect(await codeOf(under(admin, a, c, 'aggregated'))).toEqual([409, 'hierarchy_loop'])
    expect(await codeOf(admin.call('PATCH', `/customers/${a}`, { parent_id: c }))).toEqual([
      409,
      'hierarchy_loop',
    ])
    expect(await codeOf(under(admin, c, b))).toEqual([409, 'there_already'])
    expect(await codeOf(admin.call('POST', `/customers/${a}/leave_parent`))).toEqual([
      409,
      'cannot_leave_parent',
    ])
    const partner = await admin.post('/partners', { name: 'North' })
    const theirs = await named(admin, 'Theirs', { partner_id: partner.id })
    expect(await codeOf(under(admin, a, theirs))).toEqual([409, 'other_partner'])
    expect(await codeOf(admin.call('POST', '/customers', { name: 'New', parent_id: theirs }))).toEqual([
      409,
      'other_partner',
    ])
    // A family moves as a whole.
    expect(await codeOf(admin.call('PATCH', `/customers/${c}`, { partner_id: partner.id }))).toEqual([
      409,
      'has_parent',
    ])
    await admin.patch(`/customers/${a}`, { partner_id: partner.id })
    expect((await admin.get(`/customers/${c}`)).partner_id).toBe(partner.id)
    const north = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
    expect((await north.get(`/customers/${c}/hierarchy`)).totals.accounts).toBe(3)
    const ours = await named(admin, 'Ours')
    expect(await codeOf(under(north, c, ours))).toEqual([422, 'invalid'])

    let below = await named(admin, 'Deep')
    const answers: number[] = []
    for (let depth = 1; depth <= 20; depth++) {
      const answer = await admin.call('POST', '/customers', { name: `Deep ${depth}`, parent_id: below })
      answers.push(answer.status)
      if (answer.status === 201) below = answer.body.id
    }
    expect(answers).toEqual([...Array.from({ length: 19 }, () => 201), 409])
    // Two who are each allowed would be a loop together.
    const [x, y] = [await named(admin, 'X'), await named(admin, 'Y')]
    const both = await Promise.all([under(admin, x, y), under(admin, y, x)])
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('an aggregated sub-account', () => {
  test('is billed on the document of the account above, on its billing day, without a day lost or charged twice', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '31.00')
    const { group, branch, service_id } = await newGroup(admin, tariff)
    expect(await admin.get(`/customers/${branch}`)).toMatchObject({
      billing_day: 1,
      billed_by_id: group,
      next_billing_on: null,
    })
    expect(await runBilling(isp, admin, '2027-01-01')).toMatchObject({ invoices: 1, total: '62.00' })
    expect(await invoicesOf(admin, branch)).toEqual([])
    // What becomes of its service becomes of the bill above.
    await advance(isp, admin.tenant_id, '10d') // 11 January
    await admin.post(`/services/${service_id}/terminate`)
    const [credit, ...others] = (await admin.get(`/credit_notes?customer_id=${group}`)).data
    expect(others).toEqual([])
    expect(credit).toMatchObject({ total: '-21.00', bill_to: { name: 'Group', sites: [{ name: 'Branch' }] } })
    expect((await admin.get(`/credit_notes/${credit.id}/lines`)).data).toMatchObject([
      { sub_account_id: branch, total: '-21.00' },
    ])
    expect(await admin.get(`/customers/${group}`)).toMatchObject({ balance: '-41.00' })
    // Money for it is booked where its bill is.
    expect(await admin.post('/payments', { customer_id: branch, amount: '41.00' })).toMatchObject({
      customer_id: group,
      unallocated: '0.00',
    })
    await addService(admin, branch, tariff)
    expect(await runBilling(isp, admin, '2027-02-01')).toMatchObject({ invoices: 1, total: '83.00' })
    expect((await admin.get(`/customers/${branch}`)).balance).toBe('0.00')
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('has a section of its own on the document, with its address and what it comes to', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '31.00')
    const group = await newInternetCustomer(admin, tariff, { name: 'Bakeries' })
    const shops: string[] = []
    for (const [name, street] of [
      ['Shop in the market', 'Rynek 4'],
      ['Airport shop', 'Lotnicza 1'],
    ]) {
      const shop = await named(admin, name!, { street, city: 'Wroclaw' })
      await under(admin, shop, group.customer_id, 'aggregated')
      await addService(admin, shop, tariff)
      await addService(admin, shop, tariff)
      shops.push(shop)
    }
    const [market, airport] = shops
    const preview = await admin.post('/billing_runs', { date: '2027-01-01' })
    const [row] = (await admin.get(`/billing_runs/${preview.id}/preview`)).data
    const sections = [null, airport, airport, market, market]
    expect(row.lines.map((line: any) => line.sub_account_id)).toEqual(sections)
    await admin.post(`/billing_runs/${preview.id}/withdraw`)
    await runBilling(isp, admin, '2027-01-01')
    const [invoice] = await invoicesOf(admin, group.customer_id)
    expect(invoice.total).toBe('155.00')
    expect(invoice.bill_to.sites).toMatchObject([{ id: airport, name: 'Airport shop' }, { id: market }])
    const { data: lines } = await admin.get(`/invoices/${invoice.id}/lines`)
    expect(lines.map((line: any) => line.sub_account_id)).toEqual(sections)
    expect((await admin.get(`/invoice_lines?sub_account_id=${market}`)).data).toHaveLength(2)
    // As they were called on the day.
    await admin.patch(`/customers/${airport}`, { name: 'Closed shop' })
    const pdf = await isp.server.inject({
      url: `/api/v1/invoices/${invoice.id}/pdf`,
      headers: { authorization: `Bearer ${admin.token}` },
    })
    const text = await pdfText(pdf.rawPayload)
    const order = ['Airport shop (', 'Lotnicza 1, Wroclaw', 'Shop in the market (', 'Rynek 4'].map((part) =>
      text.indexOf(part),
    )
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order[0]).toBeGreaterThan(0)
    expect(text.match(/62\.00/g)).toHaveLength(2)
  })

  test('joins mid-month with what it was charged already, and leaves with what it was not', async () => {
    const admin = await newTenant(isp, { at: '2027-01-15T08:00:00Z' })
    const tariff = await newTariff(admin, '31.00')
    const group = await newInternetCustomer(admin, tariff, { billing_day: 1 })
    const site = await newInternetCustomer(admin, tariff, { billing_day: 15 })
    await advance(isp, admin.tenant_id, '1d')
    expect(await codeOf(under(admin, site.customer_id, group.customer_id, 'aggregated'))).toEqual([
      409,
      'unbilled',
    ])
    await runBilling(isp, admin, '2027-01-15') // the group until 31 January, the site until 14 February
    expect(await codeOf(under(admin, site.customer_id, group.customer_id, 'aggregated'))).toEqual([
      409,
      'balance_not_zero',
    ])
    await admin.post('/payments', { customer_id: site.customer_id, amount: '31.00' })
    const placed = await under(admin, site.customer_id, group.customer_id, 'aggregated')
    expect(placed.body).toMatchObject({ sub_billing_mode: 'aggregated', billing_day: 1 })

    // February: the group's whole month, and the site's second half.
    await advance(isp, admin.tenant_id, '17d') // 2 February
    expect(await codeOf(admin.call('POST', `/customers/${site.customer_id}/leave_parent`))).toEqual([
      409,
      'unbilled',
    ])
    expect(await runBilling(isp, admin, '2027-02-01')).toMatchObject({ invoices: 1, total: '46.50' })
    await admin.post(`/customers/${site.customer_id}/leave_parent`)
    expect(await admin.get(`/customers/${site.customer_id}`)).toMatchObject({
      billed_by_id: null,
      sub_billing_mode: 'independent',
      next_billing_on: '2027-03-01',
    })
    expect(await runBilling(isp, admin, '2027-03-01')).toMatchObject({ invoices: 2, total: '62.00' })
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('may bear others, which are billed with the same account and follow when it leaves', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '31.00')
    const top = await named(admin, 'Top', { billing_day: 5 })
    const { group, branch } = await newGroup(admin, tariff)
    await runBilling(isp, admin, '2027-01-01')
    await admin.post('/payments', { customer_id: group, amount: '62.00' })
    await under(admin, group, top, 'aggregated')
    const billed = async () =>
      Promise.all([group, branch].map(async (id) => (await admin.get(`/customers/${id}`)).billed_by_id))
    expect(await billed()).toEqual([top, top])
    expect((await admin.get(`/customers/${branch}`)).billing_day).toBe(5)
    await admin.patch(`/customers/${top}`, { billing_day: 3 })
    expect((await admin.get(`/customers/${branch}`)).billing_day).toBe(3)
    expect(await runBilling(isp, admin, '2027-02-01')).toMatchObject({ invoices: 1 })
    expect(await invoicesOf(admin, top)).toHaveLength(1)

    for (const change of [{ billing_day: 9 }, { parent_id: null }, { parent_id: branch }])
      expect(await codeOf(admin.call('PATCH', `/customers/${group}`, change))).toEqual([409, 'aggregated'])
    expect(await codeOf(under(admin, group, top))).toEqual([409, 'cannot_set_parent'])
    expect(
      await codeOf(admin.call('POST', `/customers/${branch}/add_tag`, { tag: 'no_auto_billing' })),
    ).toEqual([409, 'aggregated'])
    await admin.post(`/customers/${group}/leave_parent`)
    expect(await billed()).toEqual([null, group])
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('a rehearsal shows what placing it would do, and leaves it', async () => {
    const admin = await newTenant(isp)
    const [group, branch] = [await named(admin, 'Group'), await named(admin, 'Branch')]
    const rehearsed = await admin.post(`/customers/${branch}/set_parent`, {
      parent_id: group,
      mode: 'aggregated',
      dry_run: true,
    })
    expect(rehearsed.changes).toMatchObject([{ row_id: branch, action: 'parent_set' }])
    expect((await admin.get(`/customers/${branch}`)).parent_id).toBeNull()
    await admin.post(`/customers/${group}/disable`, { reason: 'closed' })
    expect(await codeOf(under(admin, branch, group, 'aggregated'))).toEqual([409, 'account_not_active'])
  })

  test('has service as long as the account that pays for it', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '31.00')
    const { group, branch, service_id } = await newGroup(admin, tariff, { due_days: 5, grace_days: 3 })
    await runBilling(isp, admin, '2027-01-01')
    await advance(isp, admin.tenant_id, '8d')
    const stand = async () =>
      Promise.all([group, branch].map(async (id) => (await admin.get(`/customers/${id}`)).status))
    expect(await stand()).toEqual(['blocked', 'blocked'])
    expect((await admin.get(`/customers/${branch}`)).status_reason).toMatch(
      /^Group \(\d+\), which pays for it/,
    )
    await advance(isp, admin.tenant_id, '5d')
    expect(await stand()).toEqual(['disabled', 'disabled'])
    expect((await admin.get(`/services/${service_id}`)).status).toBe('disabled')
    await admin.post('/payments', { customer_id: group, amount: '62.00' })
    expect(await stand()).toEqual(['active', 'active'])
    expect((await admin.get(`/services/${service_id}`)).status).toBe('active')
    // Who was blocked for a reason of its own stays so.
    await admin.post(`/customers/${branch}/block`, { reason: 'abuse' })
    await admin.post(`/customers/${group}/block`, { reason: 'unpaid' })
    await admin.post(`/customers/${group}/unblock`)
    expect(await stand()).toEqual(['active', 'blocked'])
    await admin.post(`/customers/${group}/disable`, { reason: 'moved out' })
    expect(await stand()).toEqual(['disabled', 'disabled'])
    await admin.post(`/customers/${group}/activate`)
    expect(await stand()).toEqual(['active', 'blocked'])
    expect((await admin.get(`/customers/${branch}`)).status_reason).toBe('abuse')
    await admin.post(`/customers/${branch}/unblock`)
    // Who leaves an account that is blocked is not blocked for it any more.
    await admin.post(`/customers/${group}/block`, { reason: 'unpaid' })
    expect(await stand()).toEqual(['blocked', 'blocked'])
    await runBilling(isp, admin, '2027-01-14')
    await admin.post(`/customers/${branch}/leave_parent`)
    expect(await stand()).toEqual(['blocked', 'active'])
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })
})
