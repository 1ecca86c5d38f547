import { Md5Memory } from './md5.ts'
import type { RadiusPacket } from './packet.ts'
import { type Secret, secret_bytes_max, sharedSecret, type SharedSecret } from './secret.ts'
import { RadiusValueError } from './values.ts'
import { equalsInConstantTime } from './verify.ts'

/** The longest User-Password (RFC 2865 §5.2), in bytes of UTF-8. */
export const password_bytes_max = 128

/** The password of a PAP request as text, or undefined when there is none or its length is impossible. */
export function papPassword(packet: RadiusPacket, secret: Secret): string | undefined {
  return papPasswordBytes(packet, secret)?.toString()
}

/** The bytes of a PAP request's password without their padding. */
export function papPasswordBytes(packet: RadiusPacket, secret: Secret): Buffer | undefined {
  const hidden = packet.octets('User-Password')
  if (!hidden || hidden.length === 0 || hidden.length > password_bytes_max || hidden.length % 16 !== 0)
    return undefined
  const padded = revealPassword(hidden, sharedSecret(secret), packet.authenticator)
  let length = padded.length
  while (length > 0 && padded[length - 1] === 0) length--
  return padded.subarray(0, length)
}

/** Whether a PAP request carries this password; takes the same time wherever the two differ. */
export function papPasswordMatches(
  packet: RadiusPacket,
  secret: Secret,
  password: string | Uint8Array,
): boolean {
  const given = papPasswordBytes(packet, secret)
  if (!given) return false
  return equalsInConstantTime(given, typeof password === 'string' ? Buffer.from(password) : password)
}

/** Hides a password, zero-padded to whole 16-byte blocks, in a chain of MD5(secret + previous block). */
export function hidePassword(password: Uint8Array, secret: SharedSecret, authenticator: Uint8Array): Buffer {
  if (password.length > password_bytes_max) {
    throw new RadiusValueError(`A password sent by PAP has at most ${password_bytes_max} bytes.`)
  }
  const hidden = Buffer.alloc(Math.max(16, (password.length + 15) & ~15))
  hidden.set(password)
  let previous = authenticator
  for (let at = 0; at < hidden.length; at += 16) {
    const pad = md5OfSecretAnd(secret, previous)
    for (let i = 0; i < 16; i++) hidden[at + i]! ^= pad[i]!
    previous = hidden.subarray(at, at + 16)
  }
  return hidden
}

/** The padded password behind hidden bytes; their number must be a multiple of 16. */
export function revealPassword(hidden: Uint8Array, secret: SharedSecret, authenticator: Uint8Array): Buffer {
  const padded = Buffer.from(hidden)
  let previous = authenticator
  for (let at = 0; at < hidden.length; at += 16) {
    const pad = md5OfSecretAnd(secret, previous)
    for (let i = 0; i < 16; i++) padded[at + i]! ^= pad[i]!
    previous = hidden.subarray(at, at + 16)
  }
  return padded
}

const memory = new Md5Memory(secret_bytes_max + 32)

/**
 * MD5(secret + bytes); valid until the next call. Also the chain of RFC 2548 §2.4.2, whose first link has a
 * salt.
 */
export function md5OfSecretAnd(secret: SharedSecret, bytes: Uint8Array, salt?: Uint8Array): Buffer {
  memory.bytes.set(secret.bytes)
  memory.bytes.set(bytes, secret.bytes.length)
  if (salt) memory.bytes.set(salt, secret.bytes.length + bytes.length)
  memory.hash(secret.bytes.length + bytes.length + (salt?.length ?? 0))
  return memory.digest
}
