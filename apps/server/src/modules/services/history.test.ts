import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { changesOf, periodsOf } from './history.ts'
import { timelineOf } from './timeline.ts'
import { advance, asTenant, newTenant, startIsp, type TestIsp } from '../../../../../test/isp.ts'
import { newInternetCustomer, newTariff } from '../../../../../test/scenarios/billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const migration = './migrations/20261123-1350-service-changes.sql'

test('what stood in periods before there were changes is said as changes', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const [one, other] = [await newTariff(admin, '10.00'), await newTariff(admin, '20.00')]
  const stories: string[][] = [
    [],
    ['stop', 'resume', 'change', 'terminate'],
    ['change', 'stop', 'disable', 'enable', 'resume'],
    ['disable', 'enable', 'custom', 'stop'],
    ['plan', 'custom'],
  ]
  for (const story of stories) {
    const { customer_id, service_id } = await newInternetCustomer(admin, one)
    for (const step of story) {
      await advance(isp, admin.tenant_id, '3d')
      const path = `/services/${service_id}`
      if (step === 'change') await admin.post(`${path}/change_tariff`, { tariff_id: other })
      else if (step === 'custom') await admin.post(`${path}/change_terms`, { price: '7.00', quantity: 3 })
      else if (step === 'plan') await admin.post(`${path}/stop`, { date: '2027-07-01', until: '2027-07-05' })
      else if (step === 'disable') await admin.post(`/customers/${customer_id}/disable`, { reason: 'x' })
      else if (step === 'enable') await admin.post(`/customers/${customer_id}/activate`)
      else await admin.post(`${path}/${step}`)
    }
  }
  const sold = await newInternetCustomer(admin, one)
  const pending = await admin.post('/services', {
    customer_id: sold.customer_id,
    tariff_id: other,
    login: 'pending',
  })

  const owner = new pg.Client(isp.database.admin)
  await owner.connect()
  const statement = /with stretches as[^;]*;/.exec(
    readFileSync(join(import.meta.dirname, migration), 'utf8'),
  )?.[0]
  await owner.query('delete from service_changes')
  await owner.query(statement!)
  await owner.end()

  const ids = (await admin.get('/services?limit=50')).data.map((service: { id: string }) => service.id)
  expect(ids).toHaveLength(stories.length + 2)
  const { changes, periods } = await asTenant(isp, admin.tenant_id, async (ctx) => ({
    changes: await changesOf(ctx, ids),
    periods: await periodsOf(ctx, ids),
  }))
  for (const id of ids) expect(timelineOf(changes.get(id)!).periods).toEqual(periods.get(id) ?? [])
  expect(changes.get(pending.id)).toMatchObject([{ kind: 'create', price: 2000n, status: 'in_force' }])
  const today = (await admin.get('/meta')).tenant.now.slice(0, 10)
  const planned = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.all(
      sql<{ date: string }>`select date from service_changes where status = 'planned' order by date`,
    ),
  )
  // Those of today are followed once more, which changes nothing.
  expect(planned.map(({ date }) => date).filter((date) => date !== today)).toEqual([
    '2027-07-01',
    '2027-07-05',
  ])
})
