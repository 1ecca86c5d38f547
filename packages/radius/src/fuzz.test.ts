import fc from 'fast-check'
import { expect, test } from 'vitest'
import { authenticationMethod } from './authentication-method.ts'
import { chapCredentials, chapPasswordMatches } from './chap.ts'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import { encodeReply, encodeRequest } from './encode.ts'
import { revealSaltedKey } from './mppe.ts'
import {
  msChap2Credentials,
  msChap2Match,
  msChapCredentials,
  msChapFailure,
  msChapMatches,
  ntHash,
} from './ms-chap.ts'
import { papPasswordBytes } from './pap.ts'
import { messageAuthenticatorMatches, requestAuthenticatorMatches } from './verify.ts'

const secret = 'testing123'
const nt_hash = ntHash('password')
const packets_of_each_seed = 100_000

/** Does to a packet all that a server may do with it. */
function useEverything(bytes: Buffer, with_ms_chap: boolean): 'read' | 'refused' {
  const packet = decode(bytes)
  if (typeof packet === 'string') return 'refused'
  const cursor = packet.cursor()
  let steps = 0
  while (cursor.next()) {
    if (cursor.offset + cursor.length > packet.bytes.length || ++steps > 2_050)
      throw new Error('The cursor ran away.')
  }
  packet.string('User-Name')
  packet.ip('Framed-IP-Address')
  packet.u32('Acct-Input-Octets')
  packet.octets('Cisco-AVPair')
  authenticationMethod(packet)
  papPasswordBytes(packet, secret)
  chapPasswordMatches(packet, 'password')
  if (with_ms_chap) {
    msChapMatches(packet, nt_hash)
    msChap2Match(packet, nt_hash)
    msChapFailure(packet)
    packet.describe()
    revealSaltedKey(packet.octets('MS-MPPE-Send-Key') ?? packet.bytes, secret, packet.authenticator)
    encodeReply({ code: code.access_accept, request: packet, secret })
  }
  messageAuthenticatorMatches(packet, secret)
  requestAuthenticatorMatches(packet, secret)
  return 'read'
}

const seeds = [
  { 'User-Password': 'password' },
  chapCredentials('password'),
  msChapCredentials('password'),
  msChap2Credentials('ann', 'password').attributes,
  { 'EAP-Message': Buffer.alloc(600), 'Proxy-State': 'x', 'Tunnel-Private-Group-Id': { tag: 1, value: '5' } },
  { 'Framed-IPv6-Prefix': '2001:db8::/64', 'Cisco-AVPair': ['a=b', 'c=d'], 'Framed-Interface-Id': '1:2:3:4' },
].map((attributes) =>
  encodeRequest({
    code: code.access_request,
    identifier: 1,
    secret,
    attributes: { 'User-Name': 'ann', 'NAS-IP-Address': '10.0.0.1', ...attributes },
  }),
)

test(
  '600,000 packets with bytes changed, cut and inserted are read or refused, and never throw',
  { timeout: 20_000 },
  () => {
    let state = 20_261_123
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const counts = { read: 0, refused: 0 }
    for (const seed of seeds) {
      for (let i = 0; i < packets_of_each_seed; i++) {
        const changed = Buffer.from(seed)
        for (let changes = 1 + random(4); changes > 0; changes--) {
          // Half of the changes hit a type or length early on, where they do the most.
          changed[random(2) === 0 ? 20 + random(40) : random(changed.length)] =
            random(4) === 0 ? random(8) : random(256)
        }
        const shape = random(10)
        const bytes =
          shape === 0
            ? changed.subarray(0, random(changed.length))
            : shape === 1
              ? Buffer.concat([changed, Buffer.alloc(random(50), random(256))])
              : changed
        if (shape === 2 && bytes.length > 4) bytes.writeUInt16BE(random(bytes.length + 2), 2)
        counts[useEverything(bytes, i % 20 === 0)]++
      }
    }
    expect(counts.read + counts.refused).toBe(6 * packets_of_each_seed)
    expect(counts.read).toBeGreaterThan(20_000)
    expect(counts.refused).toBeGreaterThan(20_000)
  },
)

test('arbitrary bytes are read or refused', () => {
  const framed = fc
    .tuple(fc.constantFrom(1, 4, 12, 40, 43), fc.uint8Array({ maxLength: 300 }))
    .map(([packet_code, body]) =>
      Buffer.concat([
        Buffer.of(packet_code, 0, (20 + body.length) >> 8, 20 + body.length),
        Buffer.alloc(16),
        body,
      ]),
    )
  const raw = fc.uint8Array({ maxLength: 5_000 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.oneof(framed, raw), (bytes) => {
      useEverything(bytes, true)
    }),
    { numRuns: 2_000 },
  )
})
