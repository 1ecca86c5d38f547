import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { App, Module } from '../app.ts'
import { readConfig } from '../config.ts'
import { act, systemPrincipal, type Ctx } from '../ctx.ts'
import { advanceClock, parseDuration, settle } from '../schedules.ts'
import { testDatabase, type TestDatabase } from './database.ts'

/** A whole ISP in a test: real PostgreSQL, the real program, its API spoken through Fastify's own injection. */
export type TestIsp = {
  app: App
  server: FastifyInstance
  database: TestDatabase
  kek: Buffer
  stop(): Promise<void>
}

export type Program = {
  createApp: typeof import('../../program.ts').createApp
  startProgram: typeof import('../../program.ts').startProgram
  createLog: typeof import('../../program.ts').createLog
  modules: readonly Module[]
}

/** The program is handed in, since the kernel knows no module: `startTestIsp(program)`; test/isp.ts does it for everybody. */
export async function startTestIsp(program: Program, env: Record<string, string> = {}): Promise<TestIsp> {
  const database = await testDatabase()
  const data_dir = await mkdtemp(join(tmpdir(), 'isp-test-'))
  const config = readConfig(
    {
      PORT: '0',
      DATA_DIR: data_dir,
      LOG_LEVEL: 'error',
      DATABASE_POOL: '8',
      ISP_ROLES: 'api,worker',
      RADIUS_AUTH_PORT: '0',
      RADIUS_ACCT_PORT: '0',
      RATE_LIMIT_PER_MINUTE: '10000000',
      ...env,
    },
    process.cwd(),
  )
  const kek = randomBytes(32)
  const app = program.createApp(config, database.connections, kek, program.modules)
  const running = await program.startProgram(app)
  await running.server.ready()
  return {
    app,
    server: running.server,
    database,
    kek,
    async stop() {
      await running.stop()
      await database.drop()
      await rm(data_dir, { recursive: true, force: true })
    },
  }
}

export type Answer<T = Record<string, unknown>> = {
  status: number
  body: T
  headers: Record<string, unknown>
}

/** Somebody with an API key, speaking JSON. */
export type Client = {
  tenant_id: string
  token: string
  call<T = any>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>
  get<T = any>(path: string): Promise<T>
  post<T = any>(path: string, body?: unknown, headers?: Record<string, string>): Promise<T>
  patch<T = any>(path: string, body: unknown): Promise<T>
  delete(path: string): Promise<void>
}

export function clientOf(isp: { server: FastifyInstance }, tenant_id: string, token: string): Client {
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const response = await isp.server.inject({
      method,
      url:
        path.startsWith('/') && !path.startsWith('/api/') && !path.startsWith('/healthz')
          ? `/api/v1${path}`
          : path,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const json =
      /json/.test(String(response.headers['content-type'])) &&
      !/ndjson/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      body: json && response.body ? JSON.parse(response.body) : response.body,
      headers: response.headers,
    }
  }
  const must = async (
    method: Parameters<Client['call']>[0],
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => {
    const answer = await call(method, path, body, headers)
    if (answer.status >= 400)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  return {
    tenant_id,
    token,
    call,
    get: (path) => must('GET', path) as never,
    post: (path, body = {}, headers) =>
      must('POST', path, body, {
        'idempotency-key': createHash('sha256').update(randomBytes(8)).digest('hex'),
        ...headers,
      }) as never,
    patch: (path, body) => must('PATCH', path, body) as never,
    async delete(path) {
      await must('DELETE', path)
    },
  }
}

export const asTenant = <T>(
  isp: { app: App },
  tenant_id: string,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> => act(isp.app, systemPrincipal(isp.app, tenant_id), {}, work)

/** Time passes, and everything it brings is done. */
export const advance = (isp: { app: App }, tenant_id: string, by: string) =>
  advanceClock(isp.app, tenant_id, parseDuration(by))

export const settled = (isp: { app: App }, tenant_id: string) => settle(isp.app, tenant_id, 30_000)
