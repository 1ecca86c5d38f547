import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openWith, sealWith } from '../../apps/server/src/kernel/crypto.ts'
import type { Line, Measured } from '../line.ts'
import { program, startFreeRadius, type FreeRadius } from '../radius/freeradius.ts'
import { accountingFile, papFile, secret, users } from '../radius/packets.ts'
import { call, type Bench, type Database, type Product } from '../world.ts'

const run = promisify(execFile)
const window = 64
const rounds = 5

/** PAP, every policy asked of the database as it stands, answers logged; FreeRADIUS + rlm_sql with as many users beside it. */
export const radiusPap: Line = {
  name: 'radius-pap',
  unit: 'requests/s',
  bound: 6,
  at_least: true,
  measure: (bench) =>
    compare(bench, async (sides) => {
      const packets = 10_000
      const file = join(bench.folder, 'pap.bin')
      const rates = await race(bench, sides, packets, async (round, side) => {
        papFile(file, packets, round * packets)
        return side.replay(file, side.auth_port)
      })
      return {
        ...rates,
        ...(rates.accepts === rates.replies
          ? {}
          : { fails: `Only ${rates.accepts} of ${rates.replies} were accepted.` }),
      }
    }),
}

/**
 * Start, interim and stop of each session, acknowledged when they are safe; the same packets to FreeRADIUS + rlm_sql. The product enters
 * into sessions and usage behind its answers what comes so fast: the CPU time has all of it, and the notes say when it was done.
 */
export const radiusAccounting: Line = {
  name: 'radius-accounting',
  unit: 'requests/s',
  bound: 4,
  at_least: true,
  measure: (bench) =>
    compare(bench, async (sides) => {
      const sessions = 4000
      const file = join(bench.folder, 'acct.bin')
      const rates = await race(bench, sides, 3 * sessions, async (round, side) => {
        const replayed: Replayed[] = []
        for (const kind of ['Start', 'Interim-Update', 'Stop'] as const) {
          accountingFile(file, kind, sessions, round * sessions)
          replayed.push(await side.replay(file, side.acct_port))
        }
        return sum(replayed)
      })
      return {
        ...rates,
        ...(rates.acknowledged === rates.replies
          ? {}
          : { fails: `Only ${rates.acknowledged} of ${rates.replies} were acknowledged.` }),
      }
    }),
}

type Replayed = {
  replies: number
  accepts: number
  acknowledged: number
  lost: number
  seconds: number
  p50_ms: number
  p99_ms: number
}
type Side = {
  name: string
  auth_port: number
  acct_port: number
  cpu_us(): number
  /** Resolves when everything that follows from what was sent has been done. */
  settled(): Promise<void>
  /** After the round that warms up. */
  warm(): Promise<void>
  replay(file: string, port: number): Promise<Replayed>
}

async function compare(
  bench: Bench,
  measure: (sides: { product: Side; reference: Side }) => Promise<Measured>,
): Promise<Measured | undefined> {
  const replay = await compiled(bench)
  if (!replay) return undefined
  const freeradius = await startFreeRadius(bench)
  if (!freeradius) return undefined
  const database = await bench.database('write')
  const auth_port = 20_000 + (process.pid % 10_000)
  const product = await bench.start(overSocket(bench, database), {
    ISP_ROLES: 'all',
    RADIUS_HOST: '127.0.0.1',
    RADIUS_AUTH_PORT: String(auth_port),
    RADIUS_ACCT_PORT: String(auth_port + 1),
  })
  const admin = await database.admin()
  try {
    await subscribersOf(bench, product, database)
    const side = (
      name: string,
      { auth_port, acct_port, cpu_us }: Pick<FreeRadius, 'auth_port' | 'acct_port' | 'cpu_us'>,
      more: Pick<Side, 'settled' | 'warm'>,
    ): Side => ({ name, auth_port, acct_port, cpu_us, replay, ...more })
    return await measure({
      product: side(
        'product',
        { auth_port, acct_port: auth_port + 1, cpu_us: product.cpu_us },
        {
          async settled() {
            while ((await admin.query('select from accounting_journal limit 1')).rowCount) await sleep(20)
          },
          async warm() {},
        },
      ),
      reference: side('FreeRADIUS', freeradius, { async settled() {}, warm: freeradius.analyze }),
    })
  } finally {
    await admin.end()
    await product.stop()
    await freeradius.stop()
  }
}

/** Both reach PostgreSQL by its Unix socket, as the product does by itself where PostgreSQL came with it; FreeRADIUS is configured so. */
const overSocket = ({ postgres }: Bench, database: Database): Database => ({
  ...database,
  url: database.url.replace('@127.0.0.1:', `@${encodeURIComponent(postgres.connection.host)}:`),
})

