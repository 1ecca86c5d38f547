import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'
import { createPool, type Connection } from './db.ts'

/**
 * Forward-only SQL files beside their modules, in one global order by file name, each in a transaction of its own, guarded by an
 * advisory lock so that two processes may start at once. A file that was changed after it ran is a mistake, and said.
 */
export async function migrate(
  migrator: Connection,
  app_role: string,
  told: (name: string) => void = () => {},
): Promise<number> {
  const client = new pg.Client(migrator)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(4711)')
    await client.query(`select set_config('isp.app_role', $1, false)`, [app_role])
    await client.query(
      `create table if not exists schema_migrations (name text primary key, checksum text not null, ran_at timestamptz not null default now())`,
    )
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from schema_migrations',
    )
    const ran = new Map(rows.map((row) => [row.name, row.checksum]))
    const waiting = migrationFiles().filter((file) => {
      const checksum = ran.get(file.name)
      if (checksum !== undefined && checksum !== file.checksum) {
        throw new Error(
          `Migration ${file.name} was changed after it ran here. Migrations only go forward: undo the change and add a new file.`,
        )
      }
      return checksum === undefined
    })
    if (waiting.length > 0) {
      const pgPool = createPool(migrator, { max: 2, name: 'isp-migrate', pipeline: false })
      await runMigrations({ pgPool, logger: quiet }).finally(() => pgPool.end())
    }
    for (const file of waiting) {
      told(file.name)
      await client.query('begin')
      try {
        await client.query(file.text)
        await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
          file.name,
          file.checksum,
        ])
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw new Error(
          `Migration ${file.name} failed: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        )
      }
    }
    return waiting.length
  } finally {
    await client.end()
  }
}

export type MigrationFile = { name: string; text: string; checksum: string }

export function migrationFiles(): MigrationFile[] {
  const root = new URL('..', import.meta.url).pathname
  return globSync(['kernel/migrations/*.sql', 'modules/*/migrations/*.sql'], { cwd: root })
    .map((path) => {
      const text = readFileSync(root + path, 'utf8')
      return { name: basename(path), text, checksum: createHash('sha256').update(text).digest('hex') }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** graphile-worker says what it migrates; our own progress line has said it already. */
const quiet = { error() {}, warn() {}, info() {}, debug() {}, scope: () => quiet } as never
