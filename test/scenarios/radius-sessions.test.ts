import { createRadiusClient, type RadiusClient } from '@isp/radius'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountingCaughtUp, radiusPorts } from '#modules/radius/index.ts'
import { sql } from '#kernel/sql.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

/** Sessions under way and sessions that are over are kept apart; nobody who asks may notice. */
let isp: TestIsp
let admin: Client
let nas: RadiusClient
const customers: { id: string; service_id: string }[] = []
const nas_ip = '127.0.0.6'

beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api,worker,radius', RADIUS_HOST: '127.0.0.1' })
  admin = await newTenant(isp, { test_clock: false, clock_at: undefined, at: undefined })
  const tariff = await admin.post('/tariffs', {
    title: 'Fibre',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 20_000,
  })
  await admin.post('/routers', { title: 'BRAS', nas_ip, nas_type: 'mikrotik', radius_secret: 'testing123' })
  for (const login of ['ada', 'bob', 'eve']) {
    const customer = await admin.post('/customers', {
      name: login,
      category: 'person',
      email: `${login}@example.com`,
    })
    const service = await admin.post('/services', {
      customer_id: customer.id,
      tariff_id: tariff.id,
      login,
      password: 'secret-1',
      start_date: '2026-01-01',
    })
    await admin.post(`/services/${service.id}/activate`)
    customers.push({ id: customer.id, service_id: service.id })
  }
  await new Promise((resolve) => setTimeout(resolve, 400))
  nas = createRadiusClient({
    ...radiusPorts(isp.app)!,
    secret: 'testing123',
    bind_address: nas_ip,
    schedule_ms: [500, 500, 500, 500],
  })
})
afterAll(async () => {
  await nas?.close()
  await isp?.stop()
})

const packet = (login: string, id: string, kind: string, more: Record<string, unknown> = {}) =>
  nas.account({ 'User-Name': login, 'Acct-Session-Id': id, 'Acct-Status-Type': kind, ...more } as never)
const found = async (query: string): Promise<string[]> =>
  (await admin.get(`/sessions?${query}`)).data.map((row: { acct_session_id: string }) => row.acct_session_id)
const eventsOf = (id: string) =>
  asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.all(sql<{ type: string; data: Record<string, unknown> }>`
      select e.type, e.data from events e join sessions s on s.id = e.row_id where s.acct_session_id = ${id} order by e.seq`),
  )

test('a list goes through both, filtered and sorted as if they were one', async () => {
  const bytes = { 'Acct-Session-Time': 60, 'Acct-Input-Octets': 7, 'Acct-Output-Octets': 11 }
  for (const [n, login] of ['bob', 'ada', 'eve', 'ada', 'bob'].entries()) {
    await packet(login, `l${n}`, 'Start', { 'Framed-IP-Address': `10.0.0.${n}` })
    if (n % 2 === 0) await packet(login, `l${n}`, 'Stop', bytes)
  }
  expect(await found('sort=-created_at')).toEqual(['l4', 'l3', 'l2', 'l1', 'l0'])
  expect(await found('status=online')).toEqual(['l3', 'l1'])
  expect(await found('status=closed')).toEqual(['l4', 'l2', 'l0'])
  expect(await found('login=bob')).toEqual(['l4', 'l0'])
  expect(await found('login=ada&status=online')).toEqual(['l3', 'l1'])
  expect(await found('sort=login')).toEqual(['l1', 'l3', 'l0', 'l4', 'l2'])
  expect(await found(`customer_id=${customers[1]!.id}`)).toEqual(['l4', 'l0'])
  expect(await found(`service_id=${customers[0]!.service_id}&status=closed`)).toEqual([])
  expect(await found('ip=10.0.0.2')).toEqual(['l2'])
  expect(await found('started_at[gte]=2020-01-01T00:00:00Z&limit=1')).toEqual(['l4'])
  expect(await found('started_at[lt]=2020-01-01T00:00:00Z')).toEqual([])
  const first = await admin.get('/sessions?sort=login&limit=2')
  const rest = await admin.get(`/sessions?sort=login&limit=10&cursor=${first.next_cursor}`)
  expect([...first.data, ...rest.data].map((row) => row.login)).toEqual(['ada', 'ada', 'bob', 'bob', 'eve'])
  expect((await admin.get('/sessions?status=online&count=true&limit=1')).total).toBe(2)
})

