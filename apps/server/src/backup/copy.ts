import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Content } from './manifest.ts'

/** Copies a file and answers what was copied, durable when it resolves; undefined where it is gone meanwhile. */
export async function copyFile(from: string, to: string, path: string): Promise<Content | undefined> {
  const hash = createHash('sha256')
  let size_bytes = 0
  const source = await open(from, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!source) return undefined
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const target = await open(to, 'wx', 0o600)
  try {
    for await (const chunk of source.createReadStream({
      autoClose: false,
      highWaterMark: 1024 ** 2,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size_bytes += chunk.length
      await target.write(chunk)
    }
    await target.sync()
  } finally {
    await source.close()
    await target.close()
  }
  return { path, size_bytes, sha256: hash.digest('hex') }
}

/** What is known of a file by now, to be compared with what was known of it when it was copied. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>)
    hash.update(chunk)
  return hash.digest('hex')
}

/** Files and folders below a folder, as relative paths; `left_out` names paths that are not entered or not taken. */
export async function listed(
  root: string,
  left_out: (path: string) => boolean,
): Promise<{ folders: string[]; files: string[] }> {
  const folders: string[] = []
  const files: string[] = []
  const enter = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = relative(root, join(folder, entry.name))
      if (left_out(path)) continue
      if (entry.isDirectory()) {
        folders.push(path)
        await enter(join(folder, entry.name))
      } else if (entry.isFile()) files.push(path)
    }
  }
  await enter(root)
  return { folders, files }
}
