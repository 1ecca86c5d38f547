import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashToken, newToken, openWith, sealWith } from './crypto.ts'

const key = randomBytes(32)
const place = { table: 'services', column: 'password', row_id: 'a' }

test('a secret opens in its own place only', () => {
  const sealed = sealWith(key, 'tenant-1', place, 'Zażółć')
  expect(openWith(key, 'tenant-1', place, sealed).toString()).toBe('Zażółć')
  expect(() => openWith(key, 'tenant-2', place, sealed)).toThrow()
  expect(() => openWith(key, 'tenant-1', { ...place, row_id: 'b' }, sealed)).toThrow()
  expect(() => openWith(key, 'tenant-1', { ...place, column: 'login' }, sealed)).toThrow()
  expect(() => openWith(randomBytes(32), 'tenant-1', place, sealed)).toThrow()
  const bent = Buffer.from(sealed)
  bent[bent.length - 1]! ^= 1
  expect(() => openWith(key, 'tenant-1', place, bent)).toThrow()
})

test('tokens are long, different, and stored as a hash', () => {
  const [one, other] = [newToken('isp'), newToken('isp')]
  expect(one).toMatch(/^isp_[\w-]{43}$/)
  expect(one).not.toBe(other)
  expect(hashToken(one)).toHaveLength(32)
})
