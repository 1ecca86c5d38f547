import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import {
  createDynamicAuthorizationServer,
  createRadiusClient,
  msChap2Credentials,
  type DynamicAuthorizationRequest,
  type DynamicAuthorizationServer,
} from '@isp/radius'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { radiusPorts } from '#modules/radius/index.ts'
import { newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { testWith } from '../../tools/test-with.ts'

let isp: TestIsp
let ports: { auth_port: number; acct_port: number }
let nas: DynamicAuthorizationServer
const asked: DynamicAuthorizationRequest[] = []
let answer: 'ack' | { error_cause: number } = 'ack'

beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api,worker,radius', RADIUS_HOST: '127.0.0.1' })
  ports = radiusPorts(isp.app)!
  nas = await createDynamicAuthorizationServer({
    port: 0,
    secret: 'testing123',
    on_request: (request) => {
      asked.push(request)
      return answer
    },
  })
})
afterAll(async () => {
  await nas?.close()
  await isp?.stop()
})
beforeEach(() => {
  asked.length = 0
  answer = 'ack'
})

type Subscriber = { admin: Client; customer: Row; tariff: Row; router: Row; service: Row }
type Row = { id: string } & Record<string, unknown>

async function subscriber(more: { router?: object; service?: object } = {}): Promise<Subscriber> {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const customer = await admin.post('/customers', {
    name: 'Jane Doe',
    category: 'person',
    email: 'jane@example.com',
  })
  const tariff = await admin.post('/tariffs', {
    title: 'Fibre 100',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 20_500,
  })
  const router = await admin.post('/routers', {
    title: 'BRAS 1',
    nas_ip: '127.0.0.1',
    nas_type: 'mikrotik',
    radius_secret: 'testing123',
    coa_port: nas.port,
    ...more.router,
  })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: tariff.id,
    login: `jane-${admin.tenant_id}`,
    password: 'pässword 1',
    start_date: '2027-01-01',
    router_id: router.id,
    ...more.service,
  })
  await admin.post(`/services/${service.id}/activate`)
  await new Promise((resolve) => setTimeout(resolve, 600))
  return { admin, customer, tariff, router, service }
}

const sessionsOf = async ({ admin }: Subscriber) => (await admin.get('/sessions')).data
const usageOf = async ({ admin, customer }: Subscriber) =>
  (await admin.get(`/customers/${customer.id}/usage?days=1`)).days[0]

/** FreeRADIUS's own client, which verifies the reply by itself; answers what it prints. */
async function radclient(kind: 'auth' | 'acct', attributes: string, secret = 'testing123'): Promise<string> {
  const port = kind === 'auth' ? ports.auth_port : ports.acct_port
  const client = spawn('radclient', ['-x', '-r', '2', '-t', '2', `127.0.0.1:${port}`, kind, secret])
  client.stdin.end(attributes)
  return (await Promise.all([text(client.stdout), text(client.stderr)])).join('')
}

