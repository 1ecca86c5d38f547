import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Config } from '#kernel/config.ts'
import {
  connectionOf,
  connectionsFor,
  newRolePasswords,
  setUpDatabase,
  type Connections,
  type RolePasswords,
} from '#kernel/database.ts'
import { opensKey } from '#kernel/crypto.ts'
import type { Connection } from '#kernel/db.ts'
import { migrate } from '#kernel/migrate.ts'
import { CannotStart, replaceFile, type Embedded } from './postgres/index.ts'

/**
 * The database ready for use, as its two roles. The embedded server's own superuser makes them at the first start; on a server of one's
 * own whoever DATABASE_URL names does, once, after which `DATA_DIR/database.json` is enough.
 */
export async function openDatabase(
  config: Config,
  data_dir: string,
  embedded: Embedded | undefined,
  anew = false,
): Promise<Connections> {
  const admin = embedded?.connection ?? connectionOf(config.database_url ?? '')
  const database = embedded ? 'isp' : admin.database
  const file = join(data_dir, 'database.json')
  const server = embedded ? 'embedded' : `${admin.host}:${admin.port}/${database}`
  const known = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { server: string; passwords: RolePasswords })
    : undefined
  try {
    if (known?.server === server && !embedded?.created && !anew) {
      const connections = connectionsFor(admin, database, known.passwords)
      await migrate(connections.migrator, connections.app.user)
      return connections
    }
    const passwords = newRolePasswords()
    const connections = await setUpDatabase(admin, database, passwords)
    replaceFile(file, JSON.stringify({ server, passwords }))
    return connections
  } catch (error) {
    if (embedded || !(error instanceof Error)) throw error
    throw new CannotStart(`The database of DATABASE_URL cannot be used: ${error.message}`)
  }
}

export async function dropDatabase(admin: Connection, database: string): Promise<void> {
  const client = new pg.Client(admin)
  await client.connect()
  await client
    .query(`drop database if exists ${client.escapeIdentifier(database)} with (force)`)
    .finally(() => client.end())
}

/**
 * Refuses to start with a key that opens nothing here, or none where there are secrets already: made anew, it would leave every password
 * and RADIUS secret unreadable. A backup holds no key unless that was asked for.
 */
export async function mustOpenSecrets({ migrator }: Connections, kek: Buffer | undefined): Promise<void> {
  const client = new pg.Client(migrator)
  await client.connect()
  const { rows } = await client
    .query<{ tenant_id: string; wrapped: Buffer }>('select tenant_id, wrapped from tenant_keys limit 1')
    .finally(() => client.end())
  const [known] = rows
  if (!known || (kek && opensKey(kek, known.tenant_id, known.wrapped))) return
  throw new CannotStart(
    kek
      ? 'The key of this installation does not open its secrets. Put the secret.json (or SECRET_KEY) back that belongs to this database.'
      : 'The key of this installation is missing. Put its secret.json back into the data folder, or set SECRET_KEY; a backup made without --with-key does not hold it.',
  )
}

/** A secret made at the first need and kept in the data folder, readable by its owner only. */
export function secretFile<T>(path: string, make: () => T): T {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as T
  const secret = make()
  replaceFile(path, JSON.stringify(secret))
  return secret
}
