import { createHmac, randomBytes } from 'node:crypto'
import { newId } from '#kernel/ids.ts'
import { expect, test } from 'vitest'
import { digestOf, readClassToken, writeClassToken } from './class-token.ts'

const key = randomBytes(32)
const token = { tenant_id: newId(), service_id: newId(), policy_digest: digestOf('accept 1/2') }

test('a token comes back as it was written, with a nonce of its own each time', () => {
  const first = readClassToken(key, writeClassToken(key, token))
  const second = readClassToken(key, writeClassToken(key, token))
  expect(first).toMatchObject(token)
  expect(first?.nonce).not.toBe(second?.nonce)
})

test('one altered anywhere, cut, or signed with another key is none of ours', () => {
  const bytes = writeClassToken(key, token)
  for (let at = 0; at < bytes.length; at++) {
    const altered = Buffer.from(bytes)
    altered[at]! ^= 1
    expect(readClassToken(key, altered)).toBeUndefined()
  }
  expect(readClassToken(key, bytes.subarray(1))).toBeUndefined()
  expect(readClassToken(randomBytes(32), bytes)).toBeUndefined()
  expect(readClassToken(key, undefined)).toBeUndefined()
})

test('it is signed with HMAC-SHA-256, cut to ten bytes', () => {
  for (const key of [randomBytes(32), randomBytes(64), randomBytes(100)]) {
    const bytes = writeClassToken(key, token)
    expect(bytes.subarray(46)).toEqual(
      createHmac('sha256', key).update(bytes.subarray(0, 46)).digest().subarray(0, 10),
    )
  }
})
