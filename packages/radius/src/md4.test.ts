import { expect, test } from 'vitest'
import { desEncryptBlock } from './des.ts'
import { md4 } from './md4.ts'

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('MD4 of "%s" is what RFC 1320 says', (text, digest) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(digest)
})

test('DES with a 7-byte key gives the ciphertexts of RFC 2433 appendix B.2', () => {
  const password_hash = Buffer.from('fc156af7edcd6c0edde3337d427f4eac', 'hex')
  const challenge = Buffer.from('102db5df085d3041', 'hex')
  expect(desEncryptBlock(password_hash.subarray(0, 7), challenge).toString('hex')).toBe('4e9d3c8f9cfd385d')
  expect(desEncryptBlock(password_hash.subarray(7, 14), challenge).toString('hex')).toBe('5bf4d3246791956c')
})
