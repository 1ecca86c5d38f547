import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'

/** Who changed what, when, and what followed from it. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { test_clock: false, clock_at: undefined })
})
afterAll(() => isp?.stop())

type Entry = {
  id: string
  at: string
  noun: string
  row_id: string
  action: string
  request_id: string
  actor_id: string | null
  changes: Record<string, unknown>
  cause: { event_id: string; type: string }[]
}
const audit = async (query: string, by = admin) =>
  (await by.get<{ data: Entry[] }>(`/audit_events?limit=200&${query}`)).data

test('the audit is found by actor, noun, row, action, request and time', async () => {
  const clerk = await clientWithRole(isp, admin.tenant_id, 'admin')
  const before = new Date().toISOString()
  const customer = await clerk.post('/customers', { name: 'Traced' })
  await clerk.post(`/customers/${customer.id}/activate`)
  const middle = new Date(Date.now() + 1).toISOString()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await admin.patch(`/customers/${customer.id}`, { phone: '+48 600 100 200' })
  const all = await audit(`row_id=${customer.id}`)
  expect(all.map(({ action }) => action)).toEqual(['updated', 'activated', 'created'])
  const by = all[2]!.actor_id!
  expect((await audit(`actor_id=${by}`)).map(({ action }) => action)).toEqual(['activated', 'created'])
  expect((await audit(`noun=customer&action=activated`)).map(({ row_id }) => row_id)).toEqual([customer.id])
  expect((await audit(`row_id=${customer.id}&action[in]=created,updated`)).length).toBe(2)
  expect((await audit(`request_id=${all[1]!.request_id}`)).map(({ id }) => id)).toEqual([all[1]!.id])
  const early = await audit(`row_id=${customer.id}&at[gte]=${before}&at[lt]=${middle}&sort=at`)
  expect(early.map(({ action }) => action)).toEqual(['created', 'activated'])
})

test('the audit is found by the field that changed, but not by one that is hidden', async () => {
  const customer = await admin.post('/customers', { name: 'Changing' })
  await admin.post('/custom_fields', { noun: 'customer', name: 'contract', label: 'Contract', kind: 'text' })
  await admin.patch(`/customers/${customer.id}`, { phone: '+48 1', email: 'new@example.com' })
  await admin.patch(`/customers/${customer.id}`, { language: 'pl', custom: { contract: 'C-42' } })
  const mine = `row_id=${customer.id}`
  const fields = async (query: string, by = admin) =>
    (await audit(`${mine}&${query}`, by)).map(({ changes }) => Object.keys(changes))
  expect(await fields('changed=phone')).toEqual([['email', 'phone']])
  expect(await fields('changed=custom.contract')).toEqual([['custom', 'language']])
  expect(await fields('changed=city')).toEqual([])
  await admin.post('/roles', {
    name: 'phoneless',
    grants: [
      { noun: 'customer', actions: ['*'], hidden_fields: ['phone', 'custom.contract'] },
      { noun: 'audit_event', actions: ['list'] },
    ],
  })
  const blind = await clientWithRole(isp, admin.tenant_id, 'phoneless')
  expect(await fields('changed=email', blind)).toEqual([['email']])
  expect(await fields('changed=phone', blind)).toEqual([])
  expect(await fields('changed=custom.contract', blind)).toEqual([])
  for (const query of ['changed=Phone!', 'cause=x', 'changed[in]=phone'])
    expect((await admin.call('GET', `/audit_events?${query}`)).status, query).toBe(422)
})

test('what followed from an event is found by it, from any link of the chain', async () => {
  const tariff = await admin.post('/tariffs', {
    title: 'Chained',
    service_type: 'recurring',
    price: '10.00',
  })
  const customer = await admin.post('/customers', { name: 'Chained' })
  const service = await admin.post('/services', { customer_id: customer.id, tariff_id: tariff.id })
  await admin.post(`/services/${service.id}/activate`)
  await admin.post(`/customers/${customer.id}/disable`, { reason: 'Moved away' })
  await settled(isp, admin.tenant_id)
  const caused = (await audit(`row_id=${service.id}`)).find(({ cause }) => cause.length > 0)
  expect(caused).toBeDefined()
  for (const link of caused!.cause) {
    const following = await audit(`cause=${link.event_id}`)
    expect(following.map(({ id }) => id)).toContain(caused!.id)
    for (const entry of following)
      expect(entry.cause.map(({ event_id }) => event_id)).toContain(link.event_id)
  }
  expect(await audit('cause=01900000-0000-7000-8000-000000000000')).toEqual([])
})
