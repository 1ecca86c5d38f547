import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashToken } from '#kernel/crypto.ts'
import { sql } from '#kernel/sql.ts'
import { clientOf } from '#kernel/testing/isp.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { upload } from './files-kit.ts'

let isp: TestIsp
let admin: Client
let customer_id: string
let ann: string
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
  customer_id = (await admin.post('/customers', { name: 'Jane Doe' })).id
  const role = (await admin.get('/roles?name=support')).data[0]
  ann = (
    await admin.post('/users', {
      name: 'Ann',
      email: 'ann@example.com',
      password: 'a long password',
      role_ids: [role.id],
    })
  ).id
})
afterAll(() => isp?.stop())

/** Ann at her browser: her list of to-dos is hers. */
async function asAnn<T>(path: string, method: 'GET' | 'POST' = 'GET'): Promise<T> {
  const token = 'ann-session-token'
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`
      insert into sign_in_sessions (id, tenant_id, user_id, token_hash, expires_at, last_seen_at)
      values (uuidv7(), ${admin.tenant_id}, ${ann}, ${hashToken(token)}, now() + interval '1 day', now())
      on conflict do nothing`),
  )
  const response = await isp.server.inject({
    method,
    url: `/api/v1${path}`,
    headers: { cookie: `isp_session=${token}`, 'content-type': 'application/json' },
    ...(method === 'POST' ? { payload: '{}' } : {}),
  })
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

test('a to-do for Ann stands in her list until she has done it', async () => {
  const todo = (title: string, due_date: string | null) =>
    admin.post('/todos', { noun: 'customer', row_id: customer_id, title, due_date, assignee_id: ann })
  await todo('Send the contract', '2027-02-03')
  const first = await todo('Call back', '2027-01-10')
  await todo('Some day', null)
  await admin.post('/todos', { noun: 'customer', row_id: customer_id, title: 'For nobody yet' })
  const mine = await asAnn<any>('/todos/mine')
  expect(mine.data.map((one: any) => one.title)).toEqual(['Call back', 'Send the contract', 'Some day'])
  expect(mine._refs[customer_id]).toMatchObject({ noun: 'customer', title: 'Jane Doe' })
  expect(await asAnn(`/todos/${first.id}/complete`, 'POST')).toMatchObject({ status: 'done', done_by: 'Ann' })
  expect((await asAnn<any>('/todos/mine')).data.map((one: any) => one.title)).toEqual([
    'Send the contract',
    'Some day',
  ])
  expect((await asAnn<any>('/todos/mine?status=done')).data).toMatchObject([{ title: 'Call back' }])
  expect((await admin.call('POST', `/todos/${first.id}/complete`)).body).toMatchObject({
    code: 'cannot_complete',
    detail: 'Ann has done this already.',
  })
  expect(await admin.post(`/todos/${first.id}/reopen`)).toMatchObject({
    status: 'open',
    done_at: null,
    done_by: null,
  })
  expect((await admin.get('/todos/mine')).data).toEqual([])
})

test('the customer’s timeline tells of notes, to-dos and files, on what belongs to the customer too', async () => {
  const tariff = await admin.post('/tariffs', { title: 'Fibre', service_type: 'recurring', price: '30.00' })
  const service = await admin.post('/services', { customer_id, tariff_id: tariff.id })
  await admin.post('/notes', { noun: 'service', row_id: service.id, text: 'Antenna on the north wall' })
  await upload(isp, admin, `noun=customer&row_id=${customer_id}&name=contract.txt`, 'We agree.')
  const { data } = await admin.get(`/customers/${customer_id}/timeline`)
  expect(data.slice(0, 2)).toMatchObject([
    { kind: 'file', title: 'File contract.txt created', noun: 'file', actor: { name: 'test admin' } },
    { kind: 'note', title: 'Note created: Antenna on the north wall', noun: 'note' },
  ])
  expect(data.map((one: any) => one.title)).toContain('To-do completed: Call back')
  const only = await admin.post('/roles', {
    name: 'customers only',
    grants: [{ noun: 'customer', actions: ['*'] }],
  })
  const key = await admin.post('/api_keys', { name: 'k', role_ids: [only.id] })
  const seen = await clientOf(isp, admin.tenant_id, key.token).get(`/customers/${customer_id}/timeline`)
  expect(seen.data.map((one: any) => one.kind)).not.toEqual(expect.arrayContaining(['note']))
  expect(JSON.stringify(seen)).not.toMatch(/Antenna|Call back|contract\.txt/)
})

test('a pinned note stands out, and is named by what it hangs on', async () => {
  const note = await admin.post('/notes', {
    noun: 'customer',
    row_id: customer_id,
    text: 'Dog bites',
    pinned: true,
  })
  expect((await admin.get(`/notes?row_id=${customer_id}&pinned=true`)).data).toMatchObject([{ id: note.id }])
  const list = await admin.get('/notes?include=row_id,author_id&pinned=true')
  expect(list._refs[customer_id]).toMatchObject({ noun: 'customer', title: 'Jane Doe' })
})
