import { createHash } from 'node:crypto'
import pg from 'pg'
import { setUpDatabase, type Connections, connectionsFor } from '../database.ts'
import type { Connection } from '../db.ts'
import { newId } from '../ids.ts'
import { migrationFiles } from '../migrate.ts'

/**
 * A database of its own for a test file: a clone (about 80 ms) of a template that is migrated once a run. TEST_POSTGRES names the
 * server; `npm test` starts one.
 */
export type TestDatabase = { connections: Connections; admin: Connection; drop(): Promise<void> }

const passwords = { migrator: 'test-migrator', app: 'test-app' }

export async function testDatabase(): Promise<TestDatabase> {
  const server = testServer()
  const template = `isp_template_${createHash('sha256')
    .update(
      migrationFiles()
        .map((file) => file.checksum)
        .join(),
    )
    .digest('hex')
    .slice(0, 12)}`
  const name = `isp_test_${newId().replaceAll('-', '')}`
  const client = new pg.Client(server)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(4712)')
    const known = await client.query('select 1 from pg_database where datname = $1', [template])
    if (known.rowCount === 0) {
      await client.query(`drop database if exists ${template}_new`)
      await setUpDatabase(server, `${template}_new`, passwords, 'isp_test')
      await client.query(`alter database ${template}_new rename to ${template}`)
    }
    await client.query(
      `create database ${name} template ${template} owner isp_test_migrator strategy file_copy`,
    )
    await client.query('select pg_advisory_unlock(4712)')
  } finally {
    await client.end()
  }
  return {
    connections: connectionsFor(server, name, passwords, 'isp_test'),
    admin: { ...server, database: name },
    async drop() {
      const last = new pg.Client(server)
      await last.connect()
      await last.query(`drop database if exists ${name} with (force)`).finally(() => last.end())
    },
  }
}

function testServer(): Connection {
  const text = process.env.TEST_POSTGRES
  if (!text)
    throw new Error(
      'TEST_POSTGRES is not set. Run tests by “npm test -- path/to/file.test.ts”, which starts a PostgreSQL for them.',
    )
  return JSON.parse(text) as Connection
}
