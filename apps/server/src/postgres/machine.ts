import { statfsSync } from 'node:fs'
import { totalmem } from 'node:os'

/** Memory this process may use: the machine's, or less where a container sets a limit. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** The size of /dev/shm, undefined where there is none. */
export function sharedMemoryBytes(): number | undefined {
  try {
    const { blocks, bsize } = statfsSync('/dev/shm')
    return blocks * bsize
  } catch {
    return undefined
  }
}
