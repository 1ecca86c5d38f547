import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { clientWith } from '#kernel/testing/contract.ts'
import { advance, asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
})
afterAll(() => isp?.stop())

const refusal = async (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => {
  const answer = await admin.call(method, path, body)
  const error = answer.body.errors?.[0]
  return [answer.status, error ? `${error.field}:${error.code}` : answer.body.code]
}
const told = async (customer_id: string, purpose: string) =>
  (await admin.get(`/customers/${customer_id}/recipients?purpose=${purpose}`)).data.map(
    (one: any) => `${one.name} by ${one.channel}: ${one.address}`,
  )

describe('persons and companies', () => {
  test('have the fields of their kind; a change of kind is refused while the other’s are filled', async () => {
    const person = await admin.post('/customers', {
      name: 'Jane Doe',
      first_name: 'Jane',
      last_name: 'Doe',
      birth_date: '1990-02-28',
    })
    expect(await refusal('PATCH', `/customers/${person.id}`, { category: 'company' })).toEqual([
      422,
      'birth_date:other_category',
    ])
    const firm = await admin.patch(`/customers/${person.id}`, {
      category: 'company',
      birth_date: null,
      legal_name: 'Doe Trading sp. z o.o.',
      company_number: '0000123456',
      country: 'pl',
      tax_id: '725-186-81-36',
    })
    expect(firm).toMatchObject({ tax_id: '7251868136', company_number: '0000123456', first_name: 'Jane' })
    expect((await admin.get('/customers?company_number=0000123456')).data).toHaveLength(1)
    // A number that was taken before it was checked does not stop other changes.
    await asTenant(isp, admin.tenant_id, (ctx) =>
      ctx.db.run(sql`update customers set tax_id = 'PL0' where id = ${firm.id}`),
    )
    await admin.patch(`/customers/${firm.id}`, { name: 'Doe', tax_id: 'PL0' })
    expect(await refusal('PATCH', `/customers/${firm.id}`, { tax_id: 'PL00' })).toEqual([
      422,
      'tax_id:not_a_vat_number',
    ])
  })
})

describe('contacts', () => {
  test('have several roles, the first of which stands for them', async () => {
    const customer = await admin.post('/customers', { name: 'Roles' })
    const made = async (body: object) => {
      const { role, roles } = await admin.post('/contacts', {
        customer_id: customer.id,
        name: 'X',
        email: 'x@example.com',
        ...body,
      })
      return [role, roles]
    }
    expect(await made({})).toEqual(['general', ['general']])
    expect(await made({ role: 'technical' })).toEqual(['technical', ['technical']])
    expect(await made({ roles: ['billing', 'portal'] })).toEqual(['billing', ['billing', 'portal']])
    const { id } = (await admin.get(`/contacts?customer_id=${customer.id}`)).data[0]
    const path = `/contacts/${id}`
    expect(await admin.patch(path, { role: 'technical' })).toMatchObject({ roles: ['technical'] })
    expect(await admin.patch(path, { roles: ['portal', 'billing'] })).toMatchObject({ role: 'portal' })
    expect(await refusal('PATCH', path, { role: 'technical', roles: ['billing'] })).toEqual([
      422,
      'role:not_the_first',
    ])
    expect(await refusal('PATCH', path, { roles: [] })).toEqual([422, 'roles:not_roles'])
    expect(await refusal('PATCH', path, { email: null })).toEqual([422, 'email:required'])
  })

  test('say by which channel they are told what; without one for it the customer is told', async () => {
    const customer = await admin.post('/customers', {
      name: 'Bakery',
      email: 'bakery@example.com',
      phone: '+48 22 100 20 30',
      street: 'Piekarska 1',
      city: 'Łódź',
      postal_code: '90-001',
      country: 'PL',
      invoice_delivery: 'email_and_print',
    })
    const envelope = 'Piekarska 1\n90-001 Łódź\nPL'
    expect(await told(customer.id, 'billing')).toEqual([
      'Bakery by email: bakery@example.com',
      `Bakery by post: ${envelope}`,
    ])
    expect(await told(customer.id, 'reminders')).toEqual(['Bakery by email: bakery@example.com'])
    const clerk = await admin.post('/contacts', {
      customer_id: customer.id,
      name: 'Clerk',
      role: 'billing',
      email: 'clerk@example.com',
      phone: '+48 500 100 200',
      preferences: { reminders: ['sms', 'email'] },
    })
    const baker = await admin.post('/contacts', {
      customer_id: customer.id,
      name: 'Baker',
      role: 'technical',
      phone: '+48 1234',
    })
    expect(await told(customer.id, 'billing')).toEqual(['Clerk by email: clerk@example.com'])
    expect(await told(customer.id, 'reminders')).toEqual([
      'Clerk by sms: +48 500 100 200',
      'Clerk by email: clerk@example.com',
    ])
    expect(await told(customer.id, 'service')).toEqual(['Baker by phone: +48 1234'])
    // Post goes to the postal address.
    const shop = await admin.post('/addresses', { street: 'Rynek 2', city: 'Pabianice' })
    await admin.patch(`/customers/${customer.id}`, { postal_address_id: shop.id })
    await admin.patch(`/contacts/${baker.id}`, { preferences: { billing: ['post'], service: [] } })
    expect(await told(customer.id, 'billing')).toEqual([
      'Clerk by email: clerk@example.com',
      'Baker by post: Rynek 2\nPabianice',
    ])
    // Whoever wants none of it is not replaced by the customer.
    expect(await told(customer.id, 'service')).toEqual([])
    expect(await refusal('PATCH', `/contacts/${clerk.id}`, { phone: null })).toEqual([
      422,
      'preferences:not_reachable',
    ])
    expect((await admin.call('GET', `/customers/${customer.id}/recipients?purpose=gossip`)).status).toBe(422)
  })
})

describe('consents', () => {
  test('are written down each time, and the latest counts', async () => {
    const { id: customer_id } = await admin.post('/customers', {
      name: 'Agrees',
      email: 'a@example.com',
      phone: '+48 1234',
    })
    const said = (body: object) =>
      admin.post('/consents', { customer_id, purpose: 'marketing', obtained_by: 'phone', ...body })
    expect(await told(customer_id, 'marketing')).toEqual([])
    await said({ status: 'given', wording: 'May we send you offers?', at: '2026-12-24T10:00:00Z' })
    expect(await told(customer_id, 'marketing')).toEqual([
      'Agrees by email: a@example.com',
      'Agrees by sms: +48 1234',
      'Agrees by phone: +48 1234',
    ])
    await advance(isp, admin.tenant_id, '1h')
    const no_calls = await said({ status: 'withdrawn', channel: 'phone', obtained_by: 'paper' })
    expect(no_calls).toMatchObject({ recorded_by: { kind: 'api_key' }, at: '2027-01-01T09:00:00.000Z' })
    expect(await told(customer_id, 'marketing')).toEqual([
      'Agrees by email: a@example.com',
      'Agrees by sms: +48 1234',
    ])
    await advance(isp, admin.tenant_id, '1h')
    await said({ status: 'withdrawn' })
    expect(await told(customer_id, 'marketing')).toEqual([])
    const { data: now } = await admin.get(`/customers/${customer_id}/consents`)
    expect(now.map((one: any) => [one.purpose, one.channel, one.status])).toEqual([
      ['marketing', null, 'withdrawn'],
      ['marketing', 'phone', 'withdrawn'],
    ])
    expect((await admin.get(`/consents?customer_id=${customer_id}&sort=at`)).data).toHaveLength(3)
    const { data: events } = await admin.get(`/events?row_id=${no_calls.id}`)
    expect(events).toMatchObject([{ type: 'consent.withdrawn', data: { customer_id } }])
  })

  test('of one person are not those of another', async () => {
    const { id: customer_id } = await admin.post('/customers', { name: 'Firm' })
    const [one, two] = await Promise.all(
      ['One', 'Two'].map((name) =>
        admin.post('/contacts', {
          customer_id,
          name,
          email: `${name}@example.com`,
          preferences: { marketing: ['email'] },
        }),
      ),
    )
    const consent = { customer_id, purpose: 'marketing', obtained_by: 'web', status: 'given' }
    await admin.post('/consents', { ...consent, contact_id: one.id })
    expect(await told(customer_id, 'marketing')).toEqual(['One by email: one@example.com'])
    await admin.post('/consents', consent)
    expect(await told(customer_id, 'marketing')).toHaveLength(2)
    expect(await refusal('DELETE', `/contacts/${one.id}`)).toEqual([409, 'still_used'])
    expect((await admin.call('DELETE', `/contacts/${two.id}`)).status).toBe(204)
    const stranger = await admin.post('/customers', { name: 'Stranger' })
    expect(
      await refusal('POST', '/consents', { ...consent, customer_id: stranger.id, contact_id: one.id }),
    ).toEqual([422, 'contact_id:of_another_customer'])
    expect(await refusal('POST', '/consents', { ...consent, at: '2030-01-01T00:00:00Z' })).toEqual([
      422,
      'at:in_future',
    ])
  })

  test('are never changed nor removed, by any path; only merging customers moves them', async () => {
    const { id: customer_id } = await admin.post('/customers', { name: 'Fixed' })
    const { id } = await admin.post('/consents', {
      customer_id,
      purpose: 'terms',
      status: 'given',
      obtained_by: 'web',
    })
    expect(await refusal('PATCH', `/consents/${id}`, { status: 'withdrawn' })).toEqual([405, 'not_offered'])
    expect(await refusal('DELETE', `/consents/${id}`)).toEqual([405, 'not_offered'])
    for (const attempt of [
      sql`update consents set status = 'withdrawn' where id = ${id}`,
      sql`delete from consents where id = ${id}`,
    ])
      await expect(asTenant(isp, admin.tenant_id, (ctx) => ctx.db.run(attempt))).rejects.toThrow(
        'permission denied',
      )
    const into = await admin.post('/customers', { name: 'Into' })
    await admin.post(`/customers/${into.id}/merge`, { from_customer_id: customer_id })
    expect((await admin.get(`/consents?customer_id=${into.id}`)).data).toMatchObject([
      { id, status: 'given' },
    ])
  })

  test('are seen and recorded by the customer’s partner only', async () => {
    const [north, south] = await Promise.all(
      ['North', 'South'].map((name) => admin.post('/partners', { name })),
    )
    const all = [{ noun: '*', actions: ['*'] }]
    const [ours, theirs] = [
      await clientWith({ isp, admin }, all, north.id),
      await clientWith({ isp, admin }, all, south.id),
    ]
    const customer = await ours.post('/customers', { name: 'Northern' })
    const consent = { customer_id: customer.id, purpose: 'terms', status: 'given', obtained_by: 'web' }
    const { id } = await ours.post('/consents', consent)
    expect((await theirs.call('GET', `/consents/${id}`)).status).toBe(404)
    expect((await theirs.call('GET', `/customers/${customer.id}/consents`)).status).toBe(404)
    expect((await theirs.call('GET', `/customers/${customer.id}/recipients?purpose=billing`)).status).toBe(
      404,
    )
    expect((await theirs.call('POST', '/consents', consent)).body.errors[0].code).toBe('no_such_customer')
  })
})
