import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { Refused } from '#kernel/refused.ts'
import { replaceFile, type Connection } from '../postgres/index.ts'
import { copyFile, listed } from './copy.ts'
import { manifestName, type Content, type Manifest } from './manifest.ts'

export type Source = {
  data_dir: string
  /** The embedded server, as its superuser. */
  connection: Connection
  /** Contents of files lie in a bucket. */
  files_in_s3: boolean
}

/**
 * Copies the running database and the files into a new folder: a base backup with the write-ahead log that it needs, so that the
 * restored database is as it was when the copy ended (PostgreSQL 18 manual, §25.3). Answers what was written.
 */
export async function takeBackup(source: Source, to: string, with_key: boolean): Promise<Manifest> {
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new Refused(409, 'backup_exists', `${to} is there already and not empty. Name a new folder.`)
  await mustHaveRoom(source, to)
  await mkdir(to, { recursive: true, mode: 0o700 })
  try {
    const { folders, contents, until_lsn } = await copyDatabase(source, to)
    for (const name of kept) await take(contents, join(source.data_dir, name), join(to, name), name)
    if (with_key)
      await take(contents, join(source.data_dir, 'secret.json'), join(to, 'secret.json'), 'secret.json')
    if (!source.files_in_s3) {
      // After the database: whatever it names was stored before it was named.
      const files = await listed(join(source.data_dir, 'files'), (path) => path === 'arriving')
      await takeAll(
        contents,
        files.files.map((path) => ({
          from: join(source.data_dir, 'files', path),
          to: join(to, 'files', path),
          path: `files/${path}`,
        })),
      )
    }
    const manifest: Manifest = {
      format: 1,
      made_at: new Date().toISOString(),
      postgres: readFileSync(join(pgdata(source), 'PG_VERSION'), 'utf8').trim(),
      until_lsn,
      with_key: with_key && contents.some(({ path }) => path === 'secret.json'),
      files: source.files_in_s3 ? 's3' : 'here',
      folders,
      contents,
      size_bytes: contents.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    }
    replaceFile(join(to, manifestName), JSON.stringify(manifest, null, 1))
    return manifest
  } catch (error) {
    await rm(to, { recursive: true, force: true })
    throw error
  }
}

/** Beside the database: what a start needs, and what must be forgotten again. They hold no key of the secrets. */
const kept = ['postgres/password', 'database.json', 'erasures.jsonl']

const pgdata = ({ data_dir }: Source): string => join(data_dir, 'postgres', 'data')

/** Several at once: each waits for the disk to have it for good. */
async function takeAll(
  contents: Content[],
  files: readonly { from: string; to: string; path: string }[],
): Promise<void> {
  const waiting = files.values()
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const { from, to, path } of waiting) await take(contents, from, to, path)
    }),
  )
}

async function take(contents: Content[], from: string, to: string, path: string): Promise<void> {
  const content = await copyFile(from, to, path)
  if (content) contents.push(content)
}

/** Made anew by every start, or of this running server only (PostgreSQL 18 manual, §25.3.4). */
const leftOut =
  /^(postmaster\.(pid|opts)|isp\.conf|backup_label.*|pg_(wal|replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)\/.+)$|(^|\/)(pgsql_tmp.*|pg_internal\.init.*|.*\.tmp)$/

async function copyDatabase(
  source: Source,
  to: string,
): Promise<{ folders: string[]; contents: Content[]; until_lsn: string }> {
  const client = new pg.Client(source.connection)
  await client.connect()
  const one = async (text: string, values: unknown[] = []): Promise<Record<string, string>> =>
    (await client.query<Record<string, string>>(text, values)).rows[0]!
  try {
    const { n } = await one('select count(*)::text as n from pg_tablespace')
    if (Number(n) > 2)
      throw new Refused(
        409,
        'tablespaces',
        'The database uses tablespaces of its own. Back it up with pg_basebackup.',
      )
    // Keeps the log from its start until it is copied; it goes with this connection.
    await one('select pg_create_physical_replication_slot($1, true, true)', [
      `isp_backup_${randomBytes(6).toString('hex')}`,
    ])
    const { first } = await one(
      `select pg_walfile_name(pg_backup_start('isp backup', fast => true)) as first`,
    )
    const { folders, files } = await listed(pgdata(source), (path) => leftOut.test(path))
    const contents: Content[] = []
    const place = (path: string) => join(to, 'postgres', 'data', path)
    await takeAll(
      contents,
      files.map((path) => ({
        from: join(pgdata(source), path),
        to: place(path),
        path: `postgres/data/${path}`,
      })),
    )
    const { lsn, last, label } = await one(`
      select lsn::text, pg_walfile_name(lsn) as last, labelfile as label from pg_backup_stop(wait_for_archive => false)`)
    writeFileSync(place('backup_label.copied'), label!, { mode: 0o600 })
    await take(contents, place('backup_label.copied'), place('backup_label'), 'postgres/data/backup_label')
    await rm(place('backup_label.copied'))
    const log = await listed(join(pgdata(source), 'pg_wal'), () => false)
    for (const name of log.files)
      if (name.endsWith('.history') || (/^[0-9A-F]{24}$/.test(name) && name >= first! && name <= last!))
        await take(
          contents,
          join(pgdata(source), 'pg_wal', name),
          place(`pg_wal/${name}`),
          `postgres/data/pg_wal/${name}`,
        )
    if (!contents.some(({ path }) => path.endsWith(`/${last}`)))
      throw new Error(`The write-ahead log ${last} is not there.`)
    return {
      folders: [...new Set([...folders, 'pg_wal', 'pg_wal/archive_status'])].map(
        (path) => `postgres/data/${path}`,
      ),
      contents,
      until_lsn: lsn!,
    }
  } finally {
    await client.end()
  }
}

async function mustHaveRoom(source: Source, to: string): Promise<void> {
  const client = new pg.Client(source.connection)
  await client.connect()
  const { rows } = await client
    .query<{ bytes: string }>('select sum(pg_database_size(oid))::text as bytes from pg_database')
    .finally(() => client.end())
  const needed_bytes =
    Number(rows[0]!.bytes) * 1.1 + (source.files_in_s3 ? 0 : await sizeOf(join(source.data_dir, 'files')))
  const place = await statfs(nearest(to))
  const free_bytes = place.bavail * place.bsize
  if (free_bytes < needed_bytes)
    throw new Refused(
      507,
      'no_room_for_backup',
      `There are ${gigabytes(free_bytes)} free at ${to}; the backup needs about ${gigabytes(needed_bytes)}.`,
    )
}

async function sizeOf(folder: string): Promise<number> {
  const { files } = await listed(folder, () => false)
  let bytes = 0
  for (const path of files) bytes += (await stat(join(folder, path)).catch(() => ({ size: 0 }))).size
  return bytes
}

const nearest = (path: string): string => (existsSync(path) ? path : nearest(join(path, '..')))
const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`
