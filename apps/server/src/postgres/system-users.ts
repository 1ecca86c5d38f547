import { readFileSync } from 'node:fs'
import type { Owner } from './files.ts'

export type SystemUser = Owner & { name: string | undefined }

/**
 * The user id for PostgreSQL on a machine without an OS user `postgres`. systemd's list of user id ranges leaves
 * 60706–61183 unused, and it fits the 65,536 ids of a rootless container.
 */
const SPARE_ID = 61_032

/** Whom PostgreSQL should run as when we are root: the OS user `postgres`, else an id that nobody has. */
export function databaseUser(passwd = readPasswd()): SystemUser {
  const postgres = passwd.find((user) => user.name === 'postgres' && user.uid !== 0)
  if (postgres) return postgres
  let spare = SPARE_ID
  while (passwd.some((user) => user.uid === spare)) spare += 1
  return { uid: spare, gid: spare, name: undefined }
}

/**
 * A user with a name, which `initdb` insists on (it looks its own user id up): `wanted` itself if it has one, else
 * `nobody` or the first one that is not root. Undefined where /etc/passwd has no such line.
 */
export function namedUser(wanted: Owner, passwd = readPasswd()): SystemUser | undefined {
  return (
    passwd.find((user) => user.uid === wanted.uid) ??
    passwd.find((user) => user.name === 'nobody' && user.uid > 0) ??
    passwd.find((user) => user.uid > 0)
  )
}

/** This process's user id; -1 on Windows, which has none. */
export function myUid(): number {
  return process.geteuid?.() ?? -1
}

/** `jan` or, for a user without a name, `uid 1234`. */
export function userLabel(uid: number): string {
  return readPasswd().find((user) => user.uid === uid)?.name ?? `uid ${uid}`
}

function readPasswd(): SystemUser[] {
  let text: string
  try {
    text = readFileSync('/etc/passwd', 'utf8')
  } catch {
    return []
  }
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((parts) => parts.length >= 4)
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => Number.isInteger(user.uid) && Number.isInteger(user.gid))
}
