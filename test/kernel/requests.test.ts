import { connect, type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const raw = (payload: string, headers: Record<string, string> = {}) =>
  admin.call('POST', '/labels', payload, headers)

test('a dry run answers everything it would have done, and does nothing', async () => {
  const rehearsal = (await admin.call('POST', '/labels', { name: 'only a thought', dry_run: true })).body
  expect(rehearsal).toMatchObject({
    dry_run: true,
    result: { name: 'only a thought' },
    changes: [{ noun: 'label', action: 'created' }],
    events: [{ type: 'label.created' }],
  })
  expect((await admin.get('/labels?name=only a thought')).data).toEqual([])
  const customer = await admin.post('/customers', { name: 'Dry Run' })
  const block = await admin.post(`/customers/${customer.id}/activate`, { dry_run: true })
  expect(block.events[0].type).toBe('customer.activated')
  expect((await admin.get(`/customers/${customer.id}`)).status).toBe('new')
})

test('an Idempotency-Key makes a repeated request one, even when both arrive together', async () => {
  const key = { 'idempotency-key': 'k-1' }
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => admin.call('POST', '/labels', { name: 'once' }, key)),
  )
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201])
  expect(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true')).toHaveLength(3)
  const other = await admin.call('POST', '/labels', { name: 'twice' }, key)
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
})

test('a change to what is already so changes nothing, and says nothing', async () => {
  const customer = await admin.post('/customers', { name: 'As Before', phone: '+48 500 000 001' })
  const again = await admin.call('PATCH', `/customers/${customer.id}`, {
    name: 'As Before',
    phone: '+48 500 000 001',
  })
  expect([again.status, again.body.version]).toEqual([200, customer.version])
  const told = async () => (await admin.get(`/audit_events?row_id=${customer.id}`)).data.length
  expect(await told()).toBe(1)
  const other = await admin.call('PATCH', `/customers/${customer.id}`, { name: 'As Before', phone: null })
  expect([other.body.version, other.body.phone]).toEqual([customer.version + 1, null])
  expect(await told()).toBe(2)
})

