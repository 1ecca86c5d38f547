import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import {
  connectionUrl,
  lockDataDir,
  startEmbedded,
  type Connection,
} from '../apps/server/src/postgres/index.ts'
import { postgresCpu_us, processCpu_us } from './cpu.ts'

/**
 * What every line stands on: one PostgreSQL in a folder of its own, a database with 100,000 customers made once and cloned for
 * each line that writes, and the real program as a process of its own.
 */
export type Bench = {
  /** A folder for what lasts as long as this run. */
  folder: string
  say(sentence: string): void
  postgres: { connection: Connection; pid: number; cpu_us(): number }
  /** The database with the large tenant in it. Lines that only read share it; after one that writes, the next gets a fresh copy. */
  database(use: 'read' | 'write'): Promise<Database>
  start(database: Database, env?: Record<string, string>): Promise<Product>
  stop(): Promise<void>
}

export type Database = {
  name: string
  url: string
  tenant_id: string
  /** A connection as the superuser, to be ended by whoever asked for it. */
  admin(): Promise<pg.Client>
}

export type Product = {
  port: number
  pid: number
  data_dir: string
  /** An administrator's key of the large tenant. */
  token: string
  cpu_us(): number
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '..')

export async function openBench(say: (sentence: string) => void): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'isp-bench-'))
  // mkdtemp's 0700 would shut out the user PostgreSQL runs as under root.
  chmodSync(folder, 0o755)
  const lock = lockDataDir(folder, 'npm run bench')
  const embedded = await startEmbedded({ data_dir: folder })
  const pid = Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])
  const running = new Set<Product>()
  let template: Promise<string> | undefined
  let clean = false

  const named = (name: string, tenant_id: string): Database => ({
    name,
    tenant_id,
    url: connectionUrl(embedded.connection, name),
    async admin() {
      const client = new pg.Client({ ...embedded.connection, database: name })
      await client.connect()
      return client
    },
  })
  const start: Bench['start'] = async (database, env = {}) => {
    const product = await startProduct(join(folder, 'data'), database, env)
    running.add(product)
    return { ...product, stop: () => product.stop().finally(() => running.delete(product)) }
  }
  const maintain = async (statements: string[]): Promise<void> => {
    const admin = new pg.Client(embedded.connection)
    await admin.connect()
    for (const statement of statements) await admin.query(statement)
    await admin.end()
  }
  /** Answers the large tenant's id. */
  const makeTemplate = async (): Promise<string> => {
    say('Loading 100,000 customers with three services each.')
    await maintain(['create database bench'])
    const empty = named('bench', '')
    const product = await startProduct(join(folder, 'data'), empty, {})
    const { id } = await control(product, 'tenants', { name: 'Bench', currency: 'EUR' })
    await product.stop()
    const client = await empty.admin()
    await client.query(readFileSync(join(import.meta.dirname, 'seed.sql'), 'utf8').replaceAll(':tenant', id!))
    await client.query('vacuum analyze')
    await client.end()
    await maintain(['alter database bench rename to bench_template', 'checkpoint'])
    return id!
  }

  return {
    folder,
    say,
    postgres: { connection: embedded.connection, pid, cpu_us: () => postgresCpu_us(pid) },
    async database(use) {
      const tenant_id = await (template ??= makeTemplate())
      // Roles are named after their database, so there is one working copy, under one name.
      if (!clean)
        await maintain([
          'drop database if exists bench with (force)',
          'create database bench template bench_template owner bench_migrator strategy file_copy',
        ])
      clean = use === 'read'
      return named('bench', tenant_id)
    },
    start,
    async stop() {
      for (const product of running) await product.stop()
      await embedded.stop()
      lock.release()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startProduct(
  data_dir: string,
  database: Database,
  env: Record<string, string>,
): Promise<Product> {
  const port = await freePort()
  // As `npm start` does.
  const child = spawn(process.execPath, ['--max-semi-space-size=64', join(root, 'apps/server/src/main.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: data_dir,
      DATABASE_URL: database.url,
      ISP_DEMO: '0',
      ISP_ROLES: 'api,worker',
      LOG_LEVEL: 'warn',
      RATE_LIMIT_PER_MINUTE: '100000000',
      RADIUS_AUTH_PORT: '0',
      RADIUS_ACCT_PORT: '0',
      ...env,
    },
  })
  await untilReady(child, port)
  const product = {
    port,
    pid: child.pid!,
    data_dir,
    token: '',
    cpu_us: () => processCpu_us(child.pid!),
    stop: () => end(child),
  }
  if (database.tenant_id === '') return product
  const { token } = await control(product, 'tokens', { role: 'admin', tenant: database.tenant_id })
  return { ...product, token: token! }
}

/** What the `isp` command does: the running program's own door for whoever may read its data folder. */
async function control(
  product: Pick<Product, 'port' | 'data_dir'>,
  path: string,
  body: object,
): Promise<Record<string, string>> {
  const { token } = JSON.parse(readFileSync(join(product.data_dir, 'control.json'), 'utf8')) as {
    token: string
  }
  const response = await fetch(`http://127.0.0.1:${product.port}/internal/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`/internal/${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Record<string, string>
}

/** Until /readyz answers 200 and the control file is written. Throws with the program's last words when it ends before. */
export async function untilReady(child: ChildProcess, port: number, timeout_ms = 120_000): Promise<void> {
  let words = ''
  child.stderr?.on('data', (chunk) => (words = (words + String(chunk)).slice(-4000)))
  const until = performance.now() + timeout_ms
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`The program ended while starting: ${words}`)
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.ok) {
      await answer.body?.cancel()
      if (/Ready\./.test(words)) return
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`The program was not ready in ${timeout_ms / 1000} s: ${words}`)
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || !address) throw new Error('No port is free.')
  return address.port
}

/** A request to the product as its administrator; throws on a refusal. */
export async function call<T>(product: Product, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${product.port}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${product.token}`,
      ...(body ? { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}
