import { code } from './codes.ts'
import { packet_bytes_max } from './decode.ts'
import { Md5Memory } from './md5.ts'
import type { RadiusPacket } from './packet.ts'
import { type Secret, secret_bytes_max, sharedSecret } from './secret.ts'

const memory = new Md5Memory(packet_bytes_max + secret_bytes_max)

/**
 * Whether the authenticator of an Accounting, CoA or Disconnect request is MD5(packet with 16 zero bytes +
 * secret).
 */
export function requestAuthenticatorMatches(packet: RadiusPacket, secret: Secret): boolean {
  return authenticatorMatches(packet, undefined, secret)
}

/** Whether a reply's authenticator is MD5(packet with the request's authenticator + secret) (RFC 2865 §3). */
export function responseAuthenticatorMatches(
  reply: RadiusPacket,
  request_authenticator: Uint8Array,
  secret: Secret,
): boolean {
  return authenticatorMatches(reply, request_authenticator, secret)
}

/**
 * Whether Message-Authenticator is HMAC-MD5 over the packet with its own value zeroed (RFC 3579 §3.2). The
 * authenticator field counts as the request's in replies, and as zero in Accounting, CoA and Disconnect
 * requests (RFC 5176 §3.4). False when the packet has none.
 */
export function messageAuthenticatorMatches(
  packet: RadiusPacket,
  secret: Secret,
  request_authenticator?: Uint8Array,
): boolean {
  const at = packet.message_authenticator_at
  if (at === 0) return false
  const bytes = memory.bytes
  bytes.set(packet.bytes)
  if (request_authenticator) bytes.set(request_authenticator, 4)
  else if (!hasRandomAuthenticator(packet)) bytes.fill(0, 4, 20)
  for (let i = 0; i < 16; i++) bytes[at + i] = 0
  sharedSecret(secret).hmac.sign(memory, packet.bytes.length)
  return digestEquals(packet.bytes, at)
}

/** Whether two byte strings are equal, in a time that depends on their lengths only. */
export function equalsInConstantTime(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (let i = 0; i < one.length; i++) difference |= one[i]! ^ (other[i] ?? 0)
  return difference === 0
}

function authenticatorMatches(
  packet: RadiusPacket,
  authenticator: Uint8Array | undefined,
  secret: Secret,
): boolean {
  const { bytes: secret_bytes } = sharedSecret(secret)
  const bytes = memory.bytes
  bytes.set(packet.bytes)
  if (authenticator) bytes.set(authenticator, 4)
  else for (let i = 4; i < 20; i++) bytes[i] = 0
  bytes.set(secret_bytes, packet.bytes.length)
  memory.hash(packet.bytes.length + secret_bytes.length)
  return digestEquals(packet.bytes, 4)
}

function digestEquals(bytes: Uint8Array, at: number): boolean {
  const digest = memory.digest
  let difference = 0
  for (let i = 0; i < 16; i++) difference |= digest[i]! ^ bytes[at + i]!
  return difference === 0
}

function hasRandomAuthenticator(packet: RadiusPacket): boolean {
  return packet.code === code.access_request || packet.code === code.status_server
}
