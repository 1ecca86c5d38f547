import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, test } from 'vitest'
import type { ClientCandidate } from './admission.ts'
import { chapCredentials, chapPasswordMatches } from './chap.ts'
import { createRadiusClient, type RadiusClient, type RadiusClientOptions } from './client.ts'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import { encodeRequest, type RequestOptions } from './encode.ts'
import { papPassword } from './pap.ts'
import { createRadiusServer, type RadiusServer, type RadiusServerOptions } from './server.ts'

const nas: ClientCandidate = { id: 'nas', secret: 'testing123', require_message_authenticator: 'no' }

const open_things: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of open_things.splice(0).reverse()) await thing.close()
})

async function serve(options: Partial<RadiusServerOptions> = {}): Promise<RadiusServer> {
  const server = await createRadiusServer({
    auth_port: 0,
    acct_port: 0,
    lookup_client: () => [nas],
    on_access: () => ({ code: 'accept' }),
    on_accounting: () => 'ack',
    ...options,
  })
  open_things.push(server)
  return server
}

function clientOf(server: RadiusServer, options: Partial<RadiusClientOptions> = {}): RadiusClient {
  const { auth_port, acct_port } = server
  const client = createRadiusClient({
    auth_port,
    acct_port,
    secret: nas.secret,
    schedule_ms: [150],
    ...options,
  })
  open_things.push(client)
  return client
}

/** A bare socket that sends given bytes and collects what comes back. */
async function rawClient(): Promise<{ socket: Socket; replies: Buffer[] }> {
  const socket = createSocket('udp4')
  open_things.push({ close: () => new Promise<void>((done) => socket.close(done)) })
  const replies: Buffer[] = []
  socket.on('message', (reply) => replies.push(reply))
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  return { socket, replies }
}

function request(options: Partial<RequestOptions> = {}): Buffer {
  return encodeRequest({ code: code.access_request, identifier: 1, secret: nas.secret, ...options })
}

async function until(holds: () => boolean): Promise<void> {
  const give_up_at = performance.now() + 2_000
  while (!holds()) {
    if (performance.now() > give_up_at) throw new Error(`Never held: ${holds}`)
    await new Promise((done) => setTimeout(done, 2))
  }
}

describe('the answer', () => {
  test('is what the handler decides', async () => {
    const server = await serve({
      on_access: async ({ packet, source_ip }) => {
        if (packet.string('User-Name') === 'nobody') return null
        if (papPassword(packet, nas.secret) === 'right') {
          return { code: 'accept', attributes: { 'Framed-IP-Address': '10.9.8.7', 'Filter-Id': source_ip } }
        }
        return packet.has('State')
          ? { code: 'reject', attributes: { 'Reply-Message': 'wrong' } }
          : { code: 'challenge', attributes: { State: 'again' } }
      },
    })
    const client = clientOf(server, { bind_address: '127.66.0.1' })
    const accept = await client.access({ 'User-Name': 'ann', 'User-Password': 'right' })
    expect(accept.result).toBe('accept')
    if (accept.result === 'timeout') return
    expect(accept.packet.ip('Framed-IP-Address')).toBe('10.9.8.7')
    expect(accept.packet.string('Filter-Id')).toBe('127.66.0.1')
    expect(accept.packet.message_authenticator_at).toBe(22)
    expect((await client.access({ 'User-Name': 'ann', 'User-Password': 'no' })).result).toBe('challenge')
    expect((await client.access({ 'User-Name': 'ann', 'User-Password': 'no', State: 'again' })).result).toBe(
      'reject',
    )
    expect((await client.access({ 'User-Name': 'nobody' })).result).toBe('timeout')
    expect(server.stats().sent).toEqual({ access_accept: 1, access_challenge: 1, access_reject: 1 })
    expect(server.stats().dropped.declined_by_handler).toBe(1)
  })

  test('to accounting comes only when the handler says that it is saved', async () => {
    const saved: (string | undefined)[] = []
    const server = await serve({
      on_accounting: async ({ packet }) => {
        saved.push(packet.string('Acct-Session-Id'))
        return saved.length === 1 ? 'drop' : 'ack'
      },
    })
    const client = clientOf(server, { schedule_ms: [60, 1_000] })
    const outcome = await client.account({ 'Acct-Status-Type': 'Start', 'Acct-Session-Id': '81' })
    expect(outcome).toMatchObject({ result: 'ack', transmissions: 2 })
    expect(saved).toEqual(['81', '81'])
  })

  test('to Status-Server comes on both ports without asking a handler', async () => {
    const server = await serve({ on_access: () => null, on_accounting: () => 'drop' })
    const client = clientOf(server)
    expect((await client.status('auth')).result).toBe('ack')
    expect((await client.status('acct')).result).toBe('ack')
    const { socket, replies } = await rawClient()
    socket.send(
      request({ code: code.status_server, message_authenticator: false }),
      server.auth_port,
      '127.0.0.1',
    )
    await until(() => server.stats().dropped.message_authenticator_required === 1)
    expect(replies).toEqual([])
  })

  test('goes to 300 clients at once', async () => {
    const server = await serve({
      on_access: async ({ packet }) => {
        await new Promise((done) => setTimeout(done, 5))
        return { code: 'accept', attributes: { Class: packet.string('User-Name')! } }
      },
    })
    const client = clientOf(server, { schedule_ms: [2_000] })
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const outcome = await client.access({ 'User-Name': `user${i}` })
        return outcome.result === 'accept' && outcome.packet.string('Class') === `user${i}`
      }),
    )
    expect(answers.every(Boolean)).toBe(true)
  })
})

