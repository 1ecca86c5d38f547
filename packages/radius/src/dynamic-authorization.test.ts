import { createSocket, type Socket } from 'node:dgram'
import { afterEach, expect, test } from 'vitest'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import {
  createDynamicAuthorizationServer,
  type DynamicAuthorizationDecision,
  type DynamicAuthorizationRequest,
  type DynamicAuthorizationServer,
} from './dynamic-authorization-server.ts'
import { createDynamicAuthorizationClient, type DynamicAuthorizationClient } from './dynamic-authorization.ts'
import { encodeReply } from './encode.ts'

const secret = 'coa-secret'
const open_things: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of open_things.splice(0).reverse()) await thing.close()
})

async function nasThat(
  on_request: (
    request: DynamicAuthorizationRequest,
  ) => DynamicAuthorizationDecision | Promise<DynamicAuthorizationDecision>,
  more: { now?: () => number } = {},
): Promise<DynamicAuthorizationServer> {
  const server = await createDynamicAuthorizationServer({
    host: '127.66.0.2',
    port: 0,
    secret,
    on_request,
    ...more,
  })
  open_things.push(server)
  return server
}

function clientWith(
  options: Parameters<typeof createDynamicAuthorizationClient>[0] = {},
): DynamicAuthorizationClient {
  const client = createDynamicAuthorizationClient(options)
  open_things.push(client)
  return client
}

/** A NAS whose answers are made by hand. */
async function rawNas(
  on_message: (request: Buffer, answer: (reply: Buffer) => void) => void,
): Promise<number> {
  const socket: Socket = createSocket('udp4')
  open_things.push({ close: () => new Promise<void>((done) => socket.close(done)) })
  socket.on('message', (request, from) =>
    on_message(request, (reply) => socket.send(reply, from.port, from.address)),
  )
  await new Promise<void>((done) => socket.bind(0, '127.66.0.2', done))
  return socket.address().port
}

test('a disconnect and a change of authorization are acknowledged, sent from the given address', async () => {
  const seen: string[] = []
  const nas = await nasThat(({ kind, packet, source_ip }) => {
    seen.push(`${kind} ${packet.string('User-Name')} ${packet.string('Mikrotik-Rate-Limit')} ${source_ip}`)
    return 'ack'
  })
  const client = clientWith({ bind_address: '127.66.0.1' })
  const target = { host: '127.66.0.2', port: nas.port, secret }
  expect(await client.disconnect(target, { 'User-Name': 'ann' })).toMatchObject({
    result: 'ack',
    transmissions: 1,
  })
  const signed = { ...target, message_authenticator: true, event_timestamp: true }
  const change = { 'User-Name': 'ann', 'Mikrotik-Rate-Limit': '2M/2M' }
  expect(await client.changeOfAuthorization(signed, change)).toMatchObject({ result: 'ack' })
  expect(seen).toEqual([
    'disconnect ann undefined 127.66.0.1',
    'change_of_authorization ann 2M/2M 127.66.0.1',
  ])
})

test('a refusal tells its cause by number and name', async () => {
  const nas = await nasThat(({ kind }) => ({
    error_cause: kind === 'disconnect' ? 503 : 'Unsupported-Attribute',
  }))
  const client = clientWith()
  const target = { host: '127.66.0.2', port: nas.port, secret, message_authenticator: true }
  expect(await client.disconnect(target, { 'User-Name': 'ann' })).toMatchObject({
    result: 'nak',
    error_cause: 503,
    error_cause_name: 'Session-Context-Not-Found',
  })
  expect(await client.changeOfAuthorization(target, [['User-Name', 'ann']])).toMatchObject({
    result: 'nak',
    error_cause: 401,
    error_cause_name: 'Unsupported-Attribute',
  })
  expect(nas.stats()).toEqual({ acked: 0, naked: 2, dropped: 0, duplicates: 0 })
})

test('a silent NAS gets the same bytes by the schedule, then it is a timeout', async () => {
  const received: { bytes: string; at_ms: number }[] = []
  const port = await rawNas((request) =>
    received.push({ bytes: request.toString('hex'), at_ms: performance.now() }),
  )
  const client = clientWith({ schedule_ms: [30, 60, 90] })
  const outcome = await client.disconnect({ host: '127.66.0.2', port, secret, event_timestamp: true }, {})
  expect(outcome).toMatchObject({ result: 'timeout', transmissions: 3 })
  expect(outcome.elapsed_ms).toBeGreaterThan(175)
  expect(new Set(received.map(({ bytes }) => bytes)).size).toBe(1)
  expect(received).toHaveLength(3)
  expect(received[2]!.at_ms - received[1]!.at_ms).toBeGreaterThan(55)
})

