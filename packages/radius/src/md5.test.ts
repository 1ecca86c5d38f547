import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HmacMd5Key } from './hmac-md5.ts'
import { md5, Md5Memory } from './md5.ts'

test('MD5 agrees with node:crypto for every length around the block borders, and for long input', () => {
  for (const length of [...Array(260).keys(), 4096, 8191, 8192, 8193, 100_000]) {
    const bytes = Buffer.alloc(length, length)
    expect(md5(bytes).toString('hex')).toBe(createHash('md5').update(bytes).digest('hex'))
  }
})

test('MD5 and HMAC-MD5 agree with node:crypto for any bytes and keys, in memory used over and over', () => {
  const memory = new Md5Memory(600)
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      (bytes, key) => {
        memory.bytes.set(bytes)
        memory.hash(bytes.length)
        expect(memory.digest.equals(createHash('md5').update(bytes).digest())).toBe(true)
        memory.bytes.set(bytes)
        new HmacMd5Key(key).sign(memory, bytes.length)
        expect(memory.digest.equals(createHmac('md5', key).update(bytes).digest())).toBe(true)
      },
    ),
    { numRuns: 1_000 },
  )
})
