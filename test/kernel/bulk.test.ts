import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const bulk = (noun: string, body: unknown, key?: string) =>
  admin.call('POST', `/${noun}/bulk`, body, key ? { 'idempotency-key': key } : {})
const count = async (query: string) => (await admin.get(`/labels?count=true&limit=1&${query}`)).total

test('a bulk sent twice with one key happens once, refused rows and all, even when both arrive together', async () => {
  const body = {
    operation: 'create',
    rows: [...Array.from({ length: 12 }, (_, n) => ({ name: `twice ${n}` })), { name: '' }],
  }
  const answers = await Promise.all([1, 2, 3].map(() => bulk('labels', body, 'bulk-1')))
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
  expect(answers[0]!.body).toMatchObject({ done: 12, failed: 1 })
  for (const answer of answers) expect(answer.body).toEqual(answers[0]!.body)
  expect(await count('name[starts]=twice')).toBe(12)
  const again = await bulk('labels', body, 'bulk-1')
  expect([again.body, again.headers['idempotency-replayed']]).toEqual([answers[0]!.body, 'true'])
  const other = await bulk('labels', { ...body, input: { color: 'red' } }, 'bulk-1')
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
})

test('a bulk whose answer was lost half-way goes on where it was, about the rows it was about', async () => {
  await bulk('labels', { operation: 'create', rows: [1, 2, 3].map((n) => ({ name: `cut ${n}` })) })
  const body = { operation: 'update', filter: { 'name[starts]': 'cut' }, input: { color: 'red' } }
  const first = await bulk('labels', body, 'bulk-2')
  expect(first.body).toMatchObject({ done: 3, failed: 0 })
  const [done, lost] = first.body.data as { id: string }[]
  // As if the process had died after the first row: what it had settled by then is all that is left.
  await asTenant(isp, admin.tenant_id, async (ctx) => {
    await ctx.db.run(sql`delete from idempotency_keys where key in ('bulk-2 1', 'bulk-2 2')`)
    await ctx.db.run(sql`
      update idempotency_keys set status = null, response = ${JSON.stringify(first.body.data.map((row: { id: string }) => row.id))}::jsonb
      where key = 'bulk-2'`)
  })
  for (const row of [done, lost]) await admin.patch(`/labels/${row!.id}`, { color: 'blue' })
  await admin.post('/labels', { name: 'cut in later' })
  const repeated = await bulk('labels', body, 'bulk-2')
  expect(repeated.body).toEqual(first.body)
  const colors = (await admin.get('/labels?name[starts]=cut&sort=name')).data.map(
    (row: { color: string }) => row.color,
  )
  // The one done is not done again, the lost one is, and what came later was never meant.
  expect(colors).toEqual(['blue', 'red', 'red', expect.not.stringMatching('red')])
})

test('a large bulk repeated with its key is the same job', async () => {
  const body = { operation: 'create', rows: Array.from({ length: 501 }, (_, n) => ({ name: `many ${n}` })) }
  const [first, second] = [await bulk('labels', body, 'bulk-3'), await bulk('labels', body, 'bulk-3')]
  expect([first.status, second.status]).toEqual([202, 202])
  expect(second.body).toEqual(first.body)
  expect((await admin.get('/bulk_jobs')).data).toHaveLength(1)
})

test('money does not move in bulk without a key; a preview needs none', async () => {
  const customer = await admin.post('/customers', { name: 'Payer' })
  const body = { operation: 'create', rows: [{ customer_id: customer.id, amount: '5.00', method: 'cash' }] }
  const refused = await bulk('payments', body)
  expect([refused.status, refused.body.code]).toEqual([400, 'idempotency_key_required'])
  expect((await bulk('payments', { ...body, dry_run: true })).body).toMatchObject({ done: 1 })
  for (let i = 0; i < 2; i++) expect((await bulk('payments', body, 'pay-1')).body).toMatchObject({ done: 1 })
  expect((await admin.get(`/customers/${customer.id}`)).balance).toBe('5.00')
})

test('a bulk that is not in the form we take is refused by field', async () => {
  for (const [body, field] of [
    [{}, 'operation'],
    [{ operation: 'update', ids: 'all' }, 'ids'],
    [{ operation: 'update', ids: [7] }, 'ids'],
    [{ operation: 'update', filter: { color: { eq: 'red' } } }, 'filter'],
    [{ operation: 'update', filter: 'color=red' }, 'filter'],
    [{ operation: 'update', input: [] }, 'input'],
    [{ operation: 'create', rows: [null] }, 'rows'],
    [{ operation: 'create', rows: [{}], dry_run: 'yes' }, 'dry_run'],
    [{ operation: 'create', rows: [{}], tenant_id: 1 }, 'tenant_id'],
  ] as const) {
    const answer = await bulk('labels', body)
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field])
  }
})
