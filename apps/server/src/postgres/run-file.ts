import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import type { Connection } from './connection.ts'
import { errorCode, replaceFile } from './files.ts'
import { startedAt } from './processes.ts'

/** A running installation, as `isp` commands find it. */
export type Running = {
  pid: number
  /** Where it answers HTTP, such as `http://127.0.0.1:8080`. */
  address: string
  http_port: number
  /** The built-in PostgreSQL; null with DATABASE_URL. */
  postgres: Connection | null
}

/** Writes `data_dir/run.json` (mode 0600, it holds a password) for this process. */
export function writeRunFile(data_dir: string, running: Omit<Running, 'pid'>): void {
  const record = { pid: process.pid, started: startedAt(process.pid), ...running }
  replaceFile(runFile(data_dir), `${JSON.stringify(record, null, 2)}\n`)
}

export function removeRunFile(data_dir: string): void {
  rmSync(runFile(data_dir), { force: true })
}

/** The installation that runs on this data folder; undefined when none does. */
export function readRunning(data_dir: string): Running | undefined {
  const path = runFile(data_dir)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new CannotStart(
      `${path} cannot be read (${errorCode(error)}). Run isp as the user who started the installation.`,
    )
  }
  const { started, ...running } = JSON.parse(text) as Running & { started: string }
  return startedAt(running.pid) === started ? running : undefined
}

function runFile(data_dir: string): string {
  return join(data_dir, 'run.json')
}
