import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWith } from '#kernel/crypto.ts'
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
import { ledgerDifference } from './billing-kit.ts'
import { pdfText } from '../pdf-text.ts'
import { speak } from './files-kit.ts'
import { anna, foundIn, leave, liveThrough, tells, type Story } from './privacy-kit.ts'

/** Anna leaves and wants to be forgotten. The books must still be right, for as long as the law asks for them and no longer. */
let isp: TestIsp
let admin: Client
let story: Story
let number: string

beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api,worker,radius', RADIUS_HOST: '127.0.0.1' })
  admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  story = await liveThrough(isp, admin)
}, 120_000)
afterAll(() => isp?.stop())

const erase = (body: Record<string, unknown> = {}) =>
  admin.call('POST', `/customers/${story.customer_id}/erase`, {
    reason: `${anna.name} asked by letter`,
    ...body,
  })

test('the search for her finds her, before', async () => {
  const places = await foundIn(isp, tells)
  for (const text of tells.filter((text) => !['5261040828', 'AA-BB-CC'].includes(text)))
    expect(
      places.some((place) => place.includes(`: ${text}`)),
      text,
    ).toBe(true)
})

test('who is served or owes cannot be erased', async () => {
  expect((await erase()).body).toMatchObject({
    code: 'cannot_erase',
    detail: expect.stringContaining('disabled'),
  })
  const actions = await admin.get(`/customers/${story.customer_id}/actions`)
  expect(actions.erase).toMatchObject({ allowed: false })
  await leave(isp, admin, story)
  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  expect((await support.call('POST', `/customers/${story.customer_id}/erase`, { reason: 'x' })).status).toBe(
    403,
  )
})

test('a dry run says what would go, and changes nothing', async () => {
  const { status, body } = await erase({ dry_run: true })
  expect(status, JSON.stringify(body)).toBe(200)
  const done = Object.fromEntries(body.result.report.map((one: any) => [one.noun, [one.rows, one.done]]))
  expect(done).toMatchObject({
    customer: [1, 'erased'],
    contact: [1, 'erased'],
    address: [1, 'erased'],
    consent: [1, 'erased'],
    service: [1, 'erased'],
    session: [1, 'erased'],
    note: [1, 'deleted'],
    todo: [1, 'deleted'],
    invoice: [expect.any(Number), 'sealed'],
    payment: [2, 'sealed'],
    usage_day: [1, 'kept'],
  })
  expect(body.result.keep_until).toBe('2037-02-01')
  expect((await admin.get(`/customers/${story.customer_id}`)).name).toBe(anna.name)
  expect((await admin.get('/erasures')).data).toEqual([])
})

test('nothing in the database or among the files tells of her any more', async () => {
  const before = await admin.get('/transactions?limit=500')
  const { status, body } = await erase()
  expect(status, JSON.stringify(body)).toBe(200)
  ;({ number } = body)
  await settled(isp, admin.tenant_id)
  expect(await foundIn(isp, tells)).toEqual([])
  expect(body.reason).toBe(`Erased customer ${number} asked by letter`)
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
  const money = (page: { data: Record<string, unknown>[] }) =>
    page.data.map(({ id, amount, balance_effect }) => ({ id, amount, balance_effect }))
  expect(money(await admin.get('/transactions?limit=500'))).toEqual(money(before))
})

test('what is left bears a pseudonym', async () => {
  const customer = await admin.get(`/customers/${story.customer_id}`)
  expect(customer).toMatchObject({
    name: `Erased customer ${number}`,
    number,
    email: null,
    street: null,
    status: 'disabled',
    custom: { hobby: null },
  })
  expect(customer.erased_at).not.toBe(null)
  const invoice = await admin.get(`/invoices/${story.invoice_id}`)
  expect(invoice.bill_to).toMatchObject({ name: `Erased customer ${number}`, number, country: 'PL' })
  expect(invoice.total).toBe('60.00')
  const [session] = (await admin.get(`/sessions?customer_id=${story.customer_id}`)).data
  expect(session).toMatchObject({
    login: `Erased customer ${number}`,
    ip: null,
    mac: null,
    output_bytes: 2000,
  })
  expect((await admin.get(`/search?q=${encodeURIComponent('Wiśniewska')}`)).data).toEqual([])
  for (const path of ['timeline', 'overview', 'history', 'usage'])
    expect((await admin.call('GET', `/customers/${story.customer_id}/${path}`)).status, path).toBe(200)
  const { data: past } = await admin.get(`/customers/${story.customer_id}/history`)
  expect(past[0]).toMatchObject({ action: 'erased' })
  expect(past.find((one: any) => one.action === 'disabled').changes.status).toEqual(['active', 'disabled'])
})

