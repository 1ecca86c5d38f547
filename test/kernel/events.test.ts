import { afterAll, beforeAll, expect, test } from 'vitest'
import { drain, on, type Consumer } from '#kernel/events.ts'
import { sql } from '#kernel/sql.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const everything = async (consumer: Consumer) => {
  while ((await drain(isp.app, consumer)) > 0);
}

test('a consumer has each event once, in order, with its cause, however many processes drain at the same time', async () => {
  const seen: string[] = []
  const consumer = on('test.once', ['label.created', 'label.updated'], async (ctx, event) => {
    await ctx.db.run(sql`update labels set color = coalesce(color, '') || 'x' where id = ${event.row_id}`)
    seen.push(`${event.type}:${event.row_id}`)
    expect(ctx.cause.at(-1)).toMatchObject({ event_id: event.id, type: event.type })
  })
  const ids: string[] = []
  for (let i = 0; i < 30; i++) ids.push((await admin.post('/labels', { name: `label ${i}` })).id)
  await Promise.all([everything(consumer), everything(consumer), everything(consumer)])
  const colours = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.all(sql<{ color: string }>`select color from labels order by id`),
  )
  expect(colours.map((row) => row.color)).toEqual(Array(30).fill('x'))
  expect(seen.length).toBeGreaterThanOrEqual(30)
})

test('an effect that fails is undone and tried again; one that never succeeds is set aside and does not stop the rest', async () => {
  const [poison, fine] = [
    await admin.post('/labels', { name: 'poison' }),
    await admin.post('/labels', { name: 'fine' }),
  ]
  const consumer = on('test.poison', ['label.created'], async (ctx, event) => {
    if (event.row_id !== poison.id && event.row_id !== fine.id) return
    await ctx.db.run(sql`update labels set color = 'touched' where id = ${event.row_id}`)
    if (event.row_id === poison.id) throw new Error('this one cannot be handled')
  })
  for (let i = 0; i < 12; i++) await drain(isp.app, consumer)
  expect((await admin.get(`/labels/${poison.id}`)).color).toBeNull()
  expect((await admin.get(`/labels/${fine.id}`)).color).toBe('touched')
  const failures = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.all(sql`select attempts, error from consumer_failures`),
  )
  expect(failures).toEqual([{ attempts: 5, error: 'this one cannot be handled' }])
})

test('an event of a transaction that rolled back does not exist, one that commits late is not missed', async () => {
  const seen: string[] = []
  const consumer = on('test.late', ['label.created'], async (_, event) => void seen.push(event.row_id))
  await everything(consumer)
  seen.length = 0
  let finish = () => {}
  const hold = new Promise<void>((resolve) => (finish = resolve))
  const slow = asTenant(isp, admin.tenant_id, async (ctx) => {
    const { create } = await import('#kernel/store.ts')
    const row = await create(ctx, isp.app.nouns.byPlural(ctx, 'labels', false)!, { name: 'slow' })
    const { flush } = await import('#kernel/effects.ts')
    await flush(ctx)
    ctx.effects.changes.length = ctx.effects.events.length = 0
    await hold
    return String(row.id)
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const quick = (await admin.post('/labels', { name: 'quick' })).id
  await everything(consumer)
  expect(seen).not.toContain(quick)
  finish()
  const late = await slow
  await everything(consumer)
  expect([...seen].sort()).toEqual([late, quick].sort())
})
