import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Connection } from './db.ts'
import { migrate } from './migrate.ts'

/** Two roles: the migrator owns the schema and runs migrations, jobs and entity DDL; the application's owns nothing. */
export type Connections = { migrator: Connection; app: Connection }
export type RolePasswords = { migrator: string; app: string }

export const newRolePasswords = (): RolePasswords => ({
  migrator: randomBytes(24).toString('base64url'),
  app: randomBytes(24).toString('base64url'),
})

/**
 * Makes roles and database where they are missing and brings the schema up to date. `admin` may create roles and databases; it is
 * used here only. Answers the connections everything else uses.
 */
export async function setUpDatabase(
  admin: Connection,
  database: string,
  passwords: RolePasswords,
  prefix = database,
): Promise<Connections> {
  const connections = connectionsFor(admin, database, passwords, prefix)
  const client = await connectAsAdmin(admin)
  try {
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    )
    if ((rows[0]?.version ?? 0) < 180_000) throw new Error('ISP Framework needs PostgreSQL 18 or newer.')
    for (const role of [connections.migrator, connections.app]) {
      const password = client.escapeLiteral(role.password ?? '')
      const name = client.escapeIdentifier(role.user)
      const known = await client.query('select 1 from pg_roles where rolname = $1', [role.user])
      if (known.rowCount === 0) await client.query(`create role ${name} login password ${password}`)
      else await client.query(`alter role ${name} login password ${password}`)
    }
    const known = await client.query('select 1 from pg_database where datname = $1', [database])
    const owner = client.escapeIdentifier(connections.migrator.user)
    // Whoever makes a database for another role must belong to it.
    await client.query(`grant ${owner} to current_user`)
    // The outbox's horizon is found among the application's running transactions, which only its members may see.
    await client.query(`grant ${client.escapeIdentifier(connections.app.user)} to ${owner}`)
    if (known.rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(database)} owner ${owner}`)
    else
      await client.query(`grant create, connect on database ${client.escapeIdentifier(database)} to ${owner}`)
  } finally {
    await client.end()
  }
  const inside = new pg.Client({ ...admin, database })
  await inside.connect()
  try {
    await inside.query(
      `grant create, usage on schema public to ${inside.escapeIdentifier(connections.migrator.user)}`,
    )
  } finally {
    await inside.end()
  }
  await migrate(connections.migrator, connections.app.user)
  return connections
}

/** Through the server's own database when there is one, since the wanted one may not exist yet. */
async function connectAsAdmin(admin: Connection): Promise<pg.Client> {
  const open = async (database: string) => {
    const client = new pg.Client({ ...admin, database, connectionTimeoutMillis: 10_000 })
    await client.connect()
    return client
  }
  return open('postgres').catch(() => open(admin.database))
}

/** Roles belong to a whole server, so their names begin with the database's: two installations may share a server. */
export function connectionsFor(
  server: Connection,
  database: string,
  passwords: RolePasswords,
  prefix = database,
): Connections {
  const { host, port, ssl } = server
  const base = { host, port, database, ...(ssl ? { ssl } : {}) }
  return {
    migrator: { ...base, user: `${prefix}_migrator`, password: passwords.migrator },
    app: { ...base, user: `${prefix}_app`, password: passwords.app },
  }
}

export function connectionOf(url: string): Connection {
  const parsed = new URL(url)
  const ssl = ['require', 'verify-full', 'verify-ca'].includes(parsed.searchParams.get('sslmode') ?? '')
  return {
    host: decodeURIComponent(parsed.hostname) || '127.0.0.1',
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username) || 'postgres',
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)) || 'isp',
    ...(ssl ? { ssl } : {}),
  }
}
