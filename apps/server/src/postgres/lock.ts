import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import { errorCode, replaceFile } from './files.ts'
import { startedAt } from './processes.ts'

export type DataDirLock = { release(): void }

type Holder = { pid: number; started: string; address: string }

/**
 * Takes `data_dir/isp.lock` for this process. A second installation on the same folder is refused with the first
 * one's process id and address; the lock of a process that has ended is taken over.
 *
 * @param address what the refusal should name, such as `http://127.0.0.1:8080`
 */
export function lockDataDir(data_dir: string, address: string): DataDirLock {
  const path = join(data_dir, 'isp.lock')
  const mine: Holder = { pid: process.pid, started: startedAt(process.pid) ?? '', address }
  const draft = `${path}.${process.pid}`
  replaceFile(draft, JSON.stringify(mine))
  try {
    // Another process may take over the same stale lock in the same moment; one of the two then finds the other's.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (placed(draft, path)) return { release: () => release(path, mine) }
      refuseIfHeld(read(path), data_dir)
      discardStale(path, data_dir)
    }
    throw new CannotStart(
      `The lock ${path} cannot be taken. Is another installation starting on ${data_dir}?`,
    )
  } finally {
    rmSync(draft, { force: true })
  }
}

/** A hard link appears whole and only once: of two processes, one fails. Some disks have no links; a copy must do there. */
function placed(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
  }
  try {
    copyFileSync(draft, path, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

function refuseIfHeld(holder: Holder | undefined, data_dir: string): void {
  if (!holder || startedAt(holder.pid) !== holder.started) return
  throw new CannotStart(
    `${data_dir} is in use by a running installation (process ${holder.pid}) at ${holder.address}. ` +
      `Stop that one, or set DATA_DIR and PORT to others.`,
  )
}

/** Moves a stale lock away; if what it moved turns out to be a fresh one, puts that back. */
function discardStale(path: string, data_dir: string): void {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  try {
    refuseIfHeld(read(aside), data_dir)
  } catch (error) {
    placed(aside, path)
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function release(path: string, mine: Holder): void {
  const holder = read(path)
  if (holder?.pid === mine.pid && holder.started === mine.started) rmSync(path, { force: true })
}

function read(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isHolder(value) ? value : undefined
  } catch (error) {
    // Gone meanwhile, or cut short by a power failure: both are as good as no lock.
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false
  const { pid, started, address } = value as Partial<Holder>
  return Number.isInteger(pid) && typeof started === 'string' && typeof address === 'string'
}
