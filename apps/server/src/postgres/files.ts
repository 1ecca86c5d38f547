import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fchownSync, fsyncSync, lchownSync, mkdirSync } from 'node:fs'
import { openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { myUid } from './system-users.ts'

export type Owner = { uid: number; gid: number }

/**
 * Writes a whole file or nothing (mode 0600 unless told): a new file is filled, synced and renamed over the old one.
 * Written by root it takes its folder's owner, so that an installation started once with sudo stays its owner's;
 * and no link is followed, so that the owner cannot lead root to a file elsewhere.
 */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const fd = openSync(draft, 'wx', mode)
  try {
    writeSync(fd, text)
    const owner = ownerForNew(path)
    if (owner) fchownSync(fd, owner.uid, owner.gid)
    fsyncSync(fd)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
  renameSync(draft, path)
}

/** Makes one folder if it is absent, with the mode given whatever the umask; made by root it takes its parent's owner. */
export function makeFolder(path: string, mode: number): void {
  if (statSync(path, { throwIfNoEntry: false })) return
  mkdirSync(path)
  chmodSync(path, mode)
  const owner = ownerForNew(path)
  if (owner) lchownSync(path, owner.uid, owner.gid)
}

/** Gives a folder and everything in it to `owner`, links themselves and not what they point at. */
export function giveTo(path: string, owner: Owner): void {
  lchownSync(path, owner.uid, owner.gid)
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name)
    if (entry.isDirectory()) giveTo(child, owner)
    else lchownSync(child, owner.uid, owner.gid)
  }
}

/** The error code of a failed system call (`ENOENT`, `EACCES`, …), or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function ownerForNew(path: string): Owner | undefined {
  if (myUid() !== 0) return undefined
  const { uid, gid } = statSync(dirname(path))
  return { uid, gid }
}
