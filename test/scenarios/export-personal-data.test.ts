import { afterAll, beforeAll, expect, test } from 'vitest'
import { settle } from '#kernel/schedules.ts'
import { sql } from '#kernel/sql.ts'
import {
  advance,
  asTenant,
  clientWithRole,
  newTenant,
  settled,
  startIsp,
  type Client,
  type TestIsp,
} from '../isp.ts'
import { speak } from './files-kit.ts'
import { anna, contact, liveThrough, login, unzipped, type Story } from './privacy-kit.ts'

/** Anna asks what is known about her, and gets all of it: for her to read, and for a computer. */
let isp: TestIsp
let admin: Client
let story: Story

beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api,worker,radius', RADIUS_HOST: '127.0.0.1' })
  admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  story = await liveThrough(isp, admin)
}, 120_000)
afterAll(() => isp?.stop())

async function fetched(id: string) {
  const { status, bytes } = await speak(isp, admin, 'GET', `/personal_data_exports/${id}/content`)
  expect(status).toBe(200)
  const entries = unzipped(bytes)
  return {
    entries,
    data: JSON.parse(String(entries.get('data.json'))).data as Record<string, any[]>,
    page: String(entries.get('index.html')),
  }
}

test('it is made in the background and holds everything, the secrets left out', async () => {
  const asked = await admin.post(`/customers/${story.customer_id}/export_personal_data`)
  expect(asked.status).toBe('queued')
  await settled(isp, admin.tenant_id)
  const done = await admin.get(`/personal_data_exports/${asked.id}`)
  expect(done).toMatchObject({ status: 'done', problem: null, rows_done: done.rows_total })
  expect(done.expires_at > done.finished_at).toBe(true)
  const { data, page, entries } = await fetched(asked.id)
  expect(Object.keys(data)).toEqual(
    expect.arrayContaining([
      'customers',
      'contacts',
      'addresses',
      'consents',
      'notes',
      'todos',
      'services',
      'service_macs',
      'invoices',
      'invoice_lines',
      'payments',
      'transactions',
      'sessions',
      'usage_days',
      'files',
      'audit_events',
    ]),
  )
  expect(data.customers).toMatchObject([
    { name: anna.name, email: anna.email, custom: { hobby: 'chess club' } },
  ])
  expect(data.contacts).toMatchObject([{ name: contact.name }])
  expect(data.services).toMatchObject([{ login, password: 'set' }])
  expect(data.sessions).toMatchObject([{ login, ip: '10.66.7.8' }])
  expect(data.audit_events!.length).toBeGreaterThan(5)
  expect(JSON.stringify(data)).not.toContain('Sąsiad')
  expect(JSON.stringify(data)).not.toContain('secret-1')
  expect([...entries.keys()]).toEqual(
    expect.arrayContaining([
      'data.json',
      'index.html',
      'files/1-passport-anna.txt',
      'invoices/2027-000001.pdf',
    ]),
  )
  expect(String(entries.get('files/1-passport-anna.txt'))).toBe('PESEL 84022912345')
  expect(String(entries.get('invoices/2027-000001.pdf')!.subarray(0, 5))).toBe('%PDF-')
  expect(page).toContain('everything')
  expect(page).toContain(anna.street)
  const { data: past } = await admin.get(`/personal_data_exports/${asked.id}/history`)
  expect(past.map((one: any) => one.action)).toEqual(['downloaded', 'finished', 'started', 'asked'])
})

test('one contact alone gets what is about that contact', async () => {
  const [row] = (await admin.get(`/contacts?customer_id=${story.customer_id}`)).data
  const asked = await admin.post(`/contacts/${row.id}/export_personal_data`)
  await settled(isp, admin.tenant_id)
  const { data } = await fetched(asked.id)
  expect(data.contacts).toHaveLength(1)
  expect(data.consents).toHaveLength(1)
  expect(data.notes).toMatchObject([{ text: expect.stringContaining('solicitor') }])
  expect(data.customers).toBe(undefined)
  expect(JSON.stringify(data)).not.toContain(anna.email)
})

test('whoever may read customers may not therefore take such a file', async () => {
  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  expect(
    (await support.call('POST', `/customers/${story.customer_id}/export_personal_data`, {})).status,
  ).toBe(403)
  expect((await support.get('/personal_data_exports')).data).toEqual([])
  expect((await support.get('/files')).data.map((file: any) => file.noun)).not.toContain(
    'personal_data_export',
  )
  const [made] = (await admin.get('/personal_data_exports')).data
  expect((await support.call('GET', `/personal_data_exports/${made.id}/content`)).status).toBe(403)
})

test('a hundred thousand sessions go through a page at a time', async () => {
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`
      insert into sessions (tenant_id, router_id, service_id, customer_id, partner_id, login, status, acct_session_id, started_at,
        last_heard_at, stopped_at, received_at, policy)
      select s.tenant_id, r.id, s.id, s.customer_id, s.partner_id, s.login, 'closed', 'n' || n, now(), now(), now(), now(), 'accept'
      from generate_series(1, 100000) n, services s, (select id from routers limit 1) r
      where s.id = ${story.service_id}`),
  )
  const asked = await admin.post(`/customers/${story.customer_id}/export_personal_data`)
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50)
  const before = process.memoryUsage().rss
  await settle(isp.app, admin.tenant_id, 100_000)
  clearInterval(watch)
  const { data } = await fetched(asked.id)
  expect(data.sessions).toHaveLength(100_001)
  // Written as JSON they are 60 MB, and as objects several times as much.
  expect((most - before) / 1024 ** 2).toBeLessThan(250)
}, 120_000)

test('after its days the file is gone, the row says so', async () => {
  const { id } = await admin.get('/tenants').then((page) => page.data[0])
  await admin.patch(`/tenants/${id}`, { export_days: 2 })
  const asked = await admin.post(`/customers/${story.customer_id}/export_personal_data`)
  await settled(isp, admin.tenant_id)
  await advance(isp, admin.tenant_id, '3d')
  const late = await admin.call('GET', `/personal_data_exports/${asked.id}/content`)
  expect([late.status, late.body.code]).toEqual([410, 'export_expired'])
  expect((await admin.get(`/personal_data_exports/${asked.id}`)).status).toBe('expired')
}, 60_000)
