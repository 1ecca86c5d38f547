import { chownSync, existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { findBinaries } from './binaries.ts'
import { CannotStart } from './cannot-start.ts'
import { checkVersion, createCluster, SUPERUSER, superuserPassword } from './cluster.ts'
import type { Connection } from './connection.ts'
import type { Owner } from './files.ts'
import { giveTo, makeFolder, replaceFile } from './files.ts'
import type { Layout } from './layout.ts'
import { layoutOf } from './layout.ts'
import { endLeftovers } from './leftovers.ts'
import { memoryBytes, sharedMemoryBytes } from './machine.ts'
import { choosePort } from './port.ts'
import { untilReady } from './ready.ts'
import type { RunAs } from './run-as.ts'
import { chooseRunAs } from './run-as.ts'
import { Server } from './server.ts'
import { settingsText } from './settings.ts'
import { databaseUser, myUid, userLabel } from './system-users.ts'

export type Embedded = {
  connection: Connection
  /** True when this start made the database. */
  created: boolean
  /** Resolves with a sentence if PostgreSQL ends without `stop` having been called. */
  died: Promise<string>
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. May be called twice. */
  stop(): Promise<void>
}

type Options = {
  /** An absolute path, from `prepareDataDir`. */
  data_dir: string
  /** False in tests only: no fsync. */
  durable?: boolean
  /** Receives a sentence for each step that takes time. */
  log?: (sentence: string) => void
}

/**
 * Starts the built-in PostgreSQL on `data_dir/postgres`, making the database if there is none, and resolves when it
 * takes connections. The caller holds the lock of `data_dir`. Throws `CannotStart`.
 */
export async function startEmbedded({
  data_dir,
  durable = true,
  log = () => {},
}: Options): Promise<Embedded> {
  const layout = layoutOf(data_dir)
  const binaries = findBinaries()
  makeFolder(layout.folder, 0o750)
  checkOwner(layout.folder)
  const created = !existsSync(layout.data)
  if (!created) {
    checkOwner(layout.data)
    checkVersion(layout, binaries)
    await endLeftovers(layout.data, log)
  }
  const way = chooseWay(data_dir, layout, binaries)
  const password = superuserPassword(layout)
  if (created) {
    log('Creating the database.')
    await createCluster(layout, binaries, way, { password, durable })
  }
  return { ...(await launch(layout, binaries, way, { password, durable, log })), created }
}

/** A plain user cannot open another user's database, nor one that was made under root. */
function checkOwner(path: string): void {
  const { uid } = statSync(path)
  const me = myUid()
  if (process.platform === 'win32' || me === 0 || uid === me) return
  throw new CannotStart(
    `The database in ${path} belongs to ${userLabel(uid)} and this is ${userLabel(me)}. ` +
      `Start as ${userLabel(uid)}, or hand the whole data folder over with: sudo chown -R ${me} ${dirname(path)}`,
  )
}

function chooseWay(data_dir: string, layout: Layout, binaries: Binaries): RunAs {
  const owner = ordinaryOwner(existsSync(layout.data) ? layout.data : data_dir)
  if (myUid() === 0) for (const path of [data_dir, layout.folder]) letIn(path, owner ?? databaseUser())
  const way = chooseRunAs(layout.socket, binaries.postgres, owner)
  makeFolder(layout.log, 0o700)
  for (const path of [layout.data, layout.log]) {
    if (way.owner && existsSync(path) && statSync(path).uid !== way.owner.uid) giveTo(path, way.owner)
  }
  return way
}

function ordinaryOwner(path: string): Owner | undefined {
  const { uid, gid } = statSync(path)
  return uid === 0 ? undefined : { uid, gid }
}

/** A folder of root's that its group may enter is handed to PostgreSQL's group. Folders set up otherwise stay as they are. */
function letIn(path: string, user: Owner): void {
  const { uid, gid, mode } = statSync(path)
  const only_its_group = (mode & 0o010) !== 0 && (mode & 0o001) === 0
  if (uid === 0 && gid === 0 && only_its_group) chownSync(path, 0, user.gid)
}

/** Starts the server; if another program takes the chosen port in the same moment, again with another port. */
async function launch(
  layout: Layout,
  binaries: Binaries,
  way: RunAs,
  options: { password: string; durable: boolean; log: (sentence: string) => void },
): Promise<Omit<Embedded, 'created'>> {
  const socket_dir = socketDir(layout)
  const host = socket_dir ?? '127.0.0.1'
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(layout.port)
    replaceFile(join(layout.data, 'isp.conf'), settings(layout, port, options.durable))
    const server = new Server(layout, binaries, way)
    const connection = { host, port, user: SUPERUSER, password: options.password, database: 'postgres' }
    try {
      await untilReady(connection, { ended: () => server.ended, log: options.log })
      return { connection, died: server.died, stop: () => server.stop() }
    } catch (error) {
      await server.stop()
      const reason = server.lastWords()
      if (/could not create any TCP\/IP sockets/.test(reason) && attempt < 5) continue
      throw reason === '' ? error : new CannotStart(`PostgreSQL did not start: ${reason}`)
    }
  }
}

function settings(layout: Layout, port: number, durable: boolean): string {
  return settingsText({
    port,
    socket_dir: socketDir(layout),
    log_dir: layout.log,
    memory_bytes: memoryBytes(),
    shared_memory_bytes: sharedMemoryBytes(),
    durable,
  })
}

/** A Unix socket's path holds at most 107 bytes (103 on macOS). */
function socketDir(layout: Layout): string | undefined {
  if (process.platform === 'win32') return undefined
  return Buffer.byteLength(join(layout.socket, '.s.PGSQL.65535')) <= 103 ? layout.socket : undefined
}
