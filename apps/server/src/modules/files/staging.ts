import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { App } from '#kernel/app.ts'
import { newId } from '#kernel/ids.ts'
import { Refused } from '#kernel/refused.ts'
import { sniffed_bytes } from './sniff.ts'
import { filesFolder } from './store-of.ts'

/** An upload as it arrived: its bytes in a file of their own, what they are known by, and their beginning. */
export type Staged = { path: string; sha256: string; size_bytes: number; head: Buffer }

const stagingFolder = (app: App) => join(filesFolder(app), 'arriving')

/** Takes bytes as they come, never more of them in memory than a chunk. Refuses what is too large as soon as it is. */
export async function stage(app: App, bytes: Readable): Promise<Staged> {
  const folder = stagingFolder(app)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, newId())
  const hash = createHash('sha256')
  const heads: Buffer[] = []
  let size_bytes = 0
  async function* counted() {
    // The request outlives what we refuse of it: destroyed, it could not be answered.
    for await (const chunk of bytes.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (size_bytes < sniffed_bytes) heads.push(chunk.subarray(0, sniffed_bytes - size_bytes))
      size_bytes += chunk.length
      hash.update(chunk)
      if (size_bytes > app.config.files.limit_bytes) throw tooLarge(app)
      yield chunk
    }
  }
  try {
    await pipeline(counted, createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    bytes.resume()
    await rm(path, { force: true })
    throw inPlainWords(error)
  }
  return { path, sha256: hash.digest('hex'), size_bytes, head: Buffer.concat(heads) }
}

export const unstage = (staged: Staged): Promise<void> => rm(staged.path, { force: true })

/** Removes what crashed uploads have left, once it is a day old. */
export async function clearStaging(app: App, now_ms: number): Promise<void> {
  const folder = stagingFolder(app)
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const known = await stat(path).catch(() => undefined)
    if (known && now_ms - known.mtimeMs > 24 * 3600 * 1000) await rm(path, { force: true })
  }
}

export const tooLarge = (app: App): Refused =>
  new Refused(
    413,
    'file_too_large',
    `A file may have at most ${Math.floor(app.config.files.limit_bytes / 1024 ** 2)} MB.`,
    { headers: { connection: 'close' } },
  )

function inPlainWords(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Refused(507, 'disk_full', 'The server has no room left for this file. Nothing was kept.')
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET')
    return new Refused(400, 'cut_off', 'The upload ended before the file was complete. Nothing was kept.')
  return error
}
