import { afterAll, beforeAll, expect, test } from 'vitest'
import { asTenant, newTenant, settled, startIsp, type TestIsp } from '../isp.ts'
import { ledgerDifference } from './billing-kit.ts'
import { manyCustomers } from './billing-many.ts'
import { sql } from '#kernel/sql.ts'
let isp: TestIsp
beforeAll(async () => { isp = await startIsp() })
afterAll(() => isp?.stop())
test('perf', async () => {
  const n = Number(process.env.N ?? 20000)
  const admin = await newTenant(isp)
  let t = performance.now()
  await asTenant(isp, admin.tenant_id, (ctx) => manyCustomers(ctx, n))
  console.log('seed', Math.round(performance.now() - t))
  const pg = await import('pg'); const c = new pg.default.Client(isp.database.admin); await c.connect(); await c.query('vacuum analyze'); await c.end()
  t = performance.now()
  const run = await admin.post('/billing_runs', { date: '2027-01-01' })
  const until = async (status: string) => { for (;;) { const r = await admin.get(`/billing_runs/${run.id}`); if (r.status === status) return r; if (r.status==='failed') throw new Error(JSON.stringify(r)); await new Promise((r) => setTimeout(r, 50)) } }
  await until('preview')
  console.log('preview', Math.round(performance.now() - t))
  for (const month of [1, 2]) {
    const r2 = month === 1 ? run : await admin.post('/billing_runs', { date: `2027-0${month}-01` })
    run.id = r2.id
    await until('preview')
    t = performance.now(); const cpu = process.cpuUsage()
    await admin.post(`/billing_runs/${run.id}/confirm`)
    const done = await until('done')
    const ms = performance.now() - t; const used = process.cpuUsage(cpu)
    console.log('run', month, Math.round(ms), 'ms', Math.round(n / ms * 1000), 'invoices/s; node cpu us/invoice', Math.round((used.user + used.system) / n), JSON.stringify({ i: done.invoices, total: done.total }))
    if (month === 1) { const t0 = performance.now(); await settled(isp, admin.tenant_id); console.log('settled after', Math.round(performance.now() - t0)) }
  }
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
}, 600_000)
