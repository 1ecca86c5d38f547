import { hash, randomBytes } from 'node:crypto'
import { desEncryptBlock } from './des.ts'
import { md4 } from './md4.ts'
import type { RadiusPacket } from './packet.ts'
import type { AttributeList } from './packet-builder.ts'
import { equalsInConstantTime } from './verify.ts'

/**
 * MD4 of the password in UTF-16LE, 16 bytes (RFC 2759 §8.3). As good as the password itself: keep it as
 * secret.
 */
export function ntHash(password: string): Buffer {
  return md4(Buffer.from(password, 'utf16le'))
}

/**
 * Whether an MS-CHAP (version 1) request was made with the password behind an NT hash (RFC 2433, RFC 2548
 * §2.1).
 */
export function msChapMatches(packet: RadiusPacket, nt_hash: Uint8Array): boolean {
  const challenge = packet.octets('MS-CHAP-Challenge')
  const response = packet.octets('MS-CHAP-Response')
  if (!challenge || !response || challenge.length !== 8 || response.length !== 50) return false
  // Flag 0 says that only the LAN Manager response is filled in, which is too weak to accept.
  if ((response[1]! & 1) === 0) return false
  return equalsInConstantTime(challengeResponse(challenge, nt_hash), response.subarray(26, 50))
}

/**
 * What a right MS-CHAP-V2 answer yields: the 24-byte response for the MPPE keys, and the attributes of
 * success.
 */
export type MsChap2Match = { nt_response: Buffer; success_attributes: AttributeList }

/**
 * Checks an MS-CHAP-V2 request (RFC 2759, RFC 2548 §2.3) against an NT hash. Undefined when it does not
 * match. `user_name` is the name as the customer's router typed it; a leading `DOMAIN\` is not part of the
 * hash by the RFC, but some clients hash it all the same, so both are tried.
 */
export function msChap2Match(
  packet: RadiusPacket,
  nt_hash: Uint8Array,
  user_name = packet.string('User-Name') ?? '',
): MsChap2Match | undefined {
  const authenticator_challenge = packet.octets('MS-CHAP-Challenge')
  const response = packet.octets('MS-CHAP2-Response')
  if (!authenticator_challenge || !response) return undefined
  if (authenticator_challenge.length !== 16 || response.length !== 50) return undefined
  const peer_challenge = response.subarray(2, 18)
  const nt_response = response.subarray(26, 50)
  for (const name of new Set([withoutDomain(user_name), user_name])) {
    const challenge = challengeHash(peer_challenge, authenticator_challenge, name)
    if (!equalsInConstantTime(challengeResponse(challenge, nt_hash), nt_response)) continue
    const success = Buffer.concat([
      response.subarray(0, 1),
      Buffer.from(authenticatorResponse(nt_hash, nt_response, challenge)),
    ])
    return { nt_response, success_attributes: { 'MS-CHAP2-Success': success } }
  }
  return undefined
}

/**
 * The MS-CHAP-Error of a reject (RFC 2759 §6): E=691, authentication failure, no retry allowed, in the
 * version that the request spoke. `message` is shown by some routers.
 */
export function msChapFailure(packet: RadiusPacket, message = 'Access denied'): AttributeList {
  const version_2 = packet.octets('MS-CHAP2-Response')
  const identifier = (version_2 ?? packet.octets('MS-CHAP-Response'))?.[0] ?? 0
  const challenge = randomBytes(version_2 ? 16 : 8)
    .toString('hex')
    .toUpperCase()
  const text = `E=691 R=0 C=${challenge} V=${version_2 ? `3 M=${message}` : '2'}`
  return { 'MS-CHAP-Error': Buffer.concat([Buffer.of(identifier), Buffer.from(text).subarray(0, 246)]) }
}

/** The attributes with which a NAS forwards an MS-CHAP answer made with this password. */
export function msChapCredentials(password: string): { [name: string]: Buffer } {
  const challenge = randomBytes(8)
  const response = Buffer.alloc(50)
  response[1] = 1
  response.set(challengeResponse(challenge, ntHash(password)), 26)
  return { 'MS-CHAP-Challenge': challenge, 'MS-CHAP-Response': response } satisfies AttributeList
}

/**
 * The attributes with which a NAS forwards an MS-CHAP-V2 answer of this user, and the success text to expect.
 */
export function msChap2Credentials(
  user_name: string,
  password: string,
): { attributes: { [name: string]: Buffer }; expected_success: string } {
  const authenticator_challenge = randomBytes(16)
  const peer_challenge = randomBytes(16)
  const nt_hash = ntHash(password)
  const challenge = challengeHash(peer_challenge, authenticator_challenge, withoutDomain(user_name))
  const nt_response = challengeResponse(challenge, nt_hash)
  const response = Buffer.alloc(50)
  response.set(peer_challenge, 2)
  response.set(nt_response, 26)
  return {
    attributes: { 'MS-CHAP-Challenge': authenticator_challenge, 'MS-CHAP2-Response': response },
    expected_success: authenticatorResponse(nt_hash, nt_response, challenge),
  }
}

/** ChallengeHash of RFC 2759 §8.2, 8 bytes. */
export function challengeHash(
  peer_challenge: Uint8Array,
  authenticator_challenge: Uint8Array,
  user_name: string,
): Buffer {
  return sha1(peer_challenge, authenticator_challenge, Buffer.from(user_name)).subarray(0, 8)
}

/** ChallengeResponse of RFC 2759 §8.5: the challenge under three DES keys cut from the NT hash, 24 bytes. */
export function challengeResponse(challenge: Uint8Array, nt_hash: Uint8Array): Buffer {
  const keys = Buffer.alloc(21)
  keys.set(nt_hash.subarray(0, 16))
  return Buffer.concat([0, 7, 14].map((at) => desEncryptBlock(keys.subarray(at, at + 7), challenge)))
}

/** GenerateAuthenticatorResponse of RFC 2759 §8.7: `S=` and 40 hex digits. */
export function authenticatorResponse(
  nt_hash: Uint8Array,
  nt_response: Uint8Array,
  challenge: Uint8Array,
): string {
  const digest = sha1(md4(nt_hash), nt_response, magic_server_to_client)
  return `S=${sha1(digest, challenge, magic_pad).toString('hex').toUpperCase()}`
}

const magic_server_to_client = Buffer.from('Magic server to client signing constant')
const magic_pad = Buffer.from('Pad to make it do more than one iteration')

export function sha1(...parts: Uint8Array[]): Buffer {
  return hash('sha1', Buffer.concat(parts), 'buffer')
}

function withoutDomain(user_name: string): string {
  return user_name.slice(user_name.indexOf('\\') + 1)
}
