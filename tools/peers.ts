import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The real programs of others that tests and benchmarks talk to. A test that needs one is written with `testWith`
 * (test-with.ts) and left out, and counted, where it is absent.
 */
const PEERS = {
  freeradius: { debian: 'freeradius', found: () => inPath('freeradius') ?? inPath('radiusd') },
  radclient: { debian: 'freeradius-utils', found: () => inPath('radclient') },
  rlm_sql_postgresql: {
    debian: 'freeradius-postgresql',
    found: () =>
      ['/usr/lib/freeradius', '/usr/lib64/freeradius']
        .map((folder) => join(folder, 'rlm_sql_postgresql.so'))
        .find((path) => existsSync(path)),
  },
  pdftotext: { debian: 'poppler-utils', found: () => inPath('pdftotext') },
} as const

export type Peer = keyof typeof PEERS

const ALL = Object.keys(PEERS) as Peer[] // Object.keys forgets the literal names.

/** The path of a peer's program or library; undefined where it is absent. */
export function findPeer(peer: Peer): string | undefined {
  return PEERS[peer].found()
}

/** The peers that this machine lacks. */
export function missingPeers(): Peer[] {
  return ALL.filter((peer) => findPeer(peer) === undefined)
}

/**
 * Installs the Debian packages of absent peers, as root where there is apt. Failing is no error: the tests that need
 * them are left out. With REQUIRE_PEERS=1 their absence is, and the answer is a sentence.
 */
export function installPeers(): string | undefined {
  const missing = missingPeers()
  if (missing.length > 0 && process.geteuid?.() === 0 && inPath('apt-get')) install(missing)
  const absent = missingPeers()
  if (absent.length === 0 || process.env['REQUIRE_PEERS'] !== '1') return undefined
  return `REQUIRE_PEERS=1, and these are absent: ${absent.join(', ')}. On Debian: apt-get install ${packagesOf(absent).join(' ')}`
}

function install(missing: Peer[]): void {
  const begin = performance.now()
  process.stderr.write(`Installing ${missing.join(', ')} for the tests …`)
  withoutStartingServices(() => {
    if (!aptInstall(missing)) {
      run('apt-get', ['update', '-q'])
      aptInstall(missing)
    }
  })
  process.stderr.write(` ${Math.round((performance.now() - begin) / 1000)} s\n`)
}

function aptInstall(peers: Peer[]): boolean {
  return run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packagesOf(peers)])
}

/** Debian starts a daemon when it is installed; FreeRADIUS would take the ports of our own. */
function withoutStartingServices(work: () => void): void {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return work()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    work()
  } finally {
    rmSync(policy)
  }
}

function packagesOf(peers: Peer[]): string[] {
  return peers.map((peer) => PEERS[peer].debian)
}

function run(command: string, args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { env, stdio: 'ignore', timeout: 10 * 60_000 }).status === 0
}

/** Daemons live in sbin, which a plain user's PATH leaves out. */
function inPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

if (import.meta.main) {
  const refusal = installPeers()
  if (refusal !== undefined) {
    process.stderr.write(`${refusal}\n`)
    process.exitCode = 1
  }
}
