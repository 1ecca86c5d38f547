import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advance, clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const refused = async (client: Client, path: string, body: object) => {
  const answer = await client.call('POST', path, body)
  return [answer.status, answer.body.code, answer.body.detail]
}
const logOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/customer_status_changes?customer_id=${customer_id}&sort=created_at`)).data
const plansOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/scheduled_changes?customer_id=${customer_id}&sort=date`)).data
const statusOf = async (admin: Client, customer_id: string): Promise<string> =>
  (await admin.get(`/customers/${customer_id}`)).status

describe('a customer’s status is logged whatever moves it', () => {
  test('each change has its day, reason and actor, in the ISP’s time zone', async () => {
    const admin = await newTenant(isp, { at: '2027-01-31T23:30:00Z', time_zone: 'Europe/Warsaw' })
    const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
    await admin.post(`/customers/${customer_id}/block`, { reason: 'abuse' })
    await admin.post(`/customers/${customer_id}/unblock`)
    await admin.post(`/customers/bulk`, {
      operation: 'disable',
      ids: [customer_id],
      input: { reason: 'moved away' },
    })
    await admin.post(`/customers/${customer_id}/activate`, { reason: 'is back' })
    const log = await logOf(admin, customer_id)
    expect(log.map((row: any) => [row.from, row.to, row.reason, row.date, row.actor.kind])).toEqual([
      [null, 'new', null, '2027-02-01', 'api_key'],
      ['new', 'active', 'first service activated', '2027-02-01', 'system'],
      ['active', 'blocked', 'abuse', '2027-02-01', 'api_key'],
      ['blocked', 'active', null, '2027-02-01', 'api_key'],
      ['active', 'disabled', 'moved away', '2027-02-01', 'api_key'],
      ['disabled', 'active', 'is back', '2027-02-01', 'api_key'],
    ])
    expect((await admin.get(`/customers/${customer_id}`)).status_actor).toMatchObject({ name: 'test admin' })
    expect((await admin.call('DELETE', `/customer_status_changes/${log[0].id}`)).status).toBe(405)
  })

  test('an import is logged too, and a partner sees the log of its own customers only', async () => {
    const admin = await newTenant(isp)
    const partner = await admin.post('/partners', { name: 'North' })
    const imported = await isp.server.inject({
      method: 'POST',
      url: '/api/v1/imports?noun=customers',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'text/csv' },
      payload: 'external id,name,partner\n1,Ada,North\n2,Bob,\n',
    })
    expect(imported.statusCode).toBeLessThan(300)
    await settled(isp, admin.tenant_id)
    expect((await admin.get('/customers')).data).toHaveLength(2)
    expect((await admin.get('/customer_status_changes')).data).toHaveLength(2)
    const north = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
    const { data } = await north.get('/customer_status_changes?include=customer_id')
    expect(data).toMatchObject([{ from: null, to: 'new', partner_id: partner.id }])
  })

  test('dunning blocks and disables, a payment brings back from both; what a person did stays done', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '30.00')
    const unpaid = { due_days: 5, grace_days: 3 }
    const [blocked, gone, byHand] = [
      await newInternetCustomer(admin, tariff, { due_days: 5 }),
      await newInternetCustomer(admin, tariff, unpaid),
      await newInternetCustomer(admin, tariff, unpaid),
    ]
    await runBilling(isp, admin, '2027-01-01')
    await admin.post(`/customers/${byHand.customer_id}/disable`, { reason: 'asked for it' })
    await advance(isp, admin.tenant_id, '12d')
    const stand = async () =>
      Promise.all([blocked, gone, byHand].map(({ customer_id }) => statusOf(admin, customer_id)))
    expect(await stand()).toEqual(['blocked', 'disabled', 'disabled'])
    for (const { customer_id } of [blocked, gone, byHand])
      await admin.post('/payments', { customer_id, amount: '30.00' })
    expect(await stand()).toEqual(['active', 'active', 'disabled'])
    const log = await logOf(admin, gone.customer_id)
    expect(log.map((row: any) => `${row.date} ${row.to} ${row.actor.name}`)).toEqual([
      '2027-01-01 new test admin',
      '2027-01-01 active ISP Framework',
      '2027-01-07 blocked Dunning',
      '2027-01-11 disabled Dunning',
      '2027-01-13 active Dunning',
    ])
  })
})