describe('silence, counted by its reason', () => {
  test.each<[string, Partial<RadiusServerOptions>, Buffer, 'auth' | 'acct']>([
    ['unknown_client', { lookup_client: () => undefined }, request(), 'auth'],
    ['unknown_client', { lookup_client: () => [] }, request(), 'auth'],
    ['wrong_secret', {}, request({ secret: 'other' }), 'auth'],
    ['wrong_secret', {}, request({ code: code.accounting_request, secret: 'other' }), 'acct'],
    ['unexpected_code', {}, request(), 'acct'],
    ['unexpected_code', {}, request({ code: code.accounting_request }), 'auth'],
    ['unexpected_code', {}, request({ code: code.coa_request }), 'auth'],
    ['too_short', {}, Buffer.from('hello'), 'auth'],
    ['bad_attribute', {}, Buffer.concat([Buffer.of(1, 0, 0, 22), Buffer.alloc(16), Buffer.of(1, 9)]), 'auth'],
    [
      'message_authenticator_required',
      { lookup_client: () => [{ ...nas, require_message_authenticator: 'yes' }] },
      request({ message_authenticator: false }),
      'auth',
    ],
    [
      'message_authenticator_required',
      {},
      request({ message_authenticator: false, attributes: { 'EAP-Message': 'x' } }),
      'auth',
    ],
    [
      'proxy_state_without_message_authenticator',
      {},
      request({ message_authenticator: false, attributes: { 'Proxy-State': 'x' } }),
      'auth',
    ],
    ['overloaded', { in_progress_max: 0 }, request(), 'auth'],
    ['handler_failed', { on_access: () => Promise.reject(new Error('boom')) }, request(), 'auth'],
    [
      'handler_failed',
      {
        on_access: () => {
          throw new Error('boom')
        },
      },
      request(),
      'auth',
    ],
    [
      'handler_failed',
      { on_accounting: () => Promise.reject(new Error('boom')) },
      request({ code: 4 }),
      'acct',
    ],
    [
      'handler_failed',
      {
        lookup_client: () => {
          throw new Error('boom')
        },
      },
      request(),
      'auth',
    ],
    [
      'handler_timed_out',
      { on_access: () => new Promise(() => {}), handler_timeout_ms: 20 },
      request(),
      'auth',
    ],
    [
      'reply_not_encodable',
      { on_access: () => ({ code: 'accept', attributes: { 'Filter-Id': 'x'.repeat(300) } }) },
      request(),
      'auth',
    ],
  ])('%s', async (reason, options, bytes, port) => {
    const drops: string[] = []
    const errors: unknown[] = []
    const server = await serve({
      ...options,
      on_drop: (why, ip) => drops.push(`${why} ${ip}`),
      on_error: (error) => errors.push(error),
    })
    const { socket, replies } = await rawClient()
    socket.send(bytes, port === 'auth' ? server.auth_port : server.acct_port, '127.0.0.1')
    await until(() => drops.length > 0)
    expect(drops).toEqual([`${reason} 127.0.0.1`])
    expect(server.stats().dropped).toMatchObject({ [reason]: 1 })
    expect(Object.values(server.stats().dropped).reduce((sum, count) => sum + count)).toBe(1)
    expect(server.stats()).toMatchObject({ in_progress: 0, remembered_replies: 0, sent: {} })
    expect(errors.length).toBe(reason === 'handler_failed' || reason === 'reply_not_encodable' ? 1 : 0)
    expect(replies).toEqual([])
    if (reason === 'handler_failed' || reason === 'handler_timed_out') {
      // What failed is forgotten: the retransmission is tried again and not taken for a duplicate.
      socket.send(bytes, port === 'auth' ? server.auth_port : server.acct_port, '127.0.0.1')
      await until(() => drops.length === 2)
      expect(drops[1]).toBe(drops[0])
    }
  })

  test('Proxy-State without signature is let through where the limit is off', async () => {
    const server = await serve({ lookup_client: () => [{ ...nas, limit_proxy_state: false }] })
    const { socket, replies } = await rawClient()
    const bytes = request({ message_authenticator: false, attributes: { 'Proxy-State': 'x' } })
    socket.send(bytes, server.auth_port, '127.0.0.1')
    await until(() => replies.length === 1)
  })
})

