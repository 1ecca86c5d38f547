import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readRunning } from '../../apps/server/src/postgres/index.ts'
import { residentMemory_mb } from '../cpu.ts'
import type { Line } from '../line.ts'
import { freePort, untilReady, type Bench } from '../world.ts'

/** `npm start` on an installation that exists: from the command to /readyz. The goal is fixed. */
export const start: Line = {
  name: 'start',
  unit: 's',
  bound: 1,
  async measure(bench) {
    const first_s = await npmStart(bench)
    const again_s: number[] = []
    for (let round = 0; round < 3; round++) again_s.push(await npmStart(bench))
    return {
      product: Math.min(...again_s),
      reference: 3,
      notes: [
        `first start ${first_s.toFixed(1)} s, then ${again_s.map((took) => took.toFixed(2)).join(' ')}`,
      ],
    }
  },
}

/** Resident memory of the program ten seconds after it is ready on data that exists, with every role and nobody there. */
export const memoryIdle: Line = {
  name: 'memory-idle',
  unit: 'MB',
  bound: 1,
  async measure(bench) {
    if (!existsSync(join(bench.folder, 'start'))) await npmStart(bench)
    let memory_mb = Number.NaN
    await npmStart(bench, async (pid) => {
      await new Promise((resolve) => setTimeout(resolve, 10_000))
      memory_mb = residentMemory_mb(pid)
    })
    return { product: memory_mb, reference: 160 }
  },
}

/** Starts the built-in PostgreSQL and all with it, waits, does `meanwhile`, stops. Answers how long it took to be ready, in s. */
async function npmStart(
  bench: Bench,
  meanwhile: (pid: number) => Promise<void> = async () => {},
): Promise<number> {
  const data_dir = join(bench.folder, 'start')
  mkdirSync(data_dir, { recursive: true })
  chmodSync(data_dir, 0o755)
  const port = await freePort()
  const npm = process.env.npm_execpath
  const [program, options] = npm ? [process.execPath, [npm]] : ['npm', []]
  const began_ms = performance.now()
  const child = spawn(program, [...options, 'start'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: data_dir,
      RADIUS_HOST: '127.0.0.1',
      RADIUS_AUTH_PORT: '0',
      RADIUS_ACCT_PORT: '0',
    },
  })
  try {
    await untilReady(child, port, 300_000)
    const took_s = (performance.now() - began_ms) / 1000
    await meanwhile(readRunning(data_dir)!.pid)
    return took_s
  } finally {
    // npm passes no signal on: the program itself is told.
    const running = readRunning(data_dir)
    if (running) process.kill(running.pid, 'SIGTERM')
    else child.kill('SIGTERM')
    while (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
