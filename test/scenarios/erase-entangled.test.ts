import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { advance, asTenant, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'
import { foundIn } from './privacy-kit.ts'

/** People whose traces lie in other people's rows: on a parent's invoice, in a merge, in what an administrator invented. */
let isp: TestIsp
let admin: Client
let tariff: string
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  tariff = await newTariff(admin, '30.00')
})
afterAll(() => isp?.stop())

/** Ends everything and pays what is owed, so that nothing stands against the erasing. */
async function leave(customer_id: string): Promise<void> {
  await admin.post(`/customers/${customer_id}/disable`, { reason: 'gone' })
  await settled(isp, admin.tenant_id)
  const { balance } = await admin.get(`/customers/${customer_id}`)
  if (balance.startsWith('-'))
    await admin.post('/payments', {
      customer_id,
      amount: balance.slice(1),
      method: 'cash',
      date: '2027-02-01',
    })
  await settled(isp, admin.tenant_id)
}
const erased = async (customer_id: string) => {
  const answer = await admin.call('POST', `/customers/${customer_id}/erase`, { reason: 'asked' })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  await settled(isp, admin.tenant_id)
  return answer.body
}

test('a branch that was billed on its parent’s document', async () => {
  const group = await newInternetCustomer(admin, tariff, { name: 'Grupa Handlowa' })
  const branch = await newInternetCustomer(admin, tariff, {
    name: 'Filia Sekretna',
    street: 'Tajna 5',
    city: 'Ełk',
  })
  await admin.post(`/customers/${branch.customer_id}/set_parent`, {
    parent_id: group.customer_id,
    mode: 'aggregated',
  })
  await runBilling(isp, admin, '2027-01-01')
  const [invoice] = (await admin.get(`/invoices?customer_id=${group.customer_id}`)).data
  expect(JSON.stringify(invoice.bill_to.sites)).toContain('Filia Sekretna')
  const refused = await admin.call('POST', `/customers/${group.customer_id}/erase`, { reason: 'x' })
  expect(refused.body.code).toBe('cannot_erase')
  await admin.post(`/customers/${branch.customer_id}/leave_parent`, {})
  await leave(branch.customer_id)
  const { id } = await erased(branch.customer_id)
  expect(await foundIn(isp, ['Filia Sekretna', 'Tajna 5'])).toEqual([])
  const now = await admin.get(`/invoices/${invoice.id}`)
  expect(now.bill_to.name).toBe('Grupa Handlowa')
  expect(now.bill_to.sites).toHaveLength(invoice.bill_to.sites.length)
  const issued = await admin.get(`/erasures/${id}/invoices/${invoice.id}`)
  expect(issued.bill_to).toEqual(invoice.bill_to)
})

test('a customer into whom another was merged, and the other with her', async () => {
  const kept = await newInternetCustomer(admin, tariff, { name: 'Dorota Nowa', email: 'dorota@new.example' })
  const double = await newInternetCustomer(admin, tariff, { name: 'Dorota Stara', phone: '+48 600 700 800' })
  const { id: double_contact } = await admin.post('/contacts', {
    customer_id: double.customer_id,
    name: 'Mąż Doroty',
  })
  await admin.delete(`/contacts/${double_contact}`)
  await admin.post('/payments', {
    customer_id: double.customer_id,
    amount: '5.00',
    method: 'cash',
    date: '2027-01-01',
  })
  await admin.post(`/customers/${kept.customer_id}/merge`, {
    from_customer_id: double.customer_id,
    reason: 'Dorota Stara is Dorota Nowa',
  })
  await leave(kept.customer_id)
  const shell = await admin.call('POST', `/customers/${double.customer_id}/erase`, { reason: 'x' })
  expect(shell.body.detail).toContain('Erase that one')
  for (const { id } of (await admin.get(`/payments?customer_id=${kept.customer_id}`)).data)
    await admin.post(`/payments/${id}/refund`, { reason: 'for Dorota Nowa' })
  const soon = await admin.call('POST', `/customers/${kept.customer_id}/erase`, { reason: 'x' })
  expect(soon.body.code).toBe('may_be_undone')
  await advance(isp, admin.tenant_id, '2d')
  await erased(kept.customer_id)
  const tells = [
    'Dorota Nowa',
    'Dorota Stara',
    'dorota@new.example',
    '600 700 800',
    '600700800',
    'Mąż Doroty',
  ]
  expect(await foundIn(isp, tells)).toEqual([])
  expect(await admin.get(`/customers/${double.customer_id}`)).toMatchObject({
    name: expect.stringMatching(/^Erased customer/),
  })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('what an administrator invented: entities, and fields that are filtered by', async () => {
  await admin.post('/entities', {
    name: 'lease',
    label: 'Lease',
    fields: [
      { name: 'title', label: 'Title', kind: 'text', required: true, filterable: true, unique: true },
      { name: 'customer', label: 'Customer', kind: 'reference', to: 'customer' },
      { name: 'remark', label: 'Remark', kind: 'long_text' },
    ],
  })
  await admin.post('/custom_fields', {
    noun: 'customer',
    name: 'nickname',
    label: 'Nickname',
    kind: 'text',
    filterable: true,
    searchable: true,
  })
  await settled(isp, admin.tenant_id)
  const person = await newInternetCustomer(admin, tariff, {
    name: 'Ewa Ukryta',
    custom: { nickname: 'Wiewióreczka' },
  })
  expect((await admin.get('/customers?custom.nickname=Wiewióreczka')).data).toHaveLength(1)
  for (const n of [1, 2])
    await admin.post('/x/lease', {
      title: `Roof of Wiewióreczka ${n}`,
      customer: person.customer_id,
      remark: 'squirrels',
    })
  const failed = await admin.call('POST', '/customers/bulk', {
    operation: 'create',
    rows: [{ name: 'Ewa Ukryta', email: 'not an address' }],
  })
  expect(failed.body.failed).toBe(1)
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`
      insert into auth_attempts (id, tenant_id, at, login, result, code, sentence, method, router_id, mac)
      select uuidv7(), ${admin.tenant_id}, now(), s.login, 'reject', 'wrong_password', 'The password of ' || s.login || ' is wrong.', 'pap', uuidv7(), '02:00:00:00:00:01'
      from services s where s.id = ${person.service_id}`),
  )
  const { login } = await admin.get(`/services/${person.service_id}`)
  await leave(person.customer_id)
  await erased(person.customer_id)
  const leases = (await admin.get(`/x/lease?customer=${person.customer_id}`)).data
  expect(new Set(leases.map((lease: { title: string }) => lease.title)).size).toBe(2)
  expect(await foundIn(isp, ['Ewa Ukryta', 'Wiewióreczka', 'squirrels', login])).toEqual([])
})