describe('with radclient as the router', () => {
  const test = testWith('radclient')
  let jane: Subscriber
  let login: string
  beforeAll(async () => {
    jane = await subscriber()
    login = String(jane.service.login)
  })

  for (const attribute of ['User-Password', 'CHAP-Password', 'MS-CHAP-Password'])
    test(`the right ${attribute} is accepted with the speed of the tariff`, async () => {
      const printed = await radclient(
        'auth',
        `User-Name = "${login}", ${attribute} = "pässword 1", Framed-Protocol = PPP`,
      )
      expect(printed).toContain('Received Access-Accept')
      expect(printed).toContain('Mikrotik-Rate-Limit = "20500k/100M"')
      expect(printed).toContain('Framed-Protocol = PPP')
      expect(printed).toMatch(/Class = 0x6931[0-9a-f]{108}/)
      const interval = Number(/Acct-Interim-Interval = (\d+)/.exec(printed)?.[1])
      expect(interval).toBeGreaterThanOrEqual(270)
      expect(interval).toBeLessThanOrEqual(330)
    })

  test('a wrong password is rejected, a wrong secret meets silence', async () => {
    expect(await radclient('auth', `User-Name = "${login}", User-Password = "wrong"`)).toContain(
      'Received Access-Reject',
    )
    const silent = await radclient('auth', `User-Name = "${login}", User-Password = "pässword 1"`, 'another')
    expect(silent).toContain('No reply')
    expect(silent).not.toContain('Received')
  })

  test('accounting is kept, with Gigawords, exactly once', async () => {
    const common = `User-Name = "${login}", Acct-Session-Id = "81000001", NAS-Port-Id = "pppoe-1", Framed-IP-Address = 10.9.8.7, Calling-Station-Id = "02-00-5E-10-00-01"`
    const send = (lines: string) => radclient('acct', `${common}, ${lines}`)
    expect(await send('Acct-Status-Type = Start')).toContain('Received Accounting-Response')
    const interim =
      'Acct-Status-Type = Interim-Update, Acct-Session-Time = 300, Acct-Input-Octets = 5, Acct-Input-Gigawords = 1, Acct-Output-Octets = 7, Acct-Output-Gigawords = 2'
    expect(await send(interim)).toContain('Received Accounting-Response')
    expect(await send(interim)).toContain('Received Accounting-Response')
    const [online] = await sessionsOf(jane)
    expect(online).toMatchObject({
      status: 'online',
      login,
      ip: '10.9.8.7',
      mac: '02:00:5e:10:00:01',
      nas_port_id: 'pppoe-1',
      acct_session_id: '81000001',
      service_id: jane.service.id,
      customer_id: jane.customer.id,
      router_id: jane.router.id,
      started_at: '2027-01-01T08:00:00.000Z',
      input_bytes: 4294967301,
      output_bytes: 8589934599,
      upload_bps: Math.round((4294967301 * 8) / 300),
      download_bps: Math.round((8589934599 * 8) / 300),
    })
    const stop =
      'Acct-Status-Type = Stop, Acct-Session-Time = 600, Acct-Terminate-Cause = User-Request, Acct-Input-Octets = 6, Acct-Input-Gigawords = 1, Acct-Output-Octets = 9, Acct-Output-Gigawords = 2'
    await send(stop)
    await send(stop)
    // A Start that comes late, after the Stop.
    await send('Acct-Status-Type = Start')
    const rows = await sessionsOf(jane)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      status: 'closed',
      stop_cause: 'User-Request',
      input_bytes: 4294967302,
      output_bytes: 8589934601,
      download_bps: 0,
    })
    expect(await usageOf(jane)).toEqual({
      day: '2027-01-01',
      input_bytes: 4294967302,
      output_bytes: 8589934601,
    })
    expect((await jane.admin.get('/usage_days')).data).toHaveLength(1)
    const events = (await jane.admin.get(`/events?row_id=${rows[0].id}`)).data.map(
      (event: { type: string }) => event.type,
    )
    expect(events.sort()).toEqual(['session.started', 'session.stopped'])
  })

  test('who asked is in the log', async () => {
    await expect
      .poll(
        async () => (await jane.admin.get(`/auth_attempts?login=${encodeURIComponent(login)}`)).data.length,
        { timeout: 3000 },
      )
      .toBeGreaterThanOrEqual(4)
    const { data } = await jane.admin.get(`/auth_attempts?login=${encodeURIComponent(login)}&result=reject`)
    expect(data[0]).toMatchObject({
      code: 'wrong_password',
      service_id: jane.service.id,
      customer_id: jane.customer.id,
      router_id: jane.router.id,
    })
  })
})

