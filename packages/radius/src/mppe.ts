import { randomBytes } from 'node:crypto'
import { md4 } from './md4.ts'
import { sha1 } from './ms-chap.ts'
import type { AttributeList } from './packet-builder.ts'
import { hidePassword, md5OfSecretAnd } from './pap.ts'
import { type Secret, sharedSecret } from './secret.ts'

/**
 * Whether the NAS may or must encrypt the PPP link. `required` lets a client without MPPE fail to connect;
 * both offer 128-bit keys, `allowed` 40-bit ones too.
 */
export type MppePolicy = 'allowed' | 'required'

export type MppeOptions = {
  nt_hash: Uint8Array
  secret: Secret
  /** The authenticator of the Access-Request answered. */
  request_authenticator: Uint8Array
  policy?: MppePolicy
}

/** The MPPE attributes of an Access-Accept after MS-CHAP-V2 (RFC 3079 §3, RFC 2548 §2.4). */
export function msChap2MppeAttributes(options: MppeOptions & { nt_response: Uint8Array }): AttributeList {
  const master_key = mppeMasterKey(options.nt_hash, options.nt_response)
  const salt = randomBytes(2)
  return {
    ...policyAttributes(options.policy),
    'MS-MPPE-Send-Key': saltedKey(mppeStartKey(master_key, 'send'), salt[0]!, 0, options),
    'MS-MPPE-Recv-Key': saltedKey(mppeStartKey(master_key, 'receive'), salt[1]!, 1, options),
  }
}

/** The MPPE attributes of an Access-Accept after MS-CHAP version 1 (RFC 3079 §2, RFC 2548 §2.4.1). */
export function msChapMppeAttributes(options: MppeOptions): AttributeList {
  const keys = Buffer.alloc(32)
  // The LAN Manager key, the first 8 bytes, stays zero: only its hash of the password could fill it.
  keys.set(md4(options.nt_hash), 8)
  const hidden = hidePassword(keys, sharedSecret(options.secret), options.request_authenticator)
  return { ...policyAttributes(options.policy), 'MS-CHAP-MPPE-Keys': hidden }
}

/** GetMasterKey of RFC 3079 §3.4, 16 bytes. */
export function mppeMasterKey(nt_hash: Uint8Array, nt_response: Uint8Array): Buffer {
  return sha1(md4(nt_hash), nt_response, magic_master_key).subarray(0, 16)
}

/**
 * GetAsymmetricStartKey of RFC 3079 §3.4 for 128-bit keys, as the NAS (the server side) sends and receives.
 */
export function mppeStartKey(master_key: Uint8Array, direction: 'send' | 'receive'): Buffer {
  const magic = direction === 'send' ? magic_server_sends : magic_server_receives
  return sha1(master_key, Buffer.alloc(40, 0), magic, Buffer.alloc(40, 0xf2)).subarray(0, 16)
}

/** The key behind a salted attribute (RFC 2548 §2.4.2), or undefined when it does not come out whole. */
export function revealSaltedKey(
  value: Uint8Array,
  secret: Secret,
  request_authenticator: Uint8Array,
): Buffer | undefined {
  if (value.length < 18 || (value.length - 2) % 16 !== 0) return undefined
  const plain = chain(value.subarray(2), value.subarray(0, 2), secret, request_authenticator, 'reveal')
  const length = plain[0]!
  return length < plain.length ? plain.subarray(1, 1 + length) : undefined
}

/**
 * Salt (highest bit set, different for each attribute of a packet), then length and key hidden in a chain of
 * MD5.
 */
function saltedKey(key: Buffer, random: number, serial: number, options: MppeOptions): Buffer {
  const salt = Buffer.of(0x80 | random, serial)
  const plain = Buffer.alloc((1 + key.length + 15) & ~15)
  plain[0] = key.length
  plain.set(key, 1)
  return Buffer.concat([salt, chain(plain, salt, options.secret, options.request_authenticator, 'hide')])
}

function chain(
  input: Uint8Array,
  salt: Uint8Array,
  secret: Secret,
  request_authenticator: Uint8Array,
  direction: 'hide' | 'reveal',
): Buffer {
  const output = Buffer.from(input)
  for (let at = 0; at < input.length; at += 16) {
    const hidden = direction === 'hide' ? output : input
    const pad =
      at === 0
        ? md5OfSecretAnd(sharedSecret(secret), request_authenticator, salt)
        : md5OfSecretAnd(sharedSecret(secret), hidden.subarray(at - 16, at))
    for (let i = 0; i < 16; i++) output[at + i]! ^= pad[i]!
  }
  return output
}

function policyAttributes(policy: MppePolicy = 'allowed'): { [name: string]: number } {
  const strong_only = policy === 'required'
  return { 'MS-MPPE-Encryption-Policy': strong_only ? 2 : 1, 'MS-MPPE-Encryption-Types': strong_only ? 4 : 6 }
}

const magic_master_key = Buffer.from('This is the MPPE Master Key')
const magic_server_receives = Buffer.from(
  'On the client side, this is the send key; on the server side, it is the receive key.',
)
const magic_server_sends = Buffer.from(
  'On the client side, this is the receive key; on the server side, it is the send key.',
)
