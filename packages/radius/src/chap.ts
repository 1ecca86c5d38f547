import { randomBytes } from 'node:crypto'
import { Md5Memory } from './md5.ts'
import type { RadiusPacket } from './packet.ts'
import type { AttributeList } from './packet-builder.ts'

const memory = new Md5Memory(1 + 1024 + 253)

/**
 * Whether a CHAP request was made with this password: MD5(identifier + password + challenge) (RFC 1994 §4.1).
 * The challenge is CHAP-Challenge, or the request's authenticator when that is absent (RFC 2865 §5.3).
 */
export function chapPasswordMatches(packet: RadiusPacket, password: string | Uint8Array): boolean {
  const given = packet.octets('CHAP-Password')
  const bytes = typeof password === 'string' ? Buffer.from(password) : password
  if (!given || given.length !== 17 || bytes.length > 1024) return false
  const expected = chapDigest(given[0]!, bytes, packet.octets('CHAP-Challenge') ?? packet.authenticator)
  let difference = 0
  for (let i = 0; i < 16; i++) difference |= expected[i]! ^ given[1 + i]!
  return difference === 0
}

/** The attributes with which a NAS forwards a CHAP answer made with this password. */
export function chapCredentials(password: string): { [name: string]: Buffer } {
  const challenge = randomBytes(16)
  const identifier = challenge[0]!
  const digest = chapDigest(identifier, Buffer.from(password), challenge)
  return {
    'CHAP-Password': Buffer.concat([Buffer.of(identifier), digest]),
    'CHAP-Challenge': challenge,
  } satisfies AttributeList
}

function chapDigest(identifier: number, password: Uint8Array, challenge: Uint8Array): Buffer {
  memory.bytes[0] = identifier
  memory.bytes.set(password, 1)
  memory.bytes.set(challenge, 1 + password.length)
  memory.hash(1 + password.length + challenge.length)
  return memory.digest
}
