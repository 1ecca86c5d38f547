import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { CannotStart } from './cannot-start.ts'
import { giveTo, replaceFile } from './files.ts'
import type { Layout } from './layout.ts'
import type { RunAs } from './run-as.ts'
import { chooseForInitdb, commandAs } from './run-as.ts'

export const SUPERUSER = 'postgres'

/** The superuser's password, made at the first start. */
export function superuserPassword(layout: Layout): string {
  if (existsSync(layout.password)) return readFileSync(layout.password, 'utf8').trim()
  if (existsSync(layout.data)) {
    throw new CannotStart(
      `The database in ${layout.data} has lost its password file ${layout.password}. Put it back from a backup.`,
    )
  }
  const password = randomBytes(24).toString('base64url')
  replaceFile(layout.password, `${password}\n`)
  return password
}

/** Refuses data of another major version, which these programs cannot read. */
export function checkVersion(layout: Layout, binaries: Binaries): void {
  const major = readFileSync(join(layout.data, 'PG_VERSION'), 'utf8').trim()
  if (major === binaries.major) return
  throw new CannotStart(
    `The database in ${layout.data} was made by PostgreSQL ${major}, and this is ${binaries.major}. ` +
      `Go back to the release that made it, and bring the data over with isp backup and isp restore.`,
  )
}

/**
 * Makes the database: UTF-8, text ordered by code point the same on every machine, checksums on. It is built
 * beside its place and moved there when it is complete, so that a kill on the way leaves nothing half made.
 */
export async function createCluster(
  layout: Layout,
  binaries: Binaries,
  way: RunAs,
  options: { password: string; durable: boolean },
): Promise<void> {
  const builder = chooseForInitdb(layout.socket, binaries.postgres, way)
  const draft = `${layout.data}.new`
  const password_file = join(layout.socket, 'initdb-password')
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft)
  chmodSync(draft, 0o700)
  replaceFile(password_file, `${options.password}\n`)
  if (builder.owner) for (const path of [draft, layout.socket]) giveTo(path, builder.owner)

  const args = [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${password_file}`,
    '--auth-local=scram-sha-256',
    '--auth-host=scram-sha-256',
    '--data-checksums',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...letters(),
    '--no-instructions',
  ]
  if (!options.durable) args.push('--no-sync')
  const result = await run(builder, binaries.initdb, args)
  rmSync(password_file, { force: true })
  if (way.owner) giveTo(layout.socket, way.owner)
  if (result.code !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new CannotStart(
      `PostgreSQL could not make its database in ${layout.data}: ${lastLine(result.output)}`,
    )
  }
  appendFileSync(join(draft, 'postgresql.conf'), "\ninclude 'isp.conf'\ninclude_if_exists 'local.conf'\n")
  if (way.owner) giveTo(draft, way.owner)
  renameSync(draft, layout.data)
}

/** Text search and trigrams still ask the C library what a letter is: under plain C, Київ has none. */
function letters(): string[] {
  if (process.platform === 'win32') return []
  return [`--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`]
}

function run(way: RunAs, program: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const [command, words, identity] = commandAs(way, program, args)
  return new Promise((resolve) => {
    const child = spawn(command, words, { ...identity, stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.on('error', (error) => resolve({ code: -1, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}

function lastLine(output: string): string {
  const lines = output.trim().split('\n')
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'no reason given'
}
