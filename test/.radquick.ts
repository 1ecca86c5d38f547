import { execFileSync } from 'node:child_process'
import pg from '/work/main/node_modules/pg/esm/index.mjs'
import { startIsp, newTenant } from '/work/main/test/isp.ts'
import { sealWith } from '/work/main/apps/server/src/kernel/crypto.ts'
import { radiusPorts } from '/work/main/apps/server/src/modules/radius/index.ts'
import { papFile, accountingFile } from '/work/main/bench/radius/packets.ts'
import { postgresCpu_us } from '/work/main/bench/cpu.ts'
const N = 100_000
execFileSync('gcc', ['-O2', '-o', '/tmp/radreplay', '/work/main/bench/radius/replay.c'])
const isp = await startIsp({ ISP_ROLES: 'api,worker,radius', RADIUS_HOST: '127.0.0.1' })
const admin = await newTenant(isp, {})
const db = new pg.Client(isp.database.admin); await db.connect()
const pm = Number(process.env.PM)
await admin.post('/routers', { title: 'BRAS', nas_ip: '127.0.0.1', nas_type: 'mikrotik', radius_secret: 'testing123' })
const tariff = await admin.post('/tariffs', { title: 'Fibre', service_type: 'internet', price: '30.00', speed_download_kbps: 100_000, speed_upload_kbps: 20_000 })
const partner = (await db.query('select id from partners where tenant_id=$1', [admin.tenant_id])).rows[0].id
const key = await isp.app.secrets.dataKey(admin.tenant_id)
await db.query('set session_replication_role = replica')
await db.query(`insert into customers (id, tenant_id, number, name, status, partner_id, currency) select uuidv7(), $1, i::text, 'c'||i, 'active', $2, 'EUR' from generate_series(1,${N}) i`, [admin.tenant_id, partner])
await db.query(`insert into services (tenant_id, customer_id, partner_id, tariff_id, service_type, status, login, password, start_date, ipv4_mode, ipv4_address) select tenant_id, id, partner_id, $2, 'internet', 'active', 'user'||number, '\\x00', '2026-01-01', 'static', '10.0.0.0'::inet + number::int from customers where tenant_id=$1`, [admin.tenant_id, tariff.id])
const { rows } = await db.query('select id, login from services where tenant_id=$1', [admin.tenant_id])
const sealed = rows.map((r: any) => sealWith(key, admin.tenant_id, { table: 'services', column: 'password', row_id: r.id }, r.login.replace('user', 'pass')))
await db.query('update services s set password=g.p from unnest($2::uuid[],$3::bytea[]) g(id,p) where s.tenant_id=$1 and s.id=g.id', [admin.tenant_id, rows.map((r: any) => r.id), sealed])
await db.query('vacuum analyze customers'); await db.query('vacuum analyze services')
await db.query('checkpoint')
execFileSync('psql', ['-q','-h','127.0.0.1','-p','21500','-U','postgres','-c','select pg_stat_statements_reset()'])
const ports = radiusPorts(isp.app)!
import { execFile } from 'node:child_process'
const replay = (file: string, port: number) => new Promise<any>((res, rej) => execFile('/tmp/radreplay', [file, String(port), process.env.W ?? '64'], (e, o) => e ? rej(e) : res(JSON.parse(o))))
const measure = async (name: string, n: number, port: number, make: () => void) => {
  make()
  const c0 = process.cpuUsage(), p0 = postgresCpu_us(pm)
  const r = await replay('/tmp/radquick.bin', port)
  await new Promise((s) => setTimeout(s, 700))
  const c = process.cpuUsage(c0), p = postgresCpu_us(pm) - p0
  console.log(name, Math.round(r.replies / r.seconds) + '/s', 'node', ((c.user + c.system) / n).toFixed(1), 'pg(all)', (p / n).toFixed(1), JSON.stringify(r))
}
for (let i = 0; i < Number(process.env.PAP ?? 4); i++) await measure('pap', 20000, ports.auth_port, () => papFile('/tmp/radquick.bin', 20000, i * 20000))
for (let i = 0; i < 3; i++) for (const kind of ['Start', 'Interim-Update', 'Stop'] as const) await measure(kind, 10000, ports.acct_port, () => accountingFile('/tmp/radquick.bin', kind, 10000, i * 10000))
execFileSync('sh', ['/tmp/stat.sh'], { stdio: 'inherit' })
await db.end(); await isp.stop(); process.exit(0)