test('an answer with a wrong secret, of a wrong kind, or to another request is not believed', async () => {
  const port = await rawNas((bytes, answer) => {
    const request = decode(bytes)
    if (typeof request === 'string') throw new Error(request)
    answer(encodeReply({ code: code.disconnect_ack, request, secret: 'forged' }))
    answer(encodeReply({ code: code.coa_ack, request, secret }))
    answer(Buffer.from('noise'))
    const other = Buffer.from(bytes)
    other[4]! ^= 1
    const other_request = decode(other)
    if (typeof other_request === 'string') throw new Error(other_request)
    answer(encodeReply({ code: code.disconnect_ack, request: other_request, secret }))
    answer(encodeReply({ code: code.disconnect_nak, request, secret, attributes: { 'Error-Cause': 506 } }))
  })
  const outcome = await clientWith().disconnect({ host: '127.66.0.2', port, secret }, { 'User-Name': 'ann' })
  expect(outcome).toMatchObject({ result: 'nak', error_cause_name: 'Resources-Unavailable' })
})

test('one NAS gets at most 16 requests at a time, all with different identifiers; another NAS is not held up', async () => {
  let in_flight = 0
  let most_in_flight = 0
  const identifiers = new Set<number>()
  const nas = await nasThat(async ({ packet }) => {
    most_in_flight = Math.max(most_in_flight, ++in_flight)
    identifiers.add(packet.identifier)
    await new Promise((done) => setTimeout(done, 10))
    in_flight--
    return 'ack' as const
  })
  const quick = await nasThat(() => 'ack')
  const client = clientWith()
  let all_done = false
  const all = Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      client.disconnect({ host: '127.66.0.2', port: nas.port, secret }, { 'User-Name': `user${i}` }),
    ),
  ).then((outcomes) => {
    all_done = true
    return outcomes
  })
  expect(await client.disconnect({ host: '127.66.0.2', port: quick.port, secret }, {})).toMatchObject({
    result: 'ack',
  })
  expect(all_done).toBe(false)
  expect((await all).every(({ result }) => result === 'ack')).toBe(true)
  expect(most_in_flight).toBe(16)
  expect(identifiers.size).toBe(100)
})

test('more than 256 requests in flight wait for a free identifier', async () => {
  const nas = await nasThat(() => new Promise((resolve) => setTimeout(() => resolve('ack'), 5)))
  const client = clientWith({ concurrency_per_nas: 256, schedule_ms: [2_000] })
  const outcomes = await Promise.all(
    Array.from({ length: 600 }, () => client.disconnect({ host: '127.66.0.2', port: nas.port, secret }, {})),
  )
  expect(outcomes.every(({ result, transmissions }) => result === 'ack' && transmissions === 1)).toBe(true)
})

test('the NAS repeats its answer to a retransmission, and drops what is forged or stale', async () => {
  let asked = 0
  let now_ms = Date.now()
  const nas = await nasThat(
    async () => {
      asked++
      await new Promise((done) => setTimeout(done, 60))
      return 'ack' as const
    },
    { now: () => now_ms },
  )
  const target = { host: '127.66.0.2', port: nas.port, secret, event_timestamp: true }
  expect(await clientWith({ schedule_ms: [20, 500] }).disconnect(target, {})).toMatchObject({
    transmissions: 2,
  })
  expect(asked).toBe(1)
  expect(nas.stats()).toEqual({ acked: 1, naked: 0, dropped: 0, duplicates: 1 })

  const impatient = clientWith({ schedule_ms: [60] })
  expect(await impatient.disconnect({ ...target, secret: 'forged' }, {})).toMatchObject({ result: 'timeout' })
  now_ms += 301_000
  expect(await impatient.disconnect(target, {})).toMatchObject({ result: 'timeout' })
  expect(asked).toBe(1)
  expect(nas.stats().dropped).toBe(2)
})

test('what cannot be sent is refused: a name for an address, an unknown attribute, a closed client', async () => {
  const client = clientWith()
  const target = { host: '127.66.0.2', port: 9, secret }
  await expect(client.disconnect({ ...target, host: 'router.example' }, {})).rejects.toThrow(
    'is not an IP address',
  )
  await expect(client.disconnect(target, { 'No-Such-Thing': 1 })).rejects.toThrow('no RADIUS attribute named')
  const pending = client.disconnect(target, {})
  await new Promise((done) => setTimeout(done, 20))
  await Promise.all([expect(pending).rejects.toThrow('was closed'), client.close()])
  await expect(client.disconnect(target, {})).rejects.toThrow('was closed')
})
