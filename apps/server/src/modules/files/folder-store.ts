import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newId } from '#kernel/ids.ts'
import { ContentMissing, keyOf, type FileStore } from './store.ts'

/** Contents in a folder of this machine. A name appears only once its bytes are on the disk. */
export function folderStore(root: string): FileStore {
  const pathOf = (content: Parameters<FileStore['remove']>[0]) => join(root, keyOf(content))
  return {
    async put(content, staged) {
      const path = pathOf(content)
      const folder = dirname(path)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const arriving = `${path}.${newId()}`
      try {
        await copyFile(staged, arriving)
        await synced(arriving)
        await rename(arriving, path)
      } finally {
        await rm(arriving, { force: true })
      }
      // The name itself is durable once its folder is, and the folder once its own parent is.
      for (const each of [folder, dirname(folder), root]) await synced(each)
    },
    async has(content) {
      const known = await stat(pathOf(content)).catch(() => undefined)
      return known?.size === content.size_bytes
    },
    async read(content, range) {
      const path = pathOf(content)
      const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw new ContentMissing(`${path} is not there.`)
        throw error
      })
      return createReadStream(path, { fd: handle, ...range })
    },
    remove: (content) => rm(pathOf(content), { force: true }),
  }
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
