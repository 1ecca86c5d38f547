import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sql } from '#kernel/sql.ts'
import {
  advance,
  asTenant,
  clientWithRole,
  newTenant,
  settled,
  startIsp,
  type Client,
  type TestIsp,
} from '../isp.ts'
import { manyCustomers } from './billing-many.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** One change for hundreds of services: previewed, done in chunks, each row with its own result. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

type Row = { id: string; status: string; error: { code: string; detail: string } | null; money?: any }
const internet = { service_type: 'internet' }

async function mass(admin: Client, body: Record<string, unknown>): Promise<{ job: any; rows: Row[] }> {
  const { status, body: answer } = await admin.call('POST', '/services/bulk', { filter: internet, ...body })
  expect(status).toBe(202)
  const path = `/bulk_jobs/${answer.bulk_job.id}`
  await vi.waitFor(
    async () => {
      expect((await admin.get(path)).status).toBe('done')
    },
    { timeout: 240_000, interval: 250 },
  )
  const { body: text } = await admin.call('GET', `${path}/result`)
  return {
    job: await admin.get(path),
    rows: String(text)
      .split('\n')
      .map((line) => JSON.parse(line)),
  }
}

/** 620 customers with a line of 30 each, billed for January 2027. */
async function village(count = 620) {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  await asTenant(isp, admin.tenant_id, (ctx) => manyCustomers(ctx, count))
  await runBilling(isp, admin, '2027-01-01')
  const fast = await newTariff(admin, '60.00', { title: 'Fast' })
  const lines = (await admin.get('/services?service_type=internet&limit=500')).data
  return { admin, fast, lines }
}

test('a tariff for hundreds from the next month on: who cannot is told why, the others have it on their day', async () => {
  const { admin, fast, lines } = await village()
  const [ended, there, own] = lines
  await admin.post(`/services/${ended.id}/terminate`)
  await admin.post(`/services/${there.id}/change_tariff`, { tariff_id: fast, date: '2027-01-20' })
  await admin.post(`/services/${own.id}/change_terms`, { price: '25.00', date: '2027-03-01' })
  const { job, rows } = await mass(admin, {
    operation: 'change_tariff',
    input: { tariff_id: fast, date: '2027-02-01', reason: 'the old one is retired' },
  })
  expect(job).toMatchObject({ total: 620, done: 618, failed: 2 })
  const failed = Object.fromEntries(rows.flatMap(({ id, error }) => (error ? [[id, error.code]] : [])))
  expect(failed).toEqual({ [ended.id]: 'cannot_change_tariff', [there.id]: 'same_tariff' })
  // Each as by itself: an entry, an event, a line of history, no money yet.
  const [one] = (await admin.get(`/service_changes?service_id=${own.id}&date=2027-02-01`)).data
  expect(one).toMatchObject({ kind: 'terms', status: 'planned', reason: 'the old one is retired' })
  expect((await admin.get(`/services/${own.id}/history`)).data[0]).toMatchObject({ action: 'change_planned' })
  expect((await admin.get('/credit_notes?limit=500')).data).toHaveLength(1)
  await advance(isp, admin.tenant_id, '31d')
  const { data } = await admin.get(`/services?tariff_id=${fast}&count=true&limit=1`)
  expect(data).toHaveLength(1)
  expect((await admin.get(`/services?tariff_id=${fast}&count=true&limit=1`)).total).toBe(619)
  await advance(isp, admin.tenant_id, '28d')
  expect(await admin.get(`/services/${own.id}`)).toMatchObject({ tariff_id: fast, price: '25.00' })
})

