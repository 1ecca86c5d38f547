/**
 * MD4 (RFC 1320), 16 bytes. OpenSSL 3 no longer offers it, and the NT hash of MS-CHAP is MD4. It runs at most
 * twice per authentication on a few dozen bytes, so that it is written to be read.
 */
export function md4(bytes: Uint8Array): Buffer {
  const words = paddedWords(bytes)
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let at = 0; at < words.length; at += 16) hashBlock(state, words.subarray(at, at + 16))
  return Buffer.from(state.buffer)
}

type Mix = (x: number, y: number, z: number) => number
type Round = { mix: Mix; constant: number; order: readonly number[]; shifts: readonly number[] }

const rounds: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
]

function hashBlock(state: Int32Array, block: Int32Array): void {
  let [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!]
  for (const { mix, constant, order, shifts } of rounds) {
    for (let step = 0; step < 16; step++) {
      const sum = (a + mix(b, c, d) + block[order[step]!]! + constant) | 0
      const shift = shifts[step & 3]!
      ;[a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c]
    }
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
}

function paddedWords(bytes: Uint8Array): Int32Array {
  const padded = Buffer.from(new ArrayBuffer((bytes.length + 8 + 64) & ~63))
  padded.set(bytes)
  padded[bytes.length] = 0x80
  padded.writeBigUInt64LE(BigInt(bytes.length) * 8n, padded.length - 8)
  return new Int32Array(padded.buffer)
}
