import { createSocket } from 'node:dgram'
import { createRadiusClient } from '@isp/radius'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { accountingCaughtUp, radiusPorts, sweepSessions } from '#modules/radius/index.ts'
import { sql } from '#kernel/sql.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

/** Accounting under everything that a network and a database do to it: the bytes acknowledged are the bytes counted. */
let isp: TestIsp
let admin: Client
let ports: { auth_port: number; acct_port: number }
const logins = Array.from({ length: 20 }, (_, n) => `line-${n}`)

/** An ISP with twenty lines on a router at `nas_ip`. */
async function provider(
  tenant: Client,
  nas_ip: string,
): Promise<{ admin: Client; customer: { id: string }; nas_ip: string }> {
  const customer = await tenant.post('/customers', {
    name: 'Burst Ltd',
    category: 'company',
    email: 'burst@example.com',
  })
  const tariff = await tenant.post('/tariffs', {
    title: 'Fibre',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 20_000,
  })
  await tenant.post('/routers', { title: 'BRAS', nas_ip, nas_type: 'mikrotik', radius_secret: 'testing123' })
  for (const login of logins) {
    const service = await tenant.post('/services', {
      customer_id: customer.id,
      tariff_id: tariff.id,
      login,
      password: 'secret-1',
      start_date: '2026-01-01',
    })
    await tenant.post(`/services/${service.id}/activate`)
  }
  await new Promise((resolve) => setTimeout(resolve, 400))
  return { admin: tenant, customer, nas_ip }
}

beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api,worker,radius', RADIUS_HOST: '127.0.0.1' })
  ports = radiusPorts(isp.app)!
  admin = await newTenant(isp, { time_zone: 'Europe/Warsaw', at: '2027-01-31T22:30:00Z' })
  await provider(admin, '127.0.0.1')
})
afterAll(() => isp?.stop())

const radius = (more: object = {}) => createRadiusClient({ ...ports, secret: 'testing123', ...more })

async function totals(admin: Client): Promise<Record<string, [number, number]>> {
  const sessions: Record<string, [number, number]> = {}
  for (let cursor = ''; ;) {
    const page = await admin.get(`/sessions?limit=500${cursor && `&cursor=${cursor}`}`)
    for (const row of page.data) sessions[row.acct_session_id] = [row.input_bytes, row.output_bytes]
    if (!page.next_cursor) return sessions
    cursor = page.next_cursor
  }
}

