import { randomFillSync } from 'node:crypto'

const pool = new Uint8Array(16 * 256)
let used = pool.length
let last_ms = 0
let counter = 0

/** UUIDv7 (RFC 9562 §5.7) with a 12-bit counter, so that ids made in one millisecond keep their order. */
export function newId(): string {
  if (used + 16 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = pool.subarray(used, used + 16)
  used += 16
  const now = Date.now()
  if (now > last_ms) {
    last_ms = now
    counter = ((bytes[6]! & 0x07) << 8) | bytes[7]!
  } else if (++counter > 0xfff) {
    last_ms++
    counter = 0
  }
  const ms = last_ms.toString(16).padStart(12, '0')
  let tail = ''
  for (let i = 8; i < 16; i++) tail += hex[i === 8 ? (bytes[i]! & 0x3f) | 0x80 : bytes[i]!]
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export const isId = (text: unknown): text is string =>
  typeof text === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