describe('a change is planned for a later day', () => {
  test('it happens at midnight where the ISP is, in order, by whoever planned it', async () => {
    const admin = await newTenant(isp, { at: '2027-03-01T08:00:00Z', time_zone: 'America/New_York' })
    const { customer_id, service_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
    const path = `/customers/${customer_id}`
    const rehearsed = await admin.post(`${path}/block`, {
      reason: 'holiday',
      date: '2027-03-05',
      dry_run: true,
    })
    expect(rehearsed.events.map((event: any) => event.type)).toEqual([
      'customer.change_planned',
      'scheduled_change.planned',
    ])
    expect(await plansOf(admin, customer_id)).toEqual([])

    expect((await admin.post(`${path}/block`, { reason: 'holiday', date: '2027-03-05' })).status).toBe(
      'active',
    )
    // Judged by how the customer will stand then.
    expect(await refused(admin, `${path}/unblock`, { date: '2027-03-04' })).toEqual([
      409,
      'cannot_unblock',
      'On 2027-03-04 this customer will be active as planned. This customer is not blocked but active.',
    ])
    await admin.post(`${path}/unblock`, { date: '2027-03-10' })
    // Twice on one day: in the order in which it was planned.
    await admin.post(`${path}/disable`, { date: '2027-03-20', reason: 'leaves' })
    await admin.post(`${path}/activate`, { date: '2027-03-20', reason: 'stays after all' })
    expect((await plansOf(admin, customer_id)).map((plan: any) => [plan.verb, plan.date])).toEqual([
      ['block', '2027-03-05'],
      ['unblock', '2027-03-10'],
      ['disable', '2027-03-20'],
      ['activate', '2027-03-20'],
    ])

    await advance(isp, admin.tenant_id, '4d')
    expect(await statusOf(admin, customer_id)).toBe('blocked')
    await advance(isp, admin.tenant_id, '17d')
    expect(await statusOf(admin, customer_id)).toBe('active')
    const log = await logOf(admin, customer_id)
    expect(log.slice(2).map((row: any) => [row.date, row.at, row.to, row.actor.name])).toEqual([
      ['2027-03-05', '2027-03-05T05:00:00.000Z', 'blocked', 'test admin'],
      ['2027-03-10', '2027-03-10T05:00:00.000Z', 'active', 'test admin'],
      ['2027-03-20', '2027-03-20T04:00:00.000Z', 'disabled', 'test admin'],
      ['2027-03-20', '2027-03-20T04:00:00.000Z', 'active', 'test admin'],
    ])
    expect((await plansOf(admin, customer_id)).map((plan: any) => plan.status)).toEqual(Array(4).fill('done'))
    // Its services followed, and the history says what led to it.
    expect((await admin.get(`/services/${service_id}`)).status).toBe('active')
    const { data: history } = await admin.get(`${path}/history`)
    const blocked = history.find((entry: any) => entry.action === 'blocked')
    expect(blocked.cause.map((link: any) => link.type)).toEqual(['customer.change_planned'])
  })

  test('what cannot be done on its day is refused with a sentence, and the rest goes on', async () => {
    const admin = await newTenant(isp, { at: '2027-03-01T08:00:00Z' })
    const [one, two] = [
      await admin.post('/customers', { name: 'One' }),
      await admin.post('/customers', { name: 'Two' }),
    ]
    for (const { id } of [one, two]) {
      await admin.post(`/customers/${id}/activate`)
      await admin.post(`/customers/${id}/block`, { reason: 'planned', date: '2027-03-03' })
    }
    await admin.post(`/customers/${one.id}/disable`, { reason: 'left meanwhile' })
    await advance(isp, admin.tenant_id, '3d')
    expect(await plansOf(admin, one.id)).toMatchObject([
      {
        status: 'refused',
        refusal: 'Only an active customer can be blocked; this one is disabled.',
        finished_at: '2027-03-03T00:00:00.000Z',
      },
    ])
    expect(await plansOf(admin, two.id)).toMatchObject([{ status: 'done', refusal: null }])
    expect(await statusOf(admin, two.id)).toBe('blocked')
    expect((await admin.get('/scheduled_changes?status=refused')).data).toHaveLength(1)
    const { data: plans } = await admin.get('/scheduled_changes?status=refused')
    const { data: events } = await admin.get(`/events?row_id=${plans[0].id}`)
    expect(events.map((event: any) => event.type)).toEqual([
      'scheduled_change.refused',
      'scheduled_change.planned',
    ])
  })

  test('a day that has passed and one too far away are refused; today is now; a plan can be cancelled', async () => {
    const admin = await newTenant(isp, { at: '2027-03-01T08:00:00Z' })
    const { id } = await admin.post('/customers', { name: 'One' })
    const path = `/customers/${id}`
    expect((await refused(admin, `${path}/activate`, { date: '2027-02-28' }))[2]).toContain(
      'today is 2027-03-01',
    )
    expect((await refused(admin, `${path}/activate`, { date: '2033-01-01' }))[0]).toBe(422)
    expect((await admin.post(`${path}/activate`, { date: '2027-03-01' })).status).toBe('active')
    await admin.post(`${path}/disable`, { date: '2027-03-02', reason: 'mistake' })
    const [plan] = await plansOf(admin, id)
    const viewer = await clientWithRole(isp, admin.tenant_id, 'viewer')
    expect((await viewer.call('POST', `/scheduled_changes/${plan.id}/cancel`, {})).status).toBe(403)
    await admin.post(`/scheduled_changes/${plan.id}/cancel`)
    expect(await refused(admin, `/scheduled_changes/${plan.id}/cancel`, {})).toEqual([
      409,
      'cannot_cancel',
      'This change is cancelled.',
    ])
    await advance(isp, admin.tenant_id, '2d')
    expect(await statusOf(admin, id)).toBe('active')
    for (let day = 10; day < 30; day++)
      await admin.post(`${path}/${day % 2 ? 'unblock' : 'block'}`, {
        date: `2027-03-${day}`,
        reason: 'to and fro',
      })
    expect((await refused(admin, `${path}/block`, { date: '2027-03-30', reason: 'x' }))[1]).toBe(
      'too_many_planned',
    )
  })
})
