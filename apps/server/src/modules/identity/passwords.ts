import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { sameBytes } from '#kernel/crypto.ts'

const derive = promisify(argon2)

/** OWASP's argon2id setting: 19 MiB, 2 passes, 1 lane; about 17 ms of CPU. */
const setting = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }

/** The libuv pool has four threads; a storm of sign-ins must leave some to files and name look-ups. */
let running = 0
const waiting: (() => void)[] = []
async function oneOfTwo<T>(work: () => Promise<T>): Promise<T> {
  while (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

/** PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const hash = await oneOfTwo(() => derive('argon2id', { ...setting, message: password, nonce }))
  return `$argon2id$v=19$m=${setting.memory},t=${setting.passes},p=${setting.parallelism}$${base64(nonce)}$${base64(hash)}`
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(stored)
  if (!match) return false
  const expected = Buffer.from(match[5]!, 'base64')
  const hash = await oneOfTwo(() =>
    derive('argon2id', {
      message: password,
      nonce: Buffer.from(match[4]!, 'base64'),
      memory: Number(match[1]),
      passes: Number(match[2]),
      parallelism: Number(match[3]),
      tagLength: expected.length,
    }),
  )
  return sameBytes(hash, expected)
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