describe('what happens to a subscriber who is online', () => {
  const client = () =>
    createRadiusClient({ auth_port: ports.auth_port, acct_port: ports.acct_port, secret: 'testing123' })

  async function goOnline(who: Subscriber, acct_session_id = '8200'): Promise<void> {
    const radius = client()
    const access = await radius.access({
      'User-Name': String(who.service.login),
      'User-Password': 'pässword 1',
    })
    expect(access.result).toBe('accept')
    if (access.result !== 'accept') return
    const started = await radius.account({
      'User-Name': String(who.service.login),
      'Acct-Session-Id': acct_session_id,
      'Acct-Status-Type': 'Start',
      'Framed-IP-Address': '10.1.1.1',
      Class: access.packet.octets('Class'),
    })
    expect(started.result).toBe('ack')
    await radius.close()
  }

  async function ask(who: Subscriber) {
    const radius = client()
    const access = await radius.access({
      'User-Name': String(who.service.login),
      'User-Password': 'pässword 1',
    })
    await radius.close()
    return access.result === 'timeout'
      ? { result: 'timeout', message: undefined, list: undefined, rate: undefined }
      : {
          result: access.result,
          message: access.packet.string('Reply-Message'),
          list: access.packet.string('Mikrotik-Address-List'),
          rate: access.packet.string('Mikrotik-Rate-Limit'),
        }
  }

  test('blocked: the router is told to disconnect, and the door is closed until the block is lifted', async () => {
    const who = await subscriber()
    await goOnline(who)
    await who.admin.post(`/customers/${who.customer.id}/block`, { reason: 'unpaid' })
    await settled(isp, who.admin.tenant_id)
    expect(
      asked.map(({ kind, packet }) => [
        kind,
        packet.string('User-Name'),
        packet.string('Acct-Session-Id'),
        packet.ip('Framed-IP-Address'),
      ]),
    ).toEqual([['disconnect', who.service.login, '8200', '10.1.1.1']])
    expect((await who.admin.get('/coa_requests')).data).toMatchObject([
      {
        kind: 'disconnect',
        status: 'acked',
        attempts: 1,
        customer_id: who.customer.id,
        reason: 'customer.blocked',
      },
    ])
    expect(await ask(who)).toMatchObject({
      result: 'reject',
      message: expect.stringContaining('blocked since 2027-01-01'),
    })
    await who.admin.post(`/customers/${who.customer.id}/unblock`, {})
    await settled(isp, who.admin.tenant_id)
    expect(asked).toHaveLength(1)
    expect((await ask(who)).result).toBe('accept')
  })

  test('other addresses: the session is ended, so that the next one has them', async () => {
    const who = await subscriber()
    await goOnline(who)
    await who.admin.post(`/services/${who.service.id}/change_addresses`, { ipv4_address: '10.7.7.7' })
    await settled(isp, who.admin.tenant_id)
    expect(asked.map(({ kind }) => kind)).toEqual(['disconnect'])
    const radius = client()
    const again = await radius.access({
      'User-Name': String(who.service.login),
      'User-Password': 'pässword 1',
    })
    await radius.close()
    expect(again.result === 'accept' && again.packet.ip('Framed-IP-Address')).toBe('10.7.7.7')
  })

  test('walled: the session goes into the address list by CoA, and is ended when the block is lifted', async () => {
    const who = await subscriber({ router: { block_mode: 'walled', walled_list: 'unpaid' } })
    await goOnline(who)
    await who.admin.post(`/customers/${who.customer.id}/block`, { reason: 'unpaid' })
    await settled(isp, who.admin.tenant_id)
    expect(asked.map(({ kind, packet }) => [kind, packet.string('Mikrotik-Address-List')])).toEqual([
      ['change_of_authorization', 'unpaid'],
    ])
    expect(await ask(who)).toMatchObject({ result: 'accept', list: 'unpaid' })
    await who.admin.post(`/customers/${who.customer.id}/unblock`, {})
    await settled(isp, who.admin.tenant_id)
    expect(asked.map(({ kind }) => kind)).toEqual(['change_of_authorization', 'disconnect'])
    expect(await ask(who)).toMatchObject({ result: 'accept', list: undefined })
  })

  test('a plan change is a CoA with the new speed; a router that cannot is told to disconnect', async () => {
    const who = await subscriber()
    await goOnline(who)
    const faster = await who.admin.post('/tariffs', {
      title: 'Fibre 500',
      service_type: 'internet',
      price: '50.00',
      speed_download_kbps: 500_000,
      speed_upload_kbps: 100_000,
    })
    await who.admin.post(`/services/${who.service.id}/change_tariff`, { tariff_id: faster.id })
    await settled(isp, who.admin.tenant_id)
    expect(asked.map(({ kind, packet }) => [kind, packet.string('Mikrotik-Rate-Limit')])).toEqual([
      ['change_of_authorization', '100M/500M'],
    ])
    expect((await ask(who)).rate).toBe('100M/500M')
    // The tariff itself becomes faster: the same road; this time the router refuses a CoA.
    answer = { error_cause: 501 }
    await who.admin.patch(`/tariffs/${faster.id}`, { speed_download_kbps: 600_000 })
    await settled(isp, who.admin.tenant_id)
    expect(asked.map(({ kind }) => kind)).toEqual([
      'change_of_authorization',
      'change_of_authorization',
      'disconnect',
    ])
  })

  test('a session the router does not know is stale, and the request done with', async () => {
    const who = await subscriber()
    await goOnline(who)
    answer = { error_cause: 503 }
    const [session] = await sessionsOf(who)
    await who.admin.post(`/sessions/${session.id}/disconnect`, {})
    await settled(isp, who.admin.tenant_id)
    expect((await sessionsOf(who))[0].status).toBe('stale')
    expect((await who.admin.get('/coa_requests')).data).toMatchObject([
      { status: 'naked', last_error: '127.0.0.1 refused the Disconnect: Session-Context-Not-Found.' },
    ])
  })

  test('a router that does not answer holds nobody up, and is asked again later', async () => {
    const who = await subscriber({ router: { coa_port: 21_599 } })
    await goOnline(who, 'a')
    await goOnline(who, 'b')
    const blocked_at = Date.now()
    await who.admin.post(`/customers/${who.customer.id}/block`, { reason: 'unpaid' })
    await settled(isp, who.admin.tenant_id)
    expect(Date.now() - blocked_at).toBeLessThan(8000)
    const { data } = await who.admin.get('/coa_requests')
    expect(data.map((row: { status: string; kind: string }) => row.kind)).toEqual([
      'disconnect',
      'disconnect',
    ])
    expect(data.every((row: { status: string }) => ['pending', 'sent'].includes(row.status))).toBe(true)
    // One that is just ending may still be among them.
    const later = (await who.admin.get('/jobs')).data.filter(
      (row: { task: string; run_at: string }) =>
        row.task === 'radius.converge_session' && Date.parse(row.run_at) > blocked_at + 4000,
    )
    expect(later).toHaveLength(2)
  })

  test('MS-CHAPv2 proves both sides; another device or another router is refused', async () => {
    const who = await subscriber({
      service: { mac: '02:00:5e:10:00:09', login: 'bob', password: 'clientPass' },
    })
    const radius = client()
    const { attributes, expected_success } = msChap2Credentials('bob', 'clientPass')
    const right = await radius.access({
      'User-Name': 'bob',
      'Calling-Station-Id': '0200.5e10.0009',
      ...attributes,
    })
    expect(right.result).toBe('accept')
    if (right.result !== 'timeout') {
      expect(right.packet.octets('MS-CHAP2-Success')?.subarray(1).toString()).toBe(expected_success)
      expect(right.packet.has('MS-MPPE-Send-Key')).toBe(true)
    }
    const other = await radius.access({
      'User-Name': 'bob',
      'Calling-Station-Id': '02-00-5E-10-00-0A',
      'User-Password': 'clientPass',
    })
    expect(other.result).toBe('reject')
    if (other.result !== 'timeout')
      expect(other.packet.string('Reply-Message')).toContain('bound to the device 02:00:5e:10:00:09')
    const elsewhere = await who.admin.post('/routers', {
      title: 'BRAS 2',
      nas_ip: '127.0.0.2',
      nas_type: 'wispr',
      radius_secret: 'testing123',
    })
    await who.admin.patch(`/services/${who.service.id}`, { router_id: elsewhere.id })
    const moved = await radius.access({
      'User-Name': 'bob',
      'Calling-Station-Id': '02005e100009',
      'User-Password': 'clientPass',
    })
    if (moved.result !== 'timeout')
      expect(moved.packet.string('Reply-Message')).toBe('This service is bound to another router.')
    await radius.close()
  })
})