test('what became of a session is told once, and what was counted is the difference', async () => {
  await packet('ada', 'told', 'Start')
  await packet('ada', 'told', 'Interim-Update', {
    'Acct-Session-Time': 60,
    'Acct-Input-Octets': 100,
    'Acct-Output-Octets': 900,
  })
  const stop = {
    'Acct-Session-Time': 90,
    'Acct-Input-Octets': 150,
    'Acct-Output-Octets': 950,
    'Acct-Terminate-Cause': 'User-Request',
  }
  await packet('ada', 'told', 'Stop', stop)
  await packet('ada', 'told', 'Stop', { ...stop, 'Acct-Delay-Time': 5 })
  expect(await eventsOf('told')).toMatchObject([
    { type: 'session.started', data: { login: 'ada', customer_id: customers[0]!.id } },
    { type: 'session.stopped', data: { cause: 'User-Request', input_bytes: 150, output_bytes: 950 } },
  ])
  // Its Start lost, or one batch for both ends.
  await packet('ada', 'end only', 'Stop', stop)
  expect((await eventsOf('end only')).map(({ type }) => type)).toEqual(['session.stopped'])
  const usage = await admin.get(`/customers/${customers[0]!.id}/usage?days=2`)
  expect(usage.month).toEqual({ input_bytes: 300, output_bytes: 1900 })
})

test('many sessions of one service in one batch are all counted', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => `many${n}`)
  const all = (kind: string, more = {}) => Promise.all(ids.map((id) => packet('eve', id, kind, more)))
  const before = (await admin.get(`/customers/${customers[2]!.id}/usage?days=2`)).month.output_bytes
  await all('Start')
  await all('Interim-Update', { 'Acct-Session-Time': 60, 'Acct-Output-Octets': 1000 })
  await all('Stop', { 'Acct-Session-Time': 90, 'Acct-Output-Octets': 1500 })
  await accountingCaughtUp(isp.app)
  const after = (await admin.get(`/customers/${customers[2]!.id}/usage?days=2`)).month.output_bytes
  expect(after - before).toBe(40 * 1500)
})

test('a Start that comes after its Stop, when nothing is remembered of either, makes no second session', async () => {
  await packet('bob', 'late', 'Start')
  await packet('bob', 'late', 'Stop', { 'Acct-Session-Time': 5 })
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`update sessions set version = version + 1 where acct_session_id = 'late'`),
  )
  const other = createRadiusClient({ ...radiusPorts(isp.app)!, secret: 'testing123', bind_address: nas_ip })
  expect(
    (
      await other.account({
        'User-Name': 'bob',
        'Acct-Session-Id': 'late',
        'Acct-Status-Type': 'Start',
        'Acct-Delay-Time': 30,
      })
    ).result,
  ).toBe('ack')
  await other.close()
  expect(await found('login=bob&status=online')).toEqual([])
})

test('a customer who moves to another partner takes sessions and usage along, those of the same moment too', async () => {
  const partner = await admin.post('/partners', { name: 'South' })
  const [, , eve] = customers
  const starting = Array.from({ length: 60 }, async (_, n) => {
    await new Promise((resolve) => setTimeout(resolve, n))
    await packet('eve', `moving${n}`, 'Interim-Update', { 'Acct-Session-Time': 60, 'Acct-Output-Octets': 10 })
  })
  await new Promise((resolve) => setTimeout(resolve, 25))
  await admin.call('PATCH', `/customers/${eve!.id}`, { partner_id: partner.id })
  await Promise.all(starting)
  await accountingCaughtUp(isp.app)
  const partners = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.all(sql`
      select distinct partner_id from sessions where customer_id = ${eve!.id}
      union all select distinct partner_id from usage_days where customer_id = ${eve!.id}`),
  )
  expect(partners).toEqual([{ partner_id: partner.id }, { partner_id: partner.id }])
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      packet('eve', `moving${n}`, 'Stop', { 'Acct-Session-Time': 90, 'Acct-Output-Octets': 30 }),
    ),
  )
  await accountingCaughtUp(isp.app)
  expect(await found('login=eve&status=online')).toEqual([])
})
