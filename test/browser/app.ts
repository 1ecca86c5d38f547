import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export type App = {
  url: string
  email: string
  password: string
  /** Asks the API as the administrator; throws with the refusal's sentence. */
  api: (method: string, path: string, body?: unknown) => Promise<Row>
  stop: () => Promise<void>
}
// oxlint-disable-next-line typescript/no-explicit-any -- rows of every noun, read by the tests as they expect them
export type Row = any

/** The program as a newcomer starts it, on a folder and ports of its own, without the demo's customers. */
export async function startApp(): Promise<App> {
  if (!existsSync(join(root, 'apps/admin/dist/index.html')))
    throw new Error('The admin app is not built: npm run build -w apps/admin.')
  const folder = mkdtempSync(join(tmpdir(), 'isp-browser-'))
  chmodSync(folder, 0o755) // Under root, PostgreSQL runs as another user, whom mkdtemp's 0700 shuts out.
  const [port, auth, acct] = await freePorts(3)
  const child = spawn(process.execPath, [join(root, 'apps/server/src/main.ts')], {
    cwd: root,
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: join(folder, 'data'),
      RADIUS_AUTH_PORT: String(auth),
      RADIUS_ACCT_PORT: String(acct),
      ISP_DEMO: '0',
      DATABASE_URL: '',
    },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; !/Stop with Ctrl-C/.test(output); tries++) {
    if (child.exitCode !== null || tries > 600) throw new Error(`The program did not start:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const email = /Sign in as\s+(\S+)/.exec(output)?.[1] ?? ''
  const password = /Password\s+(\S+)/.exec(output)?.[1] ?? ''
  const cookie = await signIn(url, email, password)
  return {
    url,
    email,
    password,
    api: (method, path, body) => ask(url, cookie, method, path, body),
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function signIn(url: string, email: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/sign_in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}

async function ask(url: string, cookie: string, method: string, path: string, body: unknown): Promise<Row> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      cookie,
      ...(body === undefined
        ? {}
        : { 'content-type': body instanceof Blob ? body.type : 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
    },
    body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

/** Ports that nobody listens on, TCP; UDP ones of the same number are as good as free. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address()
      server.close()
      await once(server, 'close')
      return typeof address === 'object' && address ? address.port : 0
    }),
  )
}
