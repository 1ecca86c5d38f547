import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Connection, Embedded } from './index.ts'
import { lockDataDir, prepareDataDir, readRunning, startEmbedded } from './index.ts'
import { clusterMark } from './leftovers.ts'
import { processesMarked } from './processes.ts'

let folder: string
let data_dir: string
let running: Embedded | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'isp-postgres-'))
  data_dir = prepareDataDir(join(folder, 'data'))
  const first = await startEmbedded({ data_dir })
  expect(first.created).toBe(true)
  await query(first.connection, 'create table note (body text)')
  await first.stop()
})

afterEach(async () => {
  await running?.stop()
  running = undefined
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function start(): Promise<Embedded> {
  running = await startEmbedded({ data_dir })
  return running
}

async function query(connection: Connection, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    const result = await client.query(sql)
    return result.rows
  } finally {
    await client.end()
  }
}

/** A server process that holds the database until it is killed. */
async function otherProcess(): Promise<{ pid: number; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hold.testing.ts'), data_dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exit])
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exit
  }
  return { pid: child.pid ?? 0, kill }
}

function postgresProcesses(): number[] {
  return processesMarked(clusterMark(join(data_dir, 'postgres', 'data')))
}

test('a second start keeps the data, takes no time and keeps port and password', async () => {
  const begin = performance.now()
  const { connection, created } = await start()
  // The aim is 300 ms; the bound allows for a busy machine and still excludes making the database anew or sleeping.
  expect(performance.now() - begin).toBeLessThan(1500)
  expect(created).toBe(false)
  expect(await query(connection, 'select * from note')).toEqual([])
  const kept = { port: connection.port, password: connection.password }
  await running?.stop()
  const again = await start()
  expect(again.connection).toMatchObject(kept)
})

test('the database is UTF-8, ordered by code point, with checksums, and knows letters of every script', async () => {
  const { connection } = await start()
  await query(connection, 'create extension if not exists pg_trgm')
  const [row] = await query(
    connection,
    `select current_setting('server_encoding') as encoding, current_setting('data_checksums') as checksums,
      current_setting('fsync') as fsync, current_setting('TimeZone') as time_zone, 'Z' < 'a' as by_code_point,
      upper('łódź') as upper, cardinality(show_trgm('Київ')) as trigrams`,
  )
  expect(row).toEqual({
    encoding: 'UTF8',
    checksums: 'on',
    fsync: 'on',
    time_zone: 'UTC',
    by_code_point: true,
    upper: 'ŁÓDŹ',
    trigrams: 5,
  })
})

