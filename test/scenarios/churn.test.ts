import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advance, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { newInternetCustomer, newTariff } from './billing-kit.ts'

/** Three months of coming and going, and what the churn report makes of it. */
describe('churn', () => {
  let isp: TestIsp
  let admin: Client
  beforeAll(async () => {
    isp = await startIsp()
    admin = await newTenant(isp, { at: '2027-01-10T08:00:00Z', time_zone: 'Europe/Warsaw' })
    const [slow, fast] = [await newTariff(admin, '20.00'), await newTariff(admin, '50.00')]
    const [stays, leaves, returns] = [
      await newInternetCustomer(admin, slow),
      await newInternetCustomer(admin, slow),
      await newInternetCustomer(admin, fast),
    ]
    await admin.post('/customers', { name: 'Only asked' })
    await admin.post(`/customers/${leaves.customer_id}/block`, { reason: 'unpaid' })
    await advance(isp, admin.tenant_id, '1mo') // 10 February
    await admin.post(`/customers/${leaves.customer_id}/disable`, { reason: 'unpaid' })
    await admin.post(`/customers/${returns.customer_id}/disable`, { reason: 'moves house' })
    await admin.post(`/services/${stays.service_id}/change_tariff`, { tariff_id: fast })
    await advance(isp, admin.tenant_id, '1mo') // 10 March
    await admin.post(`/customers/${returns.customer_id}/activate`, { reason: 'moved' })
    await newInternetCustomer(admin, slow)
  })
  afterAll(() => isp?.stop())

  test('each month says who came, left and came back, and the revenue they took along', async () => {
    const { data, by, currency } = await admin.get('/reports/churn?from=2027-01-01&to=2027-03-31&by=month')
    expect([by, currency]).toEqual(['month', 'EUR'])
    expect(data).toEqual([
      {
        from: '2027-01-01',
        to: '2027-01-31',
        new: 4,
        activated: 3,
        returned: 0,
        blocked: 1,
        unblocked: 0,
        disabled: 0,
        net: 3,
        customers_start: 0,
        customers_end: 3,
        churn_rate: null,
        mrr: {
          start: '0.00',
          new: '90.00',
          returned: '0.00',
          up: '0.00',
          down: '0.00',
          lost: '0.00',
          end: '90.00',
        },
      },
      {
        from: '2027-02-01',
        to: '2027-02-28',
        new: 0,
        activated: 0,
        returned: 0,
        blocked: 0,
        unblocked: 0,
        disabled: 2,
        net: -2,
        customers_start: 3,
        customers_end: 1,
        churn_rate: '66.67',
        mrr: {
          start: '90.00',
          new: '0.00',
          returned: '0.00',
          up: '30.00',
          down: '0.00',
          lost: '-70.00',
          end: '50.00',
        },
      },
      {
        // Today is the last day that can be told of.
        from: '2027-03-01',
        to: '2027-03-10',
        new: 1,
        activated: 1,
        returned: 1,
        blocked: 0,
        unblocked: 0,
        disabled: 0,
        net: 2,
        customers_start: 1,
        customers_end: 3,
        churn_rate: '0.00',
        mrr: {
          start: '50.00',
          new: '20.00',
          returned: '50.00',
          up: '0.00',
          down: '0.00',
          lost: '0.00',
          end: '120.00',
        },
      },
    ])
  })

  test('whatever the periods, each begins where the last ended, and all add up', async () => {
    for (const by of ['day', 'week', 'month', 'quarter', 'year']) {
      const { data } = await admin.get(`/reports/churn?from=2027-01-05&by=${by}`)
      expect(data[0].from).toBe('2027-01-05')
      expect(data.at(-1)).toMatchObject({ to: '2027-03-10', customers_end: 3 })
      for (const [n, row] of data.entries()) {
        const next = data[n + 1]
        if (next) {
          expect(next.from).toBe(Temporal.PlainDate.from(row.to).add({ days: 1 }).toString())
          expect([next.customers_start, next.mrr.start]).toEqual([row.customers_end, row.mrr.end])
        }
        const { start, end, ...moves } = row.mrr
        const sum = Object.values<string>(moves).reduce((total, amount) => total + Number(amount), 0)
        expect(Number(start) + sum).toBe(Number(end))
        expect(row.customers_start + row.net).toBe(row.customers_end)
      }
    }
  })

  test('the same is told by reason and by partner, those who lost most in front', async () => {
    const days = 'from=2027-01-01&to=2027-03-31'
    expect((await admin.get(`/reports/churn/by/reason?${days}`)).data).toEqual([
      { id: null, title: 'unpaid', new: 0, activated: 0, returned: 0, blocked: 1, disabled: 1 },
      { id: null, title: 'moves house', new: 0, activated: 0, returned: 0, blocked: 0, disabled: 1 },
    ])
    expect(await admin.get(`/reports/churn/by/partner?${days}`)).toMatchObject({
      of: 'partner',
      from: '2027-01-01',
      to: '2027-03-10',
      data: [{ id: expect.any(String), new: 5, activated: 4, returned: 1, blocked: 1, disabled: 2 }],
    })
    expect((await admin.call('GET', '/reports/churn/by/colour')).status).toBe(422)
    expect((await admin.call('GET', '/reports/churn/by/reason?from=never')).status).toBe(422)
  })

  test('a partner sees its own part, who may not read money no revenue, and nonsense is refused', async () => {
    const partner = await admin.post('/partners', { name: 'North' })
    const north = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
    await newInternetCustomer(north, await newTariff(admin, '10.00'))
    expect((await north.get('/reports/churn?from=2027-03-01')).data).toMatchObject([
      { new: 1, customers_end: 1, mrr: { end: '10.00' } },
    ])
    const network = await clientWithRole(isp, admin.tenant_id, 'network')
    expect((await network.get('/reports/churn?from=2027-03-01')).data).toMatchObject([
      { new: 2, customers_end: 4, mrr: null },
    ])
    for (const query of [
      'by=hour',
      'from=2027-13-01',
      'from=2028-01-01',
      'from=2020-01-01&by=day',
      'status=active',
    ])
      expect((await admin.call('GET', `/reports/churn?${query}`)).status, query).toBe(422)
  })
})
