import { afterAll, beforeAll, test } from 'vitest'
import { asTenant, newTenant, startIsp, type TestIsp } from '../isp.ts'
import { manyCustomers } from './billing-many.ts'
import { sql, raw, compile } from '#kernel/sql.ts'
import { billChunk } from '../../apps/server/src/modules/billing/chunk.ts'
import { readCatalog } from '../../apps/server/src/modules/billing/due.ts'
let isp: TestIsp
beforeAll(async () => { isp = await startIsp() })
afterAll(() => isp?.stop())
test('explain', async () => {
  const admin = await newTenant(isp)
  await asTenant(isp, admin.tenant_id, (ctx) => manyCustomers(ctx, 8000))
  const pg = await import('pg'); const c = new pg.default.Client(isp.database.admin); await c.connect(); await c.query('vacuum analyze'); 
  const run = await asTenant(isp, admin.tenant_id, (ctx) => ctx.db.one(sql<{id:string}>`insert into billing_runs (tenant_id, date, status) values (${admin.tenant_id}, '2027-01-01', 'confirming') returning id`))
  for (let i = 0; i < 7; i++) await asTenant(isp, admin.tenant_id, async (ctx) => {
    const show = i === 6 || i === 0
    const db = ctx.db
    const explained = async (query: any) => {
      if (!show) return db.run(query)
      const plan = await db.all(sql<any>`explain (analyze, costs off, timing off) ${query}`)
      const lines = plan.map((r: any) => r['QUERY PLAN'])
      console.log('---', i, compile(query).text.trim().slice(0, 90).replace(/\s+/g, ' '), '\n' + lines.filter((l: string) => i === 6 || /Execution|Trigger/.test(l)).join('\n'))
      return 0
    }
    const timed = async (query: any) => { if (show) { const plan = await db.all(sql<any>`explain (analyze, costs off, timing off) ${query}`); console.log('--- select', i, compile(query).text.trim().slice(0, 90).replace(/\s+/g, ' '), '\n' + plan.map((r: any) => r['QUERY PLAN']).join('\n')) } ; return db.all(query) }
    const t = performance.now()
    await billChunk({ ...ctx, db: { ...db, all: timed as any, run: explained as any } }, { billing_run_id: run.id, date: '2027-01-01', catalog: await readCatalog(ctx), except: [] }, { locked: 'wait' })
    console.log('chunk', i, Math.round(performance.now() - t))
  })
  await c.end()
}, 600_000)