describe('a retransmission', () => {
  test('gets the same bytes again for five seconds, and the handler is not asked twice', async () => {
    let now_ms = 0
    let asked = 0
    const server = await serve({
      now: () => now_ms,
      on_access: () => ({ code: 'accept', attributes: { Class: String(++asked) } }),
    })
    const { socket, replies } = await rawClient()
    const bytes = request()
    const send = async (): Promise<void> => {
      const before = replies.length
      socket.send(bytes, server.auth_port, '127.0.0.1')
      await until(() => replies.length === before + 1)
    }
    await send()
    now_ms = 4_999
    await send()
    expect(replies[1]).toEqual(replies[0])
    expect(asked).toBe(1)
    expect(server.stats().duplicates_resent).toBe(1)
    now_ms = 5_000
    await send()
    expect(asked).toBe(2)
  })

  test('of a request in progress is dropped; the same identifier with another authenticator is a new request', async () => {
    const waiting: (() => void)[] = []
    const server = await serve({
      on_access: () => new Promise((resolve) => waiting.push(() => resolve({ code: 'accept' }))),
    })
    const { socket, replies } = await rawClient()
    const bytes = request()
    for (const each of [bytes, bytes, request()]) socket.send(each, server.auth_port, '127.0.0.1')
    await until(() => server.stats().dropped.duplicate_in_progress === 1 && waiting.length === 2)
    expect(server.stats().in_progress).toBe(2)
    for (const answer of waiting) answer()
    await until(() => replies.length === 2)
    expect(server.stats().in_progress).toBe(0)
  })

  test('is answered late or not at all once the handler was given up', async () => {
    let answer = (): void => {}
    const server = await serve({
      handler_timeout_ms: 20,
      on_access: () => new Promise((resolve) => (answer = () => resolve({ code: 'accept' }))),
    })
    const { socket, replies } = await rawClient()
    socket.send(request(), server.auth_port, '127.0.0.1')
    await until(() => server.stats().dropped.handler_timed_out === 1)
    answer()
    await new Promise((done) => setTimeout(done, 20))
    expect(replies).toEqual([])
    expect(server.stats().sent).toEqual({})
  })
})

describe('several clients behind one address', () => {
  const tenants: ClientCandidate[] = ['north', 'south', 'south-2'].map((id) => ({
    id,
    secret: id === 'north' ? 'secret-of-north' : 'secret-of-south',
    require_message_authenticator: id === 'south-2' ? 'yes' : 'no',
  }))

  test('are told apart by their secrets, when the request is signed or accounting', async () => {
    const seen: string[][] = []
    const server = await serve({
      lookup_client: () => tenants,
      on_access: ({ candidates }) => {
        seen.push(candidates.map(({ id }) => id))
        return { code: 'accept' }
      },
      on_accounting: ({ candidates }) => {
        seen.push(candidates.map(({ id }) => id))
        return 'ack'
      },
    })
    const south = clientOf(server, { secret: 'secret-of-south' })
    const north = clientOf(server, { secret: 'secret-of-north' })
    expect((await south.access({ 'User-Name': 'ann' })).result).toBe('accept')
    expect((await north.access({ 'User-Name': 'ann' })).result).toBe('accept')
    expect((await south.account({ 'Acct-Status-Type': 'Stop' })).result).toBe('ack')
    expect(seen).toEqual([['south', 'south-2'], ['north'], ['south', 'south-2']])
  })

  test('all remain for an unsigned request, and the handler names the one whose password fits', async () => {
    const errors: unknown[] = []
    const server = await serve({
      lookup_client: () => tenants,
      on_error: (error) => errors.push(error),
      on_access: ({ packet, candidates }) => {
        expect(candidates.map(({ id }) => id)).toEqual(['north', 'south'])
        const candidate = candidates.find(({ secret }) => papPassword(packet, secret) === 'right')
        if (candidate) return { code: 'accept', candidate }
        return packet.string('User-Name') === 'stranger'
          ? { code: 'reject', candidate: { ...tenants[0]! } }
          : { code: 'reject' }
      },
    })
    const south = clientOf(server, { secret: 'secret-of-south', message_authenticator: false })
    expect((await south.access({ 'User-Name': 'ann', 'User-Password': 'right' })).result).toBe('accept')
    expect((await south.access({ 'User-Name': 'ann', 'User-Password': 'wrong' })).result).toBe('timeout')
    expect((await south.access({ 'User-Name': 'stranger', 'User-Password': 'wrong' })).result).toBe('timeout')
    expect(errors.map(String)).toEqual([
      'Error: The reply must name which of several clients with this address it is for.',
      'Error: The reply names a client that is not among the candidates of the request.',
    ])
  })
})

