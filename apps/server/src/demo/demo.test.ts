import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../../../../test/isp.ts'
import { seedDemo } from './index.ts'

let isp: TestIsp
let admin: Client
const said: string[] = []
let took_ms = 0
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api', LOG_LEVEL: 'warn' })
  admin = await newTenant(isp, {
    name: 'Northwind Fibre',
    at: '2027-03-11T10:20:00Z',
    currency: 'EUR',
    time_zone: 'Europe/Warsaw',
  })
  const began_ms = performance.now()
  await seedDemo(isp.app, admin.tenant_id, (sentence) => {
    said.push(sentence)
    console.log(((performance.now() - began_ms) / 1000).toFixed(2), sentence)
  })
  took_ms = performance.now() - began_ms
}, 120_000)
afterAll(() => isp?.stop())

const one = <Row>(query: ReturnType<typeof sql<Row>>) => asTenant(isp, admin.tenant_id, (ctx) => ctx.db.one(query))

test('x', async () => {
  console.log('took', took_ms)
  console.log(await asTenant(isp, admin.tenant_id, (ctx) => ctx.db.all(sql`select status, count(*), sum(balance) from customers group by 1`)))
  console.log(await asTenant(isp, admin.tenant_id, (ctx) => ctx.db.all(sql`select status, count(*), sum(due_total) from invoices group by 1`)))
  console.log(await asTenant(isp, admin.tenant_id, (ctx) => ctx.db.all(sql`select status, service_type, count(*) from services group by 1,2 order by 1,2`)))
  console.log(await asTenant(isp, admin.tenant_id, (ctx) => ctx.db.all(sql`select count(*), sum(amount), sum(unallocated) from payments`)))
  console.log(await asTenant(isp, admin.tenant_id, (ctx) => ctx.db.all(sql`select type, count(*) from events group by 1 order by 2 desc`)))
})