// A tenant in real time has its sessions remembered between packets, one on a test clock has not: both roads must count alike.
test.each([
  ['on a test clock', '127.0.0.3', { time_zone: 'Europe/Warsaw', at: '2027-01-31T22:30:00Z' }],
  ['in real time', '127.0.0.4', { test_clock: false, clock_at: undefined, at: undefined }],
])(
  '%s: a burst with losses, doubles and disorder, the database cut off in the middle, again and again',
  async (_, nas_ip, clock) => {
    const { admin, customer } = await provider(await newTenant(isp, clock), nas_ip)
    const database = new pg.Client(isp.database.admin)
    await database.connect()
    const nas = radius({ bind_address: nas_ip, schedule_ms: Array.from({ length: 30 }, () => 400) })
    const acknowledged: Record<string, [number, number]> = {}
    const sent: Promise<void>[] = []
    const report = async (login: string, id: string, kind: string, report: number, bytes: number) => {
      const answer = await nas.account({
        'User-Name': login,
        'Acct-Session-Id': id,
        'Acct-Status-Type': kind,
        'Acct-Session-Time': report * 300,
        'Acct-Input-Octets': bytes % 2 ** 32,
        'Acct-Input-Gigawords': Math.floor(bytes / 2 ** 32),
        'Acct-Output-Octets': (3 * bytes) % 2 ** 32,
        'Acct-Output-Gigawords': Math.floor((3 * bytes) / 2 ** 32),
      })
      expect(answer.result).toBe('ack')
      const [input, output] = acknowledged[id] ?? [0, 0]
      acknowledged[id] = [Math.max(input, bytes), Math.max(output, 3 * bytes)]
    }
    const cuts = setInterval(
      () =>
        void database
          .query(
            `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'isp'`,
          )
          .catch(() => {}),
      150,
    )
    const packets = logins
      .flatMap((login, n) =>
        Array.from({ length: 10 }, (_, session) => {
          const id = `s${n}-${session}`
          return Array.from({ length: 8 }, (_, report) => ({
            login,
            id,
            kind: report === 0 ? 'Start' : report === 7 ? 'Stop' : 'Interim-Update',
            report,
            bytes: report * (n + 1) * (session + 1) * 100_000_007,
          }))
        }).flat(),
      )
      .sort((a, b) => a.report - b.report)
    for (let at = packets.length - 1; at > 0; at--) {
      const other = Math.max(0, at - Math.floor(Math.random() * 60))
      if (Math.random() < 0.3) [packets[at], packets[other]] = [packets[other]!, packets[at]!]
    }
    for (const [n, packet] of packets.entries()) {
      if (packet.kind !== 'Stop' && Math.random() < 0.1) continue
      const { login, id, kind, report: number, bytes } = packet
      sent.push(report(login, id, kind, number, bytes))
      if (Math.random() < 0.1) sent.push(report(login, id, kind, number, bytes))
      if (n % 40 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
    clearInterval(cuts)
    await Promise.all(sent)
    await nas.close()
    await database.end()

    await accountingCaughtUp(isp.app)
    // A request may still meet a connection that the last cut ended, and is told to try again.
    const counted = await vi.waitFor(() => totals(admin), { timeout: 10_000 })
    expect(Object.keys(counted)).toHaveLength(200)
    expect(counted).toEqual(acknowledged)
    const all = Object.values(acknowledged).reduce(
      ([i, o], [input, output]) => [i + input, o + output],
      [0, 0],
    )
    const { days } = await admin.get(`/customers/${customer.id}/usage?days=2`)
    const used = days.filter((day: { input_bytes: number }) => day.input_bytes > 0)
    expect(
      used.reduce(
        ([i, o]: number[], day: { input_bytes: number; output_bytes: number }) => [
          i! + day.input_bytes,
          o! + day.output_bytes,
        ],
        [0, 0],
      ),
    ).toEqual(all)
    // 22:30 UTC is half past eleven in Warsaw, still January.
    if (clock.at) expect(used.map((day: { day: string }) => day.day)).toEqual(['2027-01-31'])
    const { points } = await asTenant(isp, admin.tenant_id, (ctx) =>
      ctx.db.one(sql<{ points: string }>`select sum(input_bytes)::text as points from traffic_points`),
    )
    expect(Number(points)).toBe(all[0])
  },
  60_000,
)

test('while the database is away nothing is answered, and afterwards everything', async () => {
  const impatient = radius({ schedule_ms: [300] })
  const database = new pg.Client({ ...isp.database.admin, database: 'postgres' })
  await database.connect()
  const name = isp.database.connections.app.database
  await database.query(`alter database ${name} allow_connections false`)
  await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name])
  const packet = { 'User-Name': 'line-0', 'Acct-Session-Id': 'away', 'Acct-Status-Type': 'Start' }
  expect((await impatient.account(packet)).result).toBe('timeout')
  expect((await impatient.access({ 'User-Name': 'line-0', 'User-Password': 'secret-1' })).result).toBe(
    'timeout',
  )
  await database.query(`alter database ${name} allow_connections true`)
  await database.end()
  const patient = radius({ schedule_ms: [500, 500, 500, 500] })
  expect((await patient.account(packet)).result).toBe('ack')
  expect((await patient.access({ 'User-Name': 'line-0', 'User-Password': 'secret-1' })).result).toBe('accept')
  await impatient.close()
  await patient.close()
})

test('a router that restarts closes what it had; silence makes a session stale, then closes it; speaking again opens it', async () => {
  const nas = radius()
  const state = async (id: string) =>
    (await admin.get('/sessions?limit=100')).data.find(
      (row: { acct_session_id: string }) => row.acct_session_id === id,
    )
  const packet = (id: string, kind: string, more = {}) =>
    nas.account({ 'User-Name': 'line-1', 'Acct-Session-Id': id, 'Acct-Status-Type': kind, ...more })
  await packet('before', 'Start')
  await packet('before', 'Interim-Update', { 'Acct-Session-Time': 300, 'Acct-Input-Octets': 500 })
  await new Promise((resolve) => setTimeout(resolve, 30))
  await nas.account({ 'Acct-Status-Type': 'Accounting-On', 'Acct-Session-Id': '0' })
  expect(await state('before')).toMatchObject({
    status: 'closed',
    stop_cause: 'NAS-Reboot',
    input_bytes: 500,
  })
  // It counts its sessions from the beginning.
  await packet('before', 'Start')
  const names = (await admin.get('/sessions?limit=100')).data.filter(
    (row: { acct_session_id: string }) => row.acct_session_id === 'before',
  )
  expect(names.map((row: { status: string }) => row.status)).toEqual(['online', 'closed'])

  await packet('silent', 'Start')
  const now = Temporal.Now.instant()
  await sweepSessions(isp.app, now.add({ minutes: 14 }))
  expect((await state('silent')).status).toBe('online')
  await sweepSessions(isp.app, now.add({ minutes: 16 }))
  expect((await state('silent')).status).toBe('stale')
  await packet('silent', 'Interim-Update', { 'Acct-Session-Time': 60, 'Acct-Output-Octets': 9 })
  expect((await state('silent')).status).toBe('online')
  await sweepSessions(isp.app, now.add({ hours: 25 }))
  expect(await state('silent')).toMatchObject({
    status: 'closed',
    stop_cause: 'Lost-Carrier',
    output_bytes: 9,
  })
  await packet('silent', 'Interim-Update', { 'Acct-Session-Time': 120, 'Acct-Output-Octets': 19 })
  expect(await state('silent')).toMatchObject({
    status: 'online',
    stop_cause: null,
    stopped_at: null,
    output_bytes: 19,
  })
  await nas.close()
})

