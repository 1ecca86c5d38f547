import { createCipheriv } from 'node:crypto'

/**
 * DES of one 8-byte block under a 7-byte key, as MS-CHAP uses it (RFC 2759 §8.6).
 * OpenSSL 3 refuses `des-ecb`; triple DES with the same key three times is single DES.
 */
export function desEncryptBlock(key_7: Uint8Array, block: Uint8Array): Buffer {
  const key = spreadKey(key_7)
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null)
  cipher.setAutoPadding(false)
  return cipher.update(block)
}

/** 56 key bits into 8 bytes of 7 bits each; the lowest bit of each byte is parity, which DES ignores. */
function spreadKey(key_7: Uint8Array): Buffer {
  const key = Buffer.alloc(8)
  let bits = 0
  let bit_count = 0
  let at = 0
  for (const byte of key_7) {
    bits = (bits << 8) | byte
    bit_count += 8
    while (bit_count >= 7) {
      bit_count -= 7
      key[at++] = ((bits >> bit_count) & 0x7f) << 1
    }
  }
  return key
}
