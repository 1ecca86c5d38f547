import { HmacMd5Key } from './hmac-md5.ts'

/** A secret shared with a NAS, as given: text (UTF-8) or bytes, 1 to 512 bytes. */
export type Secret = string | Uint8Array | SharedSecret

/** A shared secret together with its hashed HMAC key blocks. */
export class SharedSecret {
  readonly bytes: Buffer
  readonly hmac: HmacMd5Key

  constructor(bytes: Uint8Array) {
    if (bytes.length === 0) throw new RangeError('A RADIUS secret must not be empty.')
    if (bytes.length > secret_bytes_max)
      throw new RangeError(`A RADIUS secret has at most ${secret_bytes_max} bytes.`)
    this.bytes = Buffer.from(bytes)
    this.hmac = new HmacMd5Key(this.bytes)
  }
}

export const secret_bytes_max = 512

/**
 * The prepared form of a secret. Kept for each text and each byte array seen, so that a server may hand over
 * the same secret with every packet. A byte array must not be changed after it was used as a secret.
 */
export function sharedSecret(secret: Secret): SharedSecret {
  if (typeof secret === 'string') {
    return by_text.get(secret) ?? remember(secret)
  }
  if (secret instanceof SharedSecret) return secret
  let known = by_bytes.get(secret)
  if (!known) by_bytes.set(secret, (known = new SharedSecret(secret)))
  return known
}

const by_bytes = new WeakMap<Uint8Array, SharedSecret>()
const by_text = new Map<string, SharedSecret>()
const texts_max = 20_000

function remember(text: string): SharedSecret {
  const prepared = new SharedSecret(Buffer.from(text))
  if (by_text.size >= texts_max) by_text.clear()
  by_text.set(text, prepared)
  return prepared
}
