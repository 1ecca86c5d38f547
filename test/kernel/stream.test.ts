import { afterAll, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
let url: string
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
  url = await isp.server.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => isp?.stop())

type Told = { event: string; id: string; data: Record<string, unknown> }

/** An open stream, and what it has told so far. */
async function watch(client: Client, query = '', headers: Record<string, string> = {}) {
  const stop = new AbortController()
  const response = await fetch(`${url}/api/v1/stream${query}`, {
    headers: { authorization: `Bearer ${client.token}`, ...headers },
    signal: stop.signal,
  })
  const told: Told[] = []
  let ended = false
  const reading = (async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
        const data = field('data')
        if (data) told.push({ event: field('event') ?? 'message', id: field('id')!, data: JSON.parse(data) })
      }
    }
  })()
    .catch(() => {})
    .finally(() => (ended = true))
  const until = async (enough: () => boolean) => {
    for (let tries = 0; !enough(); tries++) {
      if (tries > 200) throw new Error(`Told only: ${JSON.stringify(told)}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  await until(() => told.length > 0 || response.status !== 200)
  return {
    status: response.status,
    headers: response.headers,
    told,
    types: () => told.filter(({ event }) => event === 'message').map(({ data }) => data.type),
    until,
    ended: () => ended,
    async close() {
      stop.abort()
      await reading
    },
  }
}

test('whoever watches is told what was committed, at once, in order, and nothing that was not', async () => {
  const stream = await watch(admin)
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(stream.headers.get('x-accel-buffering')).toBe('no')
  const began = performance.now()
  const customer = await admin.post('/customers', { name: 'Watched' })
  await admin.post('/customers', { name: 'Never', dry_run: true })
  await admin.call('POST', '/customers', { name: '' })
  await admin.post(`/customers/${customer.id}/activate`)
  const contact = await admin.post('/contacts', { customer_id: customer.id, name: 'Her brother' })
  await stream.until(() => stream.told.length >= 4)
  expect(performance.now() - began).toBeLessThan(2000)
  expect(stream.types()).toEqual(['customer.created', 'customer.activated', 'contact.created'])
  expect(stream.told[1]!.data).toMatchObject({
    noun: 'customer',
    row_id: customer.id,
    customer_id: customer.id,
    actor: { kind: 'api_key', name: 'test admin' },
  })
  expect(stream.told[3]!.data).toMatchObject({ row_id: contact.id, customer_id: customer.id })
  await stream.close()
})

test('after a break it goes on where it was, without loss and without repetition', async () => {
  const first = await watch(admin)
  await admin.post('/labels', { name: 'before the break' })
  await first.until(() => first.told.length === 2)
  const last = first.told[1]!.id
  await first.close()
  for (const name of ['in the break', 'in the break too']) await admin.post('/labels', { name })
  const second = await watch(admin, '', { 'last-event-id': last })
  await admin.post('/labels', { name: 'after the break' })
  await second.until(() => second.told.length === 4)
  expect(second.told.map(({ event }) => event)).toEqual(['ready', 'message', 'message', 'message'])
  // A place that another database gave, or one before it was restored, is none of ours.
  const lost = await watch(admin, `?last_event_id=${10n ** 17n}.1`)
  expect(lost.told[0]).toMatchObject({ event: 'reset' })
  await Promise.all([second.close(), lost.close()])
})

test('another tenant, another partner, another role: each is told only of what it may see', async () => {
  const other = await newTenant(isp)
  const [ours, theirs] = [
    await admin.post('/partners', { name: 'Ours' }),
    await admin.post('/partners', { name: 'Theirs' }),
  ]
  await admin.post('/roles', {
    name: 'label reader',
    grants: [{ noun: 'label', actions: ['list'], hidden_fields: ['color'], rows: { name: 'seen' } }],
  })
  const us = await clientWithRole(isp, admin.tenant_id, 'admin', ours.id)
  const reader = await clientWithRole(isp, admin.tenant_id, 'label reader')
  const streams = await Promise.all([
    watch(other),
    watch(us),
    watch(reader),
    watch(admin, '', { 'acting-partner': ours.id }),
    watch(admin, '?nouns=label'),
    watch(admin),
  ])
  const [stranger, partner, narrow, acting, labels, all] = streams
  await admin.post('/customers', { name: 'Theirs', partner_id: theirs.id })
  await admin.post('/customers', { name: 'Ours', partner_id: ours.id })
  const seen = await admin.post('/labels', { name: 'seen' })
  await admin.post('/labels', { name: 'unseen' })
  await admin.patch(`/labels/${seen.id}`, { color: 'red' })
  await all!.until(() => all!.types().length === 5)
  await partner!.until(() => partner!.types().length === 4)
  await narrow!.until(() => narrow!.types().length === 2)
  expect(all!.types()).toEqual([
    'customer.created',
    'customer.created',
    'label.created',
    'label.created',
    'label.updated',
  ])
  const shared = ['customer.created', 'label.created', 'label.created', 'label.updated']
  expect(partner!.types()).toEqual(shared)
  expect(acting!.types()).toEqual(shared)
  expect(labels!.types()).toEqual(['label.created', 'label.created', 'label.updated'])
  expect(narrow!.types()).toEqual(['label.created', 'label.updated'])
  expect(narrow!.told.at(-1)!.data.changed).toEqual([])
  expect(all!.told.at(-1)!.data.changed).toEqual(['color'])
  expect(stranger!.types()).toEqual([])
  await Promise.all(streams.map((stream) => stream.close()))
})

test('whoever loses the right to see is told no more', async () => {
  const fired = await clientWithRole(isp, admin.tenant_id, 'admin')
  const stream = await watch(fired)
  const key = (await admin.get('/api_keys')).data.find((row: { prefix: string }) =>
    fired.token.startsWith(row.prefix),
  )
  await admin.post(`/api_keys/${key.id}/revoke`)
  await admin.post('/labels', { name: 'not for you' })
  await stream.until(() => stream.ended())
  expect(stream.types()).not.toContain('label.created')
  expect((await watch(fired)).status).toBe(401)
})

test('what moves without an event is said to have moved', async () => {
  const stream = await watch(admin)
  const owner = new pg.Client(isp.database.admin)
  await owner.connect()
  const insert = `insert into bulk_jobs (tenant_id, noun, operation, status, actor, input, done) values ($1, 'label', 'x', 'running', '{}', '{}', $2)`
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await owner.query(insert, [admin.tenant_id, 5])
  await stream.until(() => stream.told.some(({ event }) => event === 'moved'))
  expect(stream.told.find(({ event }) => event === 'moved')!.data).toEqual({ noun: 'bulk_job' })
  await owner.query('delete from bulk_jobs')
  await owner.end()
  await stream.close()
})

test('one actor may open twenty streams; they end when the server stops', async () => {
  const lone = await clientWithRole(isp, admin.tenant_id, 'viewer')
  const streams = await Promise.all(Array.from({ length: 20 }, () => watch(lone)))
  expect(streams.map((stream) => stream.status)).toEqual(Array(20).fill(200))
  expect((await watch(lone)).status).toBe(429)
  await streams[0]!.close()
  await new Promise((resolve) => setTimeout(resolve, 100))
  streams[0] = await watch(lone)
  expect(streams[0].status).toBe(200)
  expect((await lone.call('GET', '/stream?nouns=nope')).status).toBe(422)
  const began = performance.now()
  await isp.server.close()
  expect(performance.now() - began).toBeLessThan(3000)
  await streams[1]!.until(() => streams.every((stream) => stream.ended()))
})