test('hostile JSON is refused with a sentence', async () => {
  const cases: [string, number, string][] = [
    ['{"name":', 400, 'not_json'],
    ['{"__proto__": {"admin": true}, "name": "x"}', 400, 'forbidden_key'],
    ['{"name": "x", "\\u005f_proto__": {}}', 400, 'forbidden_key'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, 'too_deep'],
    ['[]', 400, 'not_an_object'],
    ['"text"', 400, 'not_an_object'],
    ['null', 400, 'not_an_object'],
    ['{"name": "a\\u0000b"}', 422, 'invalid'],
    ['{"name": "\\ud800"}', 422, 'invalid'],
    ['{"name": 7}', 422, 'invalid'],
    [`{"name": "${'x'.repeat(2_000_000)}"}`, 413, 'too_large'],
    ['{"name": "x", "dry_run": "yes"}', 422, 'invalid'],
  ]
  for (const [payload, status, code] of cases) {
    const answer = await raw(payload)
    expect([payload.slice(0, 30), answer.status, answer.body.code]).toEqual([
      payload.slice(0, 30),
      status,
      code,
    ])
    expect(answer.body.detail.length).toBeGreaterThan(10)
  }
  const bytes = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')])
  const unreadable = await isp.server.inject({
    method: 'POST',
    url: '/api/v1/labels',
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
    payload: Readable.from([bytes]),
  })
  expect([unreadable.statusCode, unreadable.json().code]).toEqual([400, 'not_utf8'])
  expect((await raw('name=x', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
})

test('hostile queries and paths are refused, never a 500', async () => {
  const customer = await admin.post('/customers', { name: 'Somebody' })
  const paths = [
    '/customers?limit=0',
    '/customers?limit=501',
    '/customers?limit=1e9',
    '/customers?limit=abc',
    '/customers?cursor=zzz',
    `/customers?cursor=${Buffer.from('["id",true,null,"x"]').toString('base64url')}`,
    `/customers?cursor=${Buffer.from('["name",false,"x","01a20806-19d4-76e0-ba16-d7e6b89214d0"]').toString('base64url')}`,
    `/customers?sort=balance&cursor=${Buffer.from('["balance",false,"1; drop table","01a20806-19d4-76e0-ba16-d7e6b89214d0"]').toString('base64url')}`,
    '/customers?sort=tax_id',
    '/customers?nope=1',
    '/customers?tax_id=1',
    '/customers?status=odd',
    '/customers?balance[lt]=1.001',
    '/customers?balance[sideways]=1',
    '/customers?status[lt]=new',
    '/customers?status=new&status=active',
    '/customers?partner_id=1',
    '/customers?name[starts]=%00',
    '/customers?fields=nope',
    '/customers?include=name',
    `/customers?q=${'x'.repeat(300)}`,
    '/customers?status[in]=new,odd',
    '/customers/1',
    '/customers/..%2f..%2fetc',
    `/customers/${customer.id}/nope`,
    '/nope',
    '/x/nope',
    '/customers/export?format=xml',
    `/customers/${customer.id}/history?cursor=1`,
    '/search?q=x&limit=1000',
  ]
  for (const path of paths) {
    const answer = await admin.call('GET', path)
    expect([path, answer.status >= 400 && answer.status < 500, typeof answer.body.code]).toEqual([
      path,
      true,
      'string',
    ])
  }
  for (const [method, path] of [
    ['POST', `/customers/${customer.id}/nope`],
    ['DELETE', `/customers/${customer.id}`],
    ['POST', '/audit_events'],
    ['PATCH', '/audit_events/1'],
  ] as const) {
    const answer = await admin.call(method, path, {})
    expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true])
  }
})

test('an address that cannot be read, and what is no HTTP, are refused as everything is', async () => {
  for (const [path, status, code] of [
    ['/customers/%ff', 400, 'bad_address'],
    [`/customers/${'x'.repeat(300)}`, 414, 'address_too_long'],
  ] as const) {
    const { headers, body } = await admin.call('GET', path)
    expect([headers['content-type'], body.status, body.code]).toEqual([
      'application/problem+json; charset=utf-8',
      status,
      code,
    ])
  }
  await isp.server.listen({ port: 0, host: '127.0.0.1' })
  const { port } = isp.server.server.address() as AddressInfo
  const told = async (sent: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(sent)
    const [head, body] = (await text(socket)).split('\r\n\r\n')
    expect(head).toContain('application/problem+json')
    return JSON.parse(body!).code
  }
  expect(await told('hello\r\n\r\n')).toBe('not_http')
  expect(await told(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)).toBe(
    'headers_too_large',
  )
})

test('the scheme of a credential is read in any case, as RFC 9110 §11.1 has it', async () => {
  for (const scheme of ['bearer', 'BEARER'])
    expect(
      (await admin.call('GET', '/me', undefined, { authorization: `${scheme} ${admin.token}` })).status,
    ).toBe(200)
})

test('an ISP has a currency that exists, and a time zone that does', async () => {
  for (const [wanted, code] of [
    [{ currency: 'ZZZ' }, 'not_a_currency'],
    [{ currency: 'eur' }, 'not_a_currency'],
    [{ time_zone: 'Mars/Base' }, 'not_a_time_zone'],
  ] as const)
    await expect(newTenant(isp, wanted)).rejects.toMatchObject({ errors: [{ code }] })
  expect((await newTenant(isp, { currency: 'JPY', time_zone: 'Asia/Tokyo' })).token).toMatch(/^isp_/)
})

test('money with three decimals, unknown and read-only fields, another tenant’s ids: each mistake is named', async () => {
  const tariff = await admin.call('POST', '/tariffs', {
    title: 'x',
    service_type: 'recurring',
    price: '3.001',
    version: 3,
  })
  expect(
    tariff.body.errors.map((error: { field: string; code: string }) => [error.field, error.code]),
  ).toEqual([
    ['price', 'not_money'],
    ['version', 'read_only'],
  ])
  const other = await newTenant(isp)
  const theirs = await other.post('/customers', { name: 'Theirs' })
  for (const answer of [
    await admin.call('GET', `/customers/${theirs.id}`),
    await admin.call('PATCH', `/customers/${theirs.id}`, { name: 'Mine' }),
    await admin.call('POST', `/customers/${theirs.id}/activate`, {}),
  ]) {
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
  }
  expect(
    (await admin.call('POST', '/contacts', { customer_id: theirs.id, name: 'x' })).body.errors[0],
  ).toMatchObject({ field: 'customer_id', code: 'no_such_customer' })
  expect(
    (await admin.call('POST', '/customers', { name: 'x', parent_id: theirs.id })).body.errors[0].field,
  ).toBe('parent_id')
  expect((await admin.get(`/customers?parent_id=${theirs.id}`)).data).toEqual([])
  expect((await other.get(`/customers/${theirs.id}`)).name).toBe('Theirs')
})

test('a revoked key, a narrowed role and a new partner take effect with the next request', async () => {
  const viewer = await clientWithRole(isp, admin.tenant_id, 'viewer')
  expect((await viewer.call('POST', '/labels', { name: 'no' })).body.code).toBe('forbidden')
  const role = (await admin.get('/roles?name=viewer')).data[0]
  await admin.patch(`/roles/${role.id}`, { grants: [{ noun: 'label', actions: ['*'] }] })
  expect((await viewer.call('POST', '/labels', { name: 'now yes' })).status).toBe(201)
  expect((await viewer.call('GET', '/customers')).body.code).toBe('forbidden')
  const key = (await admin.get('/api_keys')).data.find((row: { prefix: string }) =>
    viewer.token.startsWith(row.prefix),
  )
  await admin.post(`/api_keys/${key.id}/revoke`)
  expect((await viewer.call('GET', '/labels')).status).toBe(401)
})

test('signing in: the right password opens a session, which is listed and can be revoked; guessing is slowed down', async () => {
  const role = (await admin.get('/roles?name=admin')).data[0]
  await admin.post('/users', {
    name: 'Ada',
    email: 'Ada@Example.com',
    password: 'correct horse 1',
    role_ids: [role.id],
  })
  const signIn = (password: string, ip = '203.0.113.9') =>
    isp.server.inject({
      method: 'POST',
      url: '/api/v1/sign_in',
      payload: { email: 'ada@example.com', password },
      remoteAddress: ip,
    })
  expect((await signIn('wrong')).statusCode).toBe(401)
  const good = await signIn('correct horse 1')
  expect(good.statusCode).toBe(200)
  const cookie = String(good.headers['set-cookie'])
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/SameSite=Strict/)
  const headers = { cookie: cookie.split(';')[0]! }
  const me = await isp.server.inject({ url: '/api/v1/me', headers })
  expect(me.json()).toMatchObject({ user: { name: 'Ada' }, roles: ['admin'] })
  const foreign = await isp.server.inject({
    method: 'POST',
    url: '/api/v1/labels',
    headers: { ...headers, origin: 'https://evil.example', host: 'isp.example' },
    payload: { name: 'csrf' },
  })
  expect(foreign.json().code).toBe('cross_site_request')
  const session = (await admin.get('/sign_in_sessions')).data[0]
  await admin.post(`/sign_in_sessions/${session.id}/revoke`)
  expect((await isp.server.inject({ url: '/api/v1/me', headers })).statusCode).toBe(401)
  const tries = []
  for (let i = 0; i < 14; i++) tries.push((await signIn(`guess ${i}`)).statusCode)
  expect(tries.at(-1)).toBe(429)
  expect(JSON.stringify((await admin.get('/users')).data)).not.toContain('argon2')
})