/** In turn, so that a noisy minute meets both; the best of each counts. The first round warms up. */
async function race(
  bench: Bench,
  sides: { product: Side; reference: Side },
  packets: number,
  once: (round: number, side: Side) => Promise<Replayed>,
) {
  const best = { product: 0, reference: 0 }
  const notes: string[] = []
  const totals: Replayed[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const which of ['product', 'reference'] as const) {
      const side = sides[which]
      const before = side.cpu_us() + bench.postgres.cpu_us()
      const replayed = await once(round, side)
      // What is done behind the replies belongs to the cost.
      const answered_ms = performance.now()
      await side.settled()
      const behind_ms = performance.now() - answered_ms
      await sleep(700)
      const cpu_us = (side.cpu_us() + bench.postgres.cpu_us() - before) / packets
      if (round === 0) {
        await side.warm()
        continue
      }
      const rate = replayed.replies / replayed.seconds
      best[which] = Math.max(best[which], rate)
      notes.push(
        `${side.name}: ${Math.round(rate)}/s, ${cpu_us.toFixed(0)} CPU-µs, p50 ${replayed.p50_ms} ms, p99 ${replayed.p99_ms} ms, lost ${replayed.lost}, done ${behind_ms.toFixed(0)} ms later`,
      )
      if (which === 'product') totals.push(replayed)
    }
  }
  return { ...best, notes, ...sum(totals) }
}

const sum = (parts: readonly Replayed[]): Replayed => ({
  replies: parts.reduce((total, part) => total + part.replies, 0),
  accepts: parts.reduce((total, part) => total + part.accepts, 0),
  acknowledged: parts.reduce((total, part) => total + part.acknowledged, 0),
  lost: parts.reduce((total, part) => total + part.lost, 0),
  seconds: parts.reduce((total, part) => total + part.seconds, 0),
  p50_ms: Math.max(...parts.map(({ p50_ms }) => p50_ms)),
  p99_ms: Math.max(...parts.map(({ p99_ms }) => p99_ms)),
})

/** The generator; undefined with a sentence said where there is no C compiler. */
async function compiled(bench: Bench): Promise<Side['replay'] | undefined> {
  const compiler = program('cc', 'gcc', 'clang')
  if (!compiler) {
    bench.say('  The generator needs a C compiler (cc), which is not installed here.')
    return undefined
  }
  const binary = join(bench.folder, 'replay')
  await run(compiler, ['-O2', '-o', binary, join(import.meta.dirname, '../radius/replay.c')])
  return async (file, port) =>
    JSON.parse((await run(binary, [file, String(port), String(window)])).stdout) as Replayed
}

/** A router at 127.0.0.1, and passwords that the installation's own key opens: user1 has pass1, and so on. */
async function subscribersOf(bench: Bench, product: Product, database: Database): Promise<void> {
  await call(product, 'POST', '/routers', {
    title: 'BRAS',
    nas_ip: '127.0.0.1',
    nas_type: 'mikrotik',
    radius_secret: secret,
  })
  bench.say(`  Sealing ${users.toLocaleString('en')} passwords.`)
  const { tenant_id } = database
  const { key: installation } = JSON.parse(readFileSync(join(product.data_dir, 'secret.json'), 'utf8')) as {
    key: string
  }
  const admin = await database.admin()
  const { rows: keys } = await admin.query<{ wrapped: Buffer }>(
    'select wrapped from tenant_keys where tenant_id = $1',
    [tenant_id],
  )
  const key = openWith(
    Buffer.from(installation, 'base64'),
    tenant_id,
    { table: 'tenant_keys', column: 'wrapped', row_id: tenant_id },
    keys[0]!.wrapped,
  )
  const { rows } = await admin.query<{ id: string; login: string }>(
    'select id, login from services where tenant_id = $1 and login is not null',
    [tenant_id],
  )
  const sealed = rows.map(({ id, login }) =>
    sealWith(
      key,
      tenant_id,
      { table: 'services', column: 'password', row_id: id },
      login.replace('user', 'pass'),
    ),
  )
  await admin.query(
    'update services s set password = given.password from unnest($2::uuid[], $3::bytea[]) as given(id, password) where s.tenant_id = $1 and s.id = given.id',
    [tenant_id, rows.map(({ id }) => id), sealed],
  )
  await admin.query(`update customers set status = 'active' where tenant_id = $1`, [tenant_id])
  // What the loading left behind is not for the first rounds to clear up.
  await admin.query('vacuum analyze')
  await admin.query('checkpoint')
  await admin.end()
}