describe('a client of policy auto', () => {
  const auto: ClientCandidate = { ...nas, require_message_authenticator: 'auto' }

  test('may come unsigned until it signs once, and again when released', async () => {
    const latched: string[] = []
    const server = await serve({ lookup_client: () => [auto], on_client_latched: (id) => latched.push(id) })
    const unsigned = clientOf(server, { message_authenticator: false })
    const signed = clientOf(server)
    expect((await unsigned.access({ 'User-Name': 'ann' })).result).toBe('accept')
    expect(latched).toEqual([])
    expect((await clientOf(server, { secret: 'forged' }).access({ 'User-Name': 'ann' })).result).toBe(
      'timeout',
    )
    expect(latched).toEqual([])
    expect((await signed.access({ 'User-Name': 'ann' })).result).toBe('accept')
    expect((await signed.access({ 'User-Name': 'ann' })).result).toBe('accept')
    expect(latched).toEqual(['nas'])
    expect((await unsigned.access({ 'User-Name': 'ann' })).result).toBe('timeout')
    expect(server.stats().dropped.message_authenticator_required).toBe(1)
    server.releaseLatch('nas')
    expect((await unsigned.access({ 'User-Name': 'ann' })).result).toBe('accept')
  })
})

describe('closing', () => {
  test('answers what is in progress and takes nothing new', async () => {
    let answer = (): void => {}
    const server = await serve({
      on_access: () => new Promise((resolve) => (answer = () => resolve({ code: 'accept' }))),
    })
    const { socket, replies } = await rawClient()
    socket.send(request(), server.auth_port, '127.0.0.1')
    await until(() => server.stats().in_progress === 1)
    const closed = server.close()
    open_things.splice(
      open_things.findIndex((thing) => thing === server),
      1,
    )
    socket.send(request(), server.auth_port, '127.0.0.1')
    await until(() => server.stats().dropped.closing === 1)
    answer()
    await closed
    await until(() => replies.length === 1)
    expect(decode(replies[0]!)).toMatchObject({ code: code.access_accept })
  })

  test('does not wait for a handler without end', async () => {
    const server = await serve({ on_access: () => new Promise(() => {}) })
    const { socket } = await rawClient()
    socket.send(request(), server.auth_port, '127.0.0.1')
    await until(() => server.stats().in_progress === 1)
    open_things.splice(
      open_things.findIndex((thing) => thing === server),
      1,
    )
    await server.close(30)
    expect(server.stats().in_progress).toBe(0)
  })

  test('a port that is taken is refused with a sentence', async () => {
    const server = await serve()
    await expect(serve({ acct_port: server.acct_port })).rejects.toThrow(
      `UDP port ${server.acct_port} on 127.0.0.1 cannot be opened`,
    )
  })
})

test.runIf(process.platform === 'linux')('several processes may share the ports', async () => {
  const first = await serve({ reuse_port: true })
  const { auth_port, acct_port } = first
  const second = await serve({ reuse_port: true, auth_port, acct_port })
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      expect((await clientOf(second).access({ 'User-Name': 'ann' })).result).toBe('accept')
    }),
  )
  for (const server of [first, second]) expect(server.stats().sent.access_accept).toBeGreaterThan(0)
})

test('IPv6 and IPv4 are served by one server, IPv4 senders shown in their own form', async () => {
  const sources: string[] = []
  const server = await serve({
    host: '::',
    lookup_client: (source_ip) => {
      sources.push(source_ip)
      return [nas]
    },
    on_access: ({ packet }) => ({ code: chapPasswordMatches(packet, 'pass') ? 'accept' : 'reject' }),
  })
  for (const host of ['::1', '127.0.0.1']) {
    const outcome = await clientOf(server, { host }).access({
      'User-Name': 'ann',
      ...chapCredentials('pass'),
    })
    expect(outcome.result).toBe('accept')
  }
  expect(sources).toEqual(['::1', '127.0.0.1'])
})
