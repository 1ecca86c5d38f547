/**
 * `npm run dev`: the server restarted at every change, and the web app with hot reload on a port of its own, whose
 * dev server passes /api on to ISP_API. Ctrl-C ends both.
 */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')
const host = process.env['HOST'] ?? '127.0.0.1'
const port = process.env['PORT'] ?? '8080'

const programs = [
  start('server', ['--watch', '--watch-preserve-output', join('apps', 'server', 'src', 'main.ts')], root),
  start('web', [join(root, 'node_modules', 'vite', 'bin', 'vite.js')], join(root, 'apps', 'admin')),
]
// In a terminal Ctrl-C reaches all of us; each ends in its own time and we wait.
process.on('SIGINT', () => giveUpLater())
process.on('SIGTERM', stopAll)
await Promise.race(programs.map((program) => once(program, 'exit')))
stopAll()
await Promise.all(programs.map((program) => program.exitCode ?? program.signalCode ?? once(program, 'exit')))

function start(name: string, args: string[], cwd: string): ChildProcess {
  const env = {
    ...process.env,
    HOST: host,
    PORT: port,
    ISP_API: `http://${host}:${port}`,
    FORCE_COLOR: '1',
  }
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) if (stream) prefixLines(name, stream)
  return child
}

function prefixLines(name: string, stream: Readable): void {
  createInterface({ input: stream }).on('line', (line) => console.log(`${name.padEnd(6)} │ ${line}`))
}

function stopAll(): void {
  for (const program of programs) program.kill('SIGTERM')
  giveUpLater()
}

function giveUpLater(): void {
  setTimeout(() => programs.forEach((program) => program.kill('SIGKILL')), 15_000).unref()
}
