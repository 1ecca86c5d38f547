/**
 * `npm test [-- path or Vitest option …]`: one PostgreSQL for the whole run, then Vitest. Tests find the database in
 * TEST_POSTGRES, the JSON of a superuser's connection (`Connection` of apps/server/src/postgres).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { lockDataDir, startEmbedded } from '../apps/server/src/postgres/index.ts'
import { endLeftovers } from '../apps/server/src/postgres/leftovers.ts'
import { missingPeers } from './peers.ts'

const PREFIX = 'isp-test-'

await removeAbandoned()
const folder = mkdtempSync(join(tmpdir(), PREFIX))
// mkdtemp's 0700 would shut out the user PostgreSQL runs as under root.
chmodSync(folder, 0o755)
const lock = lockDataDir(folder, 'npm test')
const postgres = await startEmbedded({ data_dir: folder, durable: false })
const left_out_file = join(folder, 'left-out.json')

// Ctrl-C reaches Vitest too, which ends by itself; we stay to stop the database.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => vitest.kill('SIGTERM'))
const vitest = spawn(process.execPath, [vitestProgram(), 'run', ...reporters(), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    TEST_POSTGRES: JSON.stringify(postgres.connection),
    TEST_LEFT_OUT_FILE: left_out_file,
  },
})
const [code] = await once(vitest, 'exit')
for (const line of closingLines()) console.log(line)

await postgres.stop()
lock.release()
rmSync(folder, { recursive: true, force: true })
process.exitCode = typeof code === 'number' ? code : 1

function vitestProgram(): string {
  return join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
}

function reporters(): string[] {
  return ['--reporter=default', `--reporter=${join(import.meta.dirname, 'left-out-reporter.ts')}`]
}

/** What this run could not show for want of a real peer. */
function closingLines(): string[] {
  if (!existsSync(left_out_file)) return []
  const counts: Record<string, number> = JSON.parse(readFileSync(left_out_file, 'utf8'))
  const lines = Object.entries(counts).map(
    ([absent, tests]) => `Left out (no ${absent}): ${tests} ${tests === 1 ? 'test' : 'tests'}`,
  )
  const missing = missingPeers()
  if (lines.length > 0)
    lines.push(`Absent here: ${missing.join(', ')}. As root on Debian npm test installs them.`)
  return lines
}

/** Ends and removes what test runs that were killed have left: their databases run on otherwise. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const abandoned = join(tmpdir(), name)
    try {
      // A run that has just made its folder may not have locked it yet.
      if (Date.now() - statSync(abandoned).mtimeMs < 60_000) continue
      lockDataDir(abandoned, 'npm test')
      const data = join(abandoned, 'postgres', 'data')
      if (existsSync(data)) await endLeftovers(data, () => {})
      rmSync(abandoned, { recursive: true, force: true })
    } catch {
      // Another run is using it, or it is another user's.
    }
  }
}