test('a required field of whatever kind gives way', async () => {
  const values: Record<string, unknown> = {
    text: 'Ola',
    long_text: 'Ola',
    rich_text: 'Ola',
    email: 'ola@x.example',
    phone: '+48 600 000 001',
    url: 'https://ola.example',
    emails: ['ola@x.example'],
    phones: ['+48 600 000 001'],
    urls: ['https://ola.example'],
    choice: 'a',
    choices: ['a'],
    mac: '02:00:00:00:0a:01',
    ip: '10.44.44.44',
    cidr: '10.44.44.0/24',
    integer: 4,
    bigint: '44',
    rating: 4,
    bytes: 4,
    kbps: 4,
    money: '4.00',
    decimal: '4.5',
    percent: '4',
    boolean: true,
    date: '2004-04-04',
    time: '04:44',
    datetime: '2004-04-04T04:44:00Z',
    duration: 'PT4H',
    geo_point: { lat: 44.4, lon: 4.4 },
    json: { of: 'Ola' },
  }
  const wanted = Object.keys(values)
  const answer = await admin.call('POST', '/entities', {
    name: 'dossier',
    label: 'Dossier',
    fields: [
      ...wanted.map((kind) => ({
        name: `a_${kind}`,
        label: kind,
        kind,
        required: true,
        personal: true,
        ...(['choice', 'choices'].includes(kind) ? { values: ['a', 'b'] } : {}),
      })),
      { name: 'customer', label: 'Customer', kind: 'reference', to: 'customer' },
    ],
  })
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
  const { customer_id } = await newInternetCustomer(admin, tariff, { name: 'Ola Pełna' })
  const body = Object.fromEntries(wanted.map((kind) => [`a_${kind}`, values[kind]]))
  const made = await admin.post('/x/dossier', { ...body, customer: customer_id })
  await leave(customer_id)
  await erased(customer_id)
  const now = await admin.get(`/x/dossier/${made.id}`)
  expect(JSON.stringify(now)).not.toMatch(/Ola|ola@|ola\.example|10\.44|2004-04|44\.4/)
})

test('thousands of sessions, in one transaction and in seconds', async () => {
  const person = await newInternetCustomer(admin, tariff, { name: 'Kuba Nałogowy' })
  await admin.post('/routers', {
    title: 'BRAS',
    nas_ip: '127.0.0.8',
    nas_type: 'mikrotik',
    radius_secret: 'testing123',
  })
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`
      insert into sessions (tenant_id, router_id, service_id, customer_id, partner_id, login, status, acct_session_id, ip, mac, started_at,
        last_heard_at, stopped_at, received_at, policy)
      select s.tenant_id, r.id, s.id, s.customer_id, s.partner_id, s.login, 'closed', 'n' || n, '10.9.8.7', '02:aa:bb:cc:dd:ee', now(), now(), now(), now(), 'accept'
      from generate_series(1, 20000) n, services s, (select id from routers limit 1) r
      where s.id = ${person.service_id}`),
  )
  await leave(person.customer_id)
  const began_ms = performance.now()
  const { report } = await erased(person.customer_id)
  const took_s = (performance.now() - began_ms) / 1000
  expect(report.find((one: { noun: string }) => one.noun === 'session')).toMatchObject({
    rows: 20_000,
    done: 'erased',
  })
  expect(await foundIn(isp, ['Kuba Nałogowy', '10.9.8.7', '02:aa:bb'])).toEqual([])
  expect(took_s).toBeLessThan(60)
}, 120_000)