test('tenants that share a router’s address and secret each have their own subscribers', async () => {
  const other = await newTenant(isp)
  const theirs = await other.post('/customers', {
    name: 'Other',
    category: 'person',
    email: 'other@example.com',
  })
  const tariff = await other.post('/tariffs', {
    title: 'Fibre',
    service_type: 'internet',
    price: '1.00',
    speed_download_kbps: 7_000,
    speed_upload_kbps: 3_000,
  })
  await other.post('/routers', {
    title: 'BRAS',
    nas_ip: '127.0.0.1',
    nas_type: 'mikrotik',
    radius_secret: 'testing123',
  })
  const service = await other.post('/services', {
    customer_id: theirs.id,
    tariff_id: tariff.id,
    login: 'line-2',
    password: 'another',
    start_date: '2027-01-01',
  })
  await other.post(`/services/${service.id}/activate`)
  await new Promise((resolve) => setTimeout(resolve, 400))
  const nas = radius()
  const rate = async (login: string, password: string) => {
    const answer = await nas.access({ 'User-Name': login, 'User-Password': password })
    return answer.result === 'accept' ? answer : undefined
  }
  expect((await rate('line-2', 'secret-1'))?.packet.string('Mikrotik-Rate-Limit')).toBe('20M/100M')
  const accepted = await rate('line-2', 'another')
  expect(accepted?.packet.string('Mikrotik-Rate-Limit')).toBe('3M/7M')
  expect((await rate('line-3', 'secret-1'))?.packet.string('Mikrotik-Rate-Limit')).toBe('20M/100M')
  // The Class says whose session it is, whatever the name.
  await nas.account({
    'User-Name': 'line-3',
    'Acct-Session-Id': 'classy',
    'Acct-Status-Type': 'Start',
    Class: accepted!.packet.octets('Class'),
  })
  expect((await other.get('/sessions')).data).toMatchObject([
    { service_id: service.id, policy: 'accept 3000/7000' },
  ])
  await nas.account({ 'User-Name': 'line-3', 'Acct-Session-Id': 'plain', 'Acct-Status-Type': 'Start' })
  expect((await admin.get('/sessions')).data[0].acct_session_id).toBe('plain')
  await nas.close()
})

test('what is no RADIUS, or no accounting, is a counted drop', async () => {
  const socket = createSocket('udp4')
  const send = (bytes: Buffer, port: number) =>
    new Promise<void>((resolve) => socket.send(bytes, port, '127.0.0.1', () => resolve()))
  await send(Buffer.from('hello'), ports.auth_port)
  await send(Buffer.from([1, 0, 0, 100, ...Array(16).fill(0)]), ports.auth_port)
  await send(Buffer.from([1, 0, 0, 22, ...Array(16).fill(0), 1, 1]), ports.auth_port)
  await send(Buffer.from([4, 0, 0, 20, ...Array(16).fill(0)]), ports.acct_port)
  const impatient = radius({ schedule_ms: [200] })
  expect((await impatient.account({ 'User-Name': 'line-0', 'Acct-Session-Id': 'x' })).result).toBe('timeout')
  expect((await impatient.account({ 'User-Name': 'line-0', 'Acct-Status-Type': 'Start' })).result).toBe(
    'timeout',
  )
  // Names that PostgreSQL's text cannot hold are not a reason to fail.
  expect(
    (await impatient.access({ 'User-Name': Buffer.from([0, 1, 0xff, 0x41]), 'User-Password': 'x' })).result,
  ).toBe('reject')
  expect(
    (
      await impatient.account({
        'User-Name': Buffer.from([0, 0xff]),
        'Acct-Session-Id': Buffer.from([0x41, 0, 0xfe]),
        'Acct-Status-Type': 'Start',
        'Acct-Input-Octets': 4_294_967_295,
      })
    ).result,
  ).toBe('ack')
  await impatient.close()
  socket.close()
  const metrics = await (await isp.server.inject({ method: 'GET', url: '/metrics' })).body
  for (const reason of ['too_short', 'truncated', 'bad_attribute', 'wrong_secret', 'declined_by_handler'])
    expect(metrics).toMatch(new RegExp(`isp_radius_drops_total\\{reason="${reason}"\\} [1-9]`))
})