test('a saved view is its owner’s until it is shared', async () => {
  const roleOf = async (name: string) => (await admin.get(`/roles?name=${name}`)).data[0].id
  const cookieOf = async (email: string) => {
    await admin.post('/users', {
      name: email,
      email,
      password: 'correct horse 2',
      role_ids: [await roleOf('support')],
    })
    const answer = await isp.server.inject({
      method: 'POST',
      url: '/api/v1/sign_in',
      payload: { email, password: 'correct horse 2' },
      remoteAddress: '203.0.113.77',
    })
    return { cookie: String(answer.headers['set-cookie']).split(';')[0]! }
  }
  const [one, other] = [await cookieOf('one@example.com'), await cookieOf('other@example.com')]
  const created = await isp.server.inject({
    method: 'POST',
    url: '/api/v1/saved_views',
    headers: one,
    payload: { noun: 'customer', name: 'Mine', query: { status: 'blocked' } },
  })
  const url = `/api/v1/saved_views/${created.json().id}`
  const seen = async (headers: { cookie: string }) => (await isp.server.inject({ url, headers })).statusCode
  expect([await seen(one), await seen(other)]).toEqual([200, 404])
  await isp.server.inject({ method: 'PATCH', url, headers: one, payload: { shared: true } })
  expect([await seen(one), await seen(other)]).toEqual([200, 200])
})

test('acting within a partner, one sees and does what somebody of that partner could', async () => {
  const north = await admin.post('/partners', { name: 'North' })
  const village = await admin.post('/partners', { name: 'Village', parent_id: north.id })
  const south = await admin.post('/partners', { name: 'South' })
  const acting = (partner_id: string) => ({ 'acting-partner': partner_id })
  const names = async (path: string, headers = {}) =>
    (await admin.call('GET', path, undefined, headers)).body.data.map((row: { name: string }) => row.name)
  const make = (name: string, partner_id: string) =>
    admin.call('POST', '/customers', { name }, acting(partner_id))
  expect((await make('of the north', north.id)).body.partner_id).toBe(north.id)
  await make('of the village', village.id)
  await make('of the south', south.id)
  expect(await names('/customers?sort=name&name[starts]=of', acting(north.id))).toEqual([
    'of the north',
    'of the village',
  ])
  expect(await names(`/customers?name[starts]=of&acting_partner=${village.id}`)).toEqual(['of the village'])
  expect((await names('/customers?name[starts]=of')).length).toBe(3)
  const { actor } = (await admin.call('GET', '/meta', undefined, acting(north.id))).body
  expect(actor).toMatchObject({ partner_id: null, acting_partner_id: north.id })
  expect((await admin.get('/meta')).actor.acting_partner_id).toBe(null)
  // What concerns the whole ISP is out of sight, and so is a sibling.
  expect((await admin.call('GET', '/audit_events', undefined, acting(north.id))).body.data).toEqual([])
  const bulk = { operation: 'create', rows: [{ name: 'of many' }], input: {} }
  const made = (await admin.call('POST', '/customers/bulk', bulk, acting(village.id))).body.data[0]
  expect((await admin.get(`/customers/${made.id}`)).partner_id).toBe(village.id)
  const { call } = await clientWithRole(isp, admin.tenant_id, 'admin', north.id)
  expect((await call('GET', '/customers', undefined, acting(village.id))).status).toBe(200)
  for (const [partner_id, status, code] of [
    [south.id, 403, 'not_your_partner'],
    ['x', 400, 'bad_acting_partner'],
  ] as const) {
    const refused = await call('GET', '/customers', undefined, acting(partner_id))
    expect([refused.status, refused.body.code]).toEqual([status, code])
  }
})