test('it listens on 127.0.0.1 only and refuses a wrong password on the socket and over TCP', async () => {
  const { connection } = await start()
  expect(await query(connection, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  for (const host of [connection.host, '127.0.0.1']) {
    await expect(query({ ...connection, host, password: 'guess' }, 'select 1')).rejects.toMatchObject({
      code: '28P01',
    })
    expect(await query({ ...connection, host }, 'select 1 as one')).toEqual([{ one: 1 }])
  }
  expect(statSync(join(data_dir, 'postgres', 'password')).mode & 0o777).toBe(0o600)
  expect(statSync(join(data_dir, 'postgres', 'data')).mode & 0o077).toBe(0)
})

test('after kill -9 of the server alone, the PostgreSQL it left is ended and its open work rolled back', async () => {
  const other = await otherProcess()
  const left_behind = readRunning(data_dir)?.postgres
  if (!left_behind) throw new Error('run.json names no database')
  const client = new pg.Client(left_behind)
  client.on('error', () => {})
  await client.connect()
  await client.query("insert into note values ('committed')")
  await client.query("begin; insert into note values ('never committed')")
  await other.kill()
  expect(postgresProcesses().length).toBeGreaterThan(0)
  expect(readRunning(data_dir)).toBeUndefined()

  lockDataDir(data_dir, 'here').release()
  const { connection } = await start()
  expect(await query(connection, 'select body from note')).toEqual([{ body: 'committed' }])
  await client.end().catch(() => {})
})

test('after kill -9 of the server and every PostgreSQL process it recovers', async () => {
  const other = await otherProcess()
  const connection = readRunning(data_dir)?.postgres
  if (!connection) throw new Error('run.json names no database')
  await query(connection, "truncate note; insert into note values ('before the crash')")
  await other.kill()
  for (const pid of postgresProcesses()) process.kill(pid, 'SIGKILL')

  const again = await start()
  expect(await query(again.connection, 'select body from note')).toEqual([{ body: 'before the crash' }])
})

test('after kill -9 of the server and the postmaster, a backend still at work is ended first', async () => {
  const other = await otherProcess()
  const connection = readRunning(data_dir)?.postgres
  if (!connection) throw new Error('run.json names no database')
  const client = new pg.Client(connection)
  client.on('error', () => {})
  await client.connect()
  const busy = client
    .query('select count(*) from generate_series(1, 1e10::bigint) as n where n % 7 = 8')
    .catch(() => {})
  await other.kill()
  process.kill(
    Number.parseInt(readFileSync(join(data_dir, 'postgres', 'data', 'postmaster.pid'), 'utf8'), 10),
    'SIGKILL',
  )

  const again = await start()
  expect(await query(again.connection, 'select 1 as one')).toEqual([{ one: 1 }])
  await busy
})

test('a pid file whose process id now belongs to another program of the same user does not block the start', async () => {
  const pid_file = join(data_dir, 'postgres', 'data', 'postmaster.pid')
  const { uid, gid } = statSync(join(data_dir, 'postgres', 'data'))
  const identity = process.geteuid?.() === 0 && uid !== 0 ? { uid, gid } : {}
  const bystander = spawn('/bin/sh', ['-c', 'read line'], {
    ...identity,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  writeFileSync(
    pid_file,
    `${bystander.pid}\n${join(data_dir, 'postgres', 'data')}\n1700000000\n5432\n\n127.0.0.1\n`,
  )
  const { connection } = await start()
  expect(await query(connection, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(bystander.exitCode).toBeNull()
  bystander.stdin?.end()
})

test('a remembered port that is taken is replaced by another', async () => {
  const port = Number(readFileSync(join(data_dir, 'postgres', 'port'), 'utf8'))
  const taken = createServer().listen(port, '127.0.0.1')
  await once(taken, 'listening')
  const { connection } = await start()
  expect(connection.port).not.toBe(port)
  taken.close()
})

test('two installations run side by side', async () => {
  const { connection } = await start()
  const other = await startEmbedded({ data_dir: prepareDataDir(join(folder, 'other')), durable: false })
  expect(other.connection.port).not.toBe(connection.port)
  expect(await query(other.connection, 'show fsync')).toEqual([{ fsync: 'off' }])
  await other.stop()
  expect(await query(connection, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('an operator’s local.conf wins over ours', async () => {
  const local = join(data_dir, 'postgres', 'data', 'local.conf')
  writeFileSync(local, 'work_mem = 33MB\n', { mode: 0o644 })
  const { connection } = await start()
  expect(await query(connection, 'show work_mem')).toEqual([{ work_mem: '33MB' }])
  rmSync(local)
})

test('a setting PostgreSQL refuses is a sentence with its reason', async () => {
  const local = join(data_dir, 'postgres', 'data', 'local.conf')
  writeFileSync(local, 'wrok_mem = 33MB\n', { mode: 0o644 })
  await expect(start()).rejects.toThrow(/^PostgreSQL did not start: .*local\.conf/)
  rmSync(local)
})

test('data of another major version is refused in a sentence', async () => {
  const version_file = join(data_dir, 'postgres', 'data', 'PG_VERSION')
  const version = readFileSync(version_file, 'utf8')
  writeFileSync(version_file, '16\n')
  await expect(start()).rejects.toThrow(/made by PostgreSQL 16, and this is 18/)
  writeFileSync(version_file, version)
})

test('a PostgreSQL that ends by itself is reported, and stop leaves nothing behind', async () => {
  const first = await start()
  for (const pid of postgresProcesses()) process.kill(pid, 'SIGKILL')
  expect(await first.died).toMatch(/^PostgreSQL ended by itself/)
  const second = await start()
  await second.stop()
  await second.stop()
  // The log's writer ends a moment after the rest.
  await expect.poll(postgresProcesses).toEqual([])
  expect(existsSync(join(data_dir, 'postgres', 'data', 'postmaster.pid'))).toBe(false)
})
