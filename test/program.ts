import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The real program as a process of its own, on a data folder of its own: what can be killed. */
export type Program = {
  address: string
  data_dir: string
  radius: { auth_port: number; acct_port: number }
  token: string
  /** kill -9 of the program; its PostgreSQL is left behind as a crash would leave it. */
  kill(): Promise<void>
  start(): Promise<void>
  cli(...args: string[]): Promise<string>
  get(path: string): Promise<any>
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  remove(): Promise<void>
}

export async function startProcess(env: Record<string, string> = {}): Promise<Program> {
  const data_dir = env.FORCE_DATA_DIR ?? mkdtempSync(join(tmpdir(), 'isp-program-'))
  chmodSync(data_dir, 0o755)
  const [port, auth_port, acct_port] = [freePort(), freePort(), freePort()]
  const environment = {
    ...process.env,
    ISP_DEMO: '0',
    LOG_LEVEL: 'error',
    ...env,
    DATA_DIR: data_dir,
    PORT: env.FORCE_PORT ?? String(port),
    RADIUS_HOST: '127.0.0.1',
    RADIUS_AUTH_PORT: env.FORCE_RADIUS_AUTH_PORT ?? String(auth_port),
    RADIUS_ACCT_PORT: String(acct_port),
  }
  let child: ChildProcess | undefined
  const program: Program = {
    address: `http://127.0.0.1:${port}`,
    data_dir,
    radius: { auth_port, acct_port },
    token: '',
    async start() {
      child = spawn(process.execPath, ['apps/server/src/main.ts'], {
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const said: string[] = []
      const lines = createInterface({ input: child.stderr! })
      await new Promise<void>((resolve, reject) => {
        lines.on('line', (line) => {
          said.push(line)
          if (line.endsWith('Ready.')) resolve()
        })
        child!.once('exit', (code) =>
          reject(new Error(`The program ended with ${code}:\n${said.join('\n')}`)),
        )
      })
    },
    async kill() {
      const ended = once(child!, 'exit')
      child!.kill('SIGKILL')
      await ended
    },
    async cli(...args) {
      const cli = spawn(process.execPath, ['apps/server/src/cli.ts', ...args], {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [out, err] = [cli.stdout, cli.stderr].map(async (stream) =>
        Buffer.concat(await stream.toArray()).toString(),
      )
      await once(cli, 'exit')
      if (cli.exitCode !== 0)
        throw new Error(`isp ${args.join(' ')} ended with ${cli.exitCode}: ${await err}`)
      return (await out)!.trim()
    },
    send: (method, path, body, headers = {}) =>
      fetch(`${program.address}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${program.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async get(path) {
      const response = await program.send('GET', path)
      const answer = (await response.json()) as object
      if (!response.ok) throw new Error(`GET ${path}: ${JSON.stringify(answer)}`)
      return answer
    },
    async remove() {
      if (child?.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await ended
      }
      rmSync(data_dir, { recursive: true, force: true })
    },
  }
  await program.start().catch(async (error: unknown) => {
    await program.remove()
    throw error
  })
  program.token = await program.cli('token', 'create', '--role', 'admin')
  return program
}

const first = 30_000 + (process.pid % 9000) * 3
let given = 0
const freePort = () => first + given++