test('nothing more can be written about her, nor can she be erased twice', async () => {
  const row = { noun: 'customer', row_id: story.customer_id }
  const [contact] = (await admin.get(`/contacts?customer_id=${story.customer_id}`)).data
  const tries: [Parameters<Client['call']>[0], string, object][] = [
    ['POST', `/customers/${story.customer_id}/erase`, { reason: 'again' }],
    ['POST', `/customers/${story.customer_id}/activate`, {}],
    ['PATCH', `/customers/${story.customer_id}`, { name: 'Anna' }],
    ['PATCH', `/contacts/${contact.id}`, { name: 'Anna' }],
    ['DELETE', `/contacts/${contact.id}`, {}],
    ['POST', '/contacts', { customer_id: story.customer_id, name: 'Anna' }],
    ['POST', '/notes', { ...row, text: 'Anna' }],
    ['POST', `/services/${story.service_id}/resume`, {}],
    [
      'POST',
      '/consents',
      { customer_id: story.customer_id, purpose: 'terms', status: 'given', obtained_by: 'web' },
    ],
  ]
  for (const [method, path, body] of tries) {
    const answer = await admin.call(method, path, body)
    expect([path, answer.status, answer.body.code]).toEqual([path, 409, 'erased'])
  }
  const payment = await admin.call(
    'POST',
    '/payments',
    { customer_id: story.customer_id, amount: '1.00', method: 'cash', date: '2027-02-01' },
    { 'idempotency-key': 'too-late' },
  )
  expect(payment.body.code).toBe('erased')
})

test('nobody else has lost anything', async () => {
  const { neighbour } = story
  expect(await admin.get(`/customers/${neighbour.id}`)).toMatchObject({
    name: neighbour.name,
    email: neighbour.email,
  })
  const [service] = (await admin.get(`/services?customer_id=${neighbour.id}`)).data
  expect(service.login).toBe(neighbour.login)
  const result = await admin.call('GET', `/imports/${story.import_id}/result?format=csv`)
  expect(String(result.body)).toContain(neighbour.name)
  const { data: past } = await admin.get(`/customers/${neighbour.id}/history`)
  expect(past.find((one: any) => one.action === 'created').changes.name[1]).toBe(neighbour.name)
})

test('until the law is done with it, the invoice can be shown as it was issued; then nobody can', async () => {
  const [erasure] = (await admin.get('/erasures')).data
  expect(erasure).toMatchObject({
    originals: 'sealed',
    keep_until: '2037-02-01',
    customer_id: story.customer_id,
  })
  const issued = await admin.call('GET', `/erasures/${erasure.id}/invoices/${story.invoice_id}`)
  expect(issued.body.bill_to.name).toBe(anna.name)
  const [note] = (await admin.get(`/credit_notes?customer_id=${story.customer_id}`)).data
  expect(note.bill_to.name).toBe(`Erased customer ${number}`)
  const credited = await admin.get(`/erasures/${erasure.id}/credit_notes/${note.id}`)
  expect(credited.bill_to.name).toBe(anna.name)
  const pdf = await speak(
    isp,
    admin,
    'GET',
    `/erasures/${erasure.id}/invoices/${story.invoice_id}?format=pdf`,
  )
  expect(await pdfText(pdf.bytes)).toContain(anna.name)
  const viewer = await clientWithRole(isp, admin.tenant_id, 'viewer')
  expect((await viewer.call('GET', `/erasures/${erasure.id}/invoices/${story.invoice_id}`)).status).toBe(403)
  expect((await admin.get(`/erasures/${erasure.id}/history`)).data[0]).toMatchObject({
    action: 'original_read',
  })
  const stolen = await asTenant(isp, admin.tenant_id, async (ctx) => ({
    ...(await ctx.db.one(
      sql<{ sealed: Buffer }>`select sealed from erasure_originals where noun = 'invoice' limit 1`,
    )),
    tenants: await ctx.app.secrets.dataKey(admin.tenant_id),
  }))

  await asTenant(isp, admin.tenant_id, (ctx) =>
    // Ten years of nights that bring nothing else.
    ctx.db.run(
      sql`update schedule_runs set due_at = '2037-01-31T00:00:00Z' where schedule <> 'privacy.destroy_keys'`,
    ),
  )
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(
      sql`update schedule_runs set due_at = '2037-01-31T00:20:00Z' where schedule = 'privacy.destroy_keys'`,
    ),
  )
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`update tenants set clock_at = '2037-01-30T12:00:00Z' where id = ${admin.tenant_id}`),
  )
  await advance(isp, admin.tenant_id, '2d')
  expect((await admin.get(`/erasures/${erasure.id}`)).originals).toBe('sealed')
  await advance(isp, admin.tenant_id, '1d')
  expect(await admin.get(`/erasures/${erasure.id}`)).toMatchObject({ originals: 'destroyed' })
  const gone = await admin.call('GET', `/erasures/${erasure.id}/invoices/${story.invoice_id}`)
  expect([gone.status, gone.body.code]).toEqual([410, 'originals_destroyed'])
  const left = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.one(
      sql`select (select count(*) from erasure_keys)::integer as keys, (select count(*) from erasure_originals)::integer as originals`,
    ),
  )
  expect(left).toEqual({ keys: 0, originals: 0 })
  // What somebody copied while it was sealed opens with no key that is left.
  for (const key of [stolen.tenants, isp.kek])
    expect(() =>
      openWith(
        key,
        admin.tenant_id,
        { table: 'erasure_originals', column: 'invoice', row_id: story.invoice_id },
        stolen.sealed,
      ),
    ).toThrow()
  expect((await admin.call('GET', `/invoices/${story.invoice_id}/pdf`)).status).toBe(200)
}, 60_000)
