import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { createDynamicAuthorizationServer } from '@isp/radius'
import { radiusPorts } from '#modules/radius/index.ts'
import { testWith } from '../../tools/test-with.ts'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { pdfText } from '../pdf-text.ts'

/**
 * A first month of business: a subscriber is sold a service, logs in by the real radclient, uses it, is billed, does not pay, is
 * blocked on the network, pays, and comes back.
 */
describe('first month', () => {
  let isp: TestIsp
  let admin: Client
  let nas: Awaited<ReturnType<typeof createDynamicAuthorizationServer>>
  const heard: { code: string; login: string }[] = []
  const story: Record<string, any> = {}
  const test = testWith('radclient')

  beforeAll(async () => {
    isp = await startIsp({ ISP_ROLES: 'api,worker,radius' })
    admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z', time_zone: 'Europe/Warsaw' })
    nas = await createDynamicAuthorizationServer({
      host: '127.0.0.1',
      port: 0,
      secret: 'testing123',
      on_request: async (request) => {
        heard.push({ code: request.kind, login: request.packet.string('User-Name') ?? '' })
        return 'ack' as const
      },
    })
  })
  afterAll(async () => {
    await nas?.close()
    await isp?.stop()
  })

  const radclient = async (
    kind: 'auth' | 'acct',
    attributes: Record<string, string | number>,
    secret = 'testing123',
  ) => {
    const port = kind === 'auth' ? radiusPorts(isp.app)!.auth_port : radiusPorts(isp.app)!.acct_port
    const client = spawn('radclient', ['-x', '-r', '1', '-t', '2', `127.0.0.1:${port}`, kind, secret])
    client.stdin.end(
      Object.entries(attributes)
        .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
        .join('\n'),
    )
    return (await Promise.all([text(client.stdout), text(client.stderr)])).join('\n')
  }
  const logIn = (password: string, secret?: string) =>
    radclient(
      'auth',
      {
        'User-Name': 'lodz-1',
        'User-Password': password,
        'NAS-IP-Address': '127.0.0.1',
        'Message-Authenticator': '0x00',
      },
      secret,
    )

  test('a customer is sold an internet service', async () => {
    story.customer = await admin.post('/customers', {
      name: 'Łódź 東京 Київ',
      category: 'person',
      email: 'first@example.com',
    })
    expect(story.customer.status).toBe('new')
    story.tariff = await admin.post('/tariffs', {
      title: 'Fibre 30',
      service_type: 'internet',
      price: '30.00',
      speed_download_kbps: 30_000,
      speed_upload_kbps: 10_000,
    })
    story.router = await admin.post('/routers', {
      title: 'BRAS',
      nas_ip: '127.0.0.1',
      nas_type: 'mikrotik',
      radius_secret: 'testing123',
      coa_port: nas.port,
    })
    story.service = await admin.post('/services', {
      customer_id: story.customer.id,
      tariff_id: story.tariff.id,
      login: 'lodz-1',
      password: 'pass-word-1',
      start_date: '2027-01-01',
      router_id: story.router.id,
    })
    expect((await admin.post(`/services/${story.service.id}/activate`)).status).toBe('active')
    expect((await admin.get(`/customers/${story.customer.id}`)).status).toBe('active')
  })

  test('the router lets the subscriber in at its speed, and nobody else', async () => {
    const accepted = await logIn('pass-word-1')
    expect(accepted).toContain('Access-Accept')
    expect(accepted).toMatch(/Mikrotik-Rate-Limit = "10M\/30M"/)
    expect(accepted).toContain('Message-Authenticator')
    expect(await logIn('wrong')).toContain('Access-Reject')
    expect(await logIn('pass-word-1', 'not-the-secret')).toMatch(/No reply/)
  })

  test('usage is counted once, whatever is sent twice', async () => {
    const session = {
      'User-Name': 'lodz-1',
      'Acct-Session-Id': 'S-1',
      'NAS-IP-Address': '127.0.0.1',
      'Framed-IP-Address': '100.64.0.9',
      'Calling-Station-Id': '02:00:00:00:00:01',
    }
    await radclient('acct', { ...session, 'Acct-Status-Type': 'Start' })
    const interim = {
      ...session,
      'Acct-Status-Type': 'Interim-Update',
      'Acct-Session-Time': 300,
      'Acct-Input-Octets': 1000,
      'Acct-Output-Octets': 5000,
      'Acct-Output-Gigawords': 1,
    }
    await radclient('acct', interim)
    await radclient('acct', interim)
    const page = await admin.get(`/sessions?service_id=${story.service.id}`)
    expect(page.data).toHaveLength(1)
    expect(page.data[0]).toMatchObject({ status: 'online', input_bytes: 1000, output_bytes: 2 ** 32 + 5000 })
    const usage = await admin.get(`/customers/${story.customer.id}/usage`)
    expect(usage.month).toEqual({ input_bytes: 1000, output_bytes: 2 ** 32 + 5000 })
  })

  test('the month is previewed and billed, and the PDF has the name right', async () => {
    const preview = await admin.post('/billing_runs', { date: '2027-01-01' })
    expect(preview).toMatchObject({ status: 'preview', customers: 1, total: '30.00' })
    await admin.post(`/billing_runs/${preview.id}/confirm`)
    await advance(isp, admin.tenant_id, '1m')
    expect((await admin.get(`/billing_runs/${preview.id}`)).status).toBe('done')
    const invoices = await admin.get(`/invoices?customer_id=${story.customer.id}`)
    expect(invoices.data).toHaveLength(1)
    story.invoice = invoices.data[0]
    expect(story.invoice).toMatchObject({ status: 'final', total: '30.00', due_date: '2027-01-16' })
    const pdf = await isp.server.inject({
      url: `/api/v1/invoices/${story.invoice.id}/pdf`,
      headers: { authorization: `Bearer ${admin.token}` },
    })
    expect(pdf.headers['content-type']).toBe('application/pdf')
    const words = await pdfText(pdf.rawPayload)
    for (const word of ['Łódź', '東京', 'Київ', story.invoice.number]) expect(words).toContain(word)
    expect((await admin.get(`/customers/${story.customer.id}`)).balance).toBe('-30.00')
  })

  test('unpaid past the due date, the customer is blocked on the network, and everybody can see why', async () => {
    await advance(isp, admin.tenant_id, '16d')
    const customer = await admin.get(`/customers/${story.customer.id}`)
    expect(customer.status).toBe('blocked')
    expect((await admin.get(`/invoices/${story.invoice.id}`)).status).toBe('overdue')
    expect(heard.at(-1)).toEqual({ code: 'disconnect', login: 'lodz-1' })
    const refused = await logIn('pass-word-1')
    expect(refused).toContain('Access-Reject')
    const why = await admin.get(`/services/${story.service.id}/explain`)
    expect(why.access.decision).toBe('reject')
    // The router and the screen give one and the same reason, in the ISP's own days.
    expect(refused).toContain(why.access.sentence.slice(0, 200))
    expect(why.access.sentence).toContain(story.invoice.number)
  })

  test('a payment sent twice posts once, and brings the customer back', async () => {
    const payment = { customer_id: story.customer.id, amount: '30.00', method: 'cash' }
    const key = { 'idempotency-key': 'pay-1' }
    const [first, second] = await Promise.all([
      admin.call('POST', '/payments', payment, key),
      admin.call('POST', '/payments', payment, key),
    ])
    expect([first.status, second.status]).toEqual([201, 201])
    expect(first.body.id).toBe(second.body.id)
    expect((await admin.get('/payments')).data).toHaveLength(1)
    expect(await admin.get(`/customers/${story.customer.id}`)).toMatchObject({
      status: 'active',
      balance: '0.00',
    })
    expect((await admin.get(`/invoices/${story.invoice.id}`)).status).toBe('paid')
    expect(await logIn('pass-word-1')).toContain('Access-Accept')
    const timeline = await admin.get(`/customers/${story.customer.id}/timeline`)
    expect(timeline.data.length).toBeGreaterThan(5)
  })
})
