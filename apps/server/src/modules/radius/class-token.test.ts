import { randomBytes } from 'node:crypto'
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