test('a price and a stop for hundreds at once: what was billed is corrected to the cent, as one by one', async () => {
  const { admin, lines } = await village(510)
  await advance(isp, admin.tenant_id, '15d')
  const preview = await mass(admin, {
    operation: 'change_terms',
    input: { price: '15.00' },
    dry_run: true,
    in_background: true,
  })
  expect(preview.job).toMatchObject({ preview: true, done: 510, failed: 0 })
  // 16 of 31 days at 15 instead of 30, with 23 % tax.
  expect(preview.rows[0]!.money).toMatchObject({ credit: '19.04', charge: '9.52' })
  expect((await admin.get(`/services/${lines[0].id}`)).price).toBeNull()
  expect((await admin.get('/credit_notes?limit=1')).data).toEqual([])

  const before = await balances(admin)
  const priced = await mass(admin, { operation: 'change_terms', input: { price: '15.00' } })
  expect(priced.job).toMatchObject({ done: 510, failed: 0 })
  expect((await balances(admin)) - before).toBe(510n * 952n)
  const stopped = await mass(admin, { operation: 'stop', input: { until: '2027-01-26' } })
  expect(stopped.job).toMatchObject({ done: 510, failed: 0 })
  expect((await admin.get('/services?status=stopped&count=true&limit=1')).total).toBe(510)
  const again = await mass(admin, { operation: 'stop', input: { until: '2027-01-26' } })
  expect(again.job).toMatchObject({ done: 0, failed: 510 })
  expect(again.rows[0]!.error!.code).toBe('not_active_then')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a tariff that costs less from today on: nobody’s request waits for all corrections, and it is said how far they are', async () => {
  const { admin, lines } = await village(120)
  await advance(isp, admin.tenant_id, '15d')
  const tariff_id = lines[0].tariff_id
  const before = await balances(admin)
  const change = await admin.post(`/tariffs/${tariff_id}/change_price`, { price: '15.00', existing: 'now' })
  expect(change.totals).toMatchObject({ touched: 120 })
  const { id } = (await admin.get(`/tariff_versions?tariff_id=${tariff_id}&sort=-created_at`)).data[0]
  await settled(isp, admin.tenant_id)
  expect(await admin.get(`/tariff_versions/${id}`)).toMatchObject({ services_total: 120, services_done: 120 })
  // 16 of 31 days at 15 instead of 30, with 23 % tax.
  expect((await balances(admin)) - before).toBe(120n * 952n)
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a chunk of which one row is refused late is done row by row, and nobody is changed without the permission', async () => {
  const { admin, fast, lines } = await village(505)
  const partner = (await admin.post('/partners', { name: 'Strict' })).id
  await admin.post('/billing_policies', { partner_id: partner, refund: 'none' })
  const [strict] = lines
  await admin.patch(`/customers/${strict.customer_id}`, { partner_id: partner })
  const { job, rows } = await mass(admin, {
    operation: 'change_tariff',
    input: { tariff_id: fast, date: '2027-01-15' },
  })
  expect(job).toMatchObject({ done: 504, failed: 1 })
  expect(rows.find(({ error }) => error)).toMatchObject({ id: strict.id, error: { code: 'paid_in_advance' } })
  const viewer = await clientWithRole(isp, admin.tenant_id, 'viewer')
  const body = { operation: 'change_tariff', filter: internet, input: { tariff_id: fast } }
  expect((await viewer.call('POST', '/services/bulk', body)).status).toBe(403)
  expect(
    await admin.call('POST', '/services/bulk', { ...body, dry_run: true }).then((answer) => answer.body.code),
  ).toBe('too_many_rows')
})

test('who is held for lack of money loses no day of the stops that the tariff allows', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00', { max_stop_days: 10 })
  const { customer_id, service_id } = await newInternetCustomer(admin, tariff, { billing_type: 'prepaid' })
  expect((await admin.get(`/services/${service_id}`)).status).toBe('stopped')
  await advance(isp, admin.tenant_id, '40d')
  await admin.post('/payments', { customer_id, amount: '60.00', method: 'cash' })
  await settled(isp, admin.tenant_id)
  expect((await admin.get(`/services/${service_id}`)).status).toBe('active')
  await admin.post(`/services/${service_id}/stop`, { date: '2027-02-15', until: '2027-02-25' })
  const { body } = await admin.call('POST', `/services/${service_id}/stop`, {
    date: '2027-02-26',
    until: '2027-02-27',
  })
  expect(body).toMatchObject({ code: 'too_many_stopped_days' })
})

const balances = async (admin: Client): Promise<bigint> =>
  (
    await asTenant(isp, admin.tenant_id, (ctx) =>
      ctx.db.one(sql<{ sum: bigint }>`select sum(balance)::bigint as sum from customers`),
    )
  ).sum
