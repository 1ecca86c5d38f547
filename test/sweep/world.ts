import type { Client, TestIsp } from '../isp.ts'
import { settled } from '../isp.ts'

/** Plural of a noun → the id of one of its rows. */
export type World = ReadonlyMap<string, string>

/** An ISP with a row of each noun that a few requests can make. `mark` stands in whatever has a name, so that a leak is seen. */
export async function settle(isp: TestIsp, admin: Client, mark: string): Promise<World> {
  const { post } = admin
  const name = (what: string) => `${mark} ${what}`
  const partner = await post('/partners', { name: name('partner') })
  await post('/labels', { name: name('label') })
  const tax = await post('/taxes', { name: name('tax'), rate: '23' })
  const tariff = await post('/tariffs', {
    title: name('tariff'),
    service_type: 'internet',
    price: '30.00',
    tax_id: tax.id,
    speed_download_kbps: 30_000,
    speed_upload_kbps: 10_000,
  })
  await post('/tariff_phases', {
    tariff_id: tariff.id,
    position: 1,
    name: name('phase'),
    length: 1,
    price: '1.00',
  })
  const router = await post('/routers', {
    title: name('router'),
    nas_ip: '192.0.2.1',
    nas_type: 'mikrotik',
    radius_secret: 'testing123',
  })
  await post('/ip_networks', { title: name('network'), network: '100.64.0.0/24', purpose: 'pool' })
  const customer = await post('/customers', { name: name('customer'), email: 'one@example.com' })
  await post('/customers', { name: name('of a partner'), partner_id: partner.id })
  await post('/contacts', { customer_id: customer.id, name: name('contact'), phone: '+48 22 123 45 67' })
  await post('/notes', { noun: 'customer', row_id: customer.id, text: name('note') })
  await post('/todos', { noun: 'customer', row_id: customer.id, title: name('todo') })
  const service = await post('/services', {
    customer_id: customer.id,
    tariff_id: tariff.id,
    router_id: router.id,
    login: `${mark}-1`.toLowerCase(),
    password: 'secret-1',
  })
  await post(`/services/${service.id}/activate`)
  await post('/saved_views', { noun: 'customer', name: name('view'), query: { status: 'new' } })
  await post('/entities', {
    name: 'mast',
    label: name('mast'),
    fields: [{ name: 'title', label: 'Title', kind: 'text', required: true }],
  })
  await post('/x/masts', { title: name('mast') })
  await post('/custom_fields', { noun: 'customer', name: 'shoe_size', label: name('shoe'), kind: 'integer' })
  const run = await post('/billing_runs', { date: '2027-01-01' })
  await post(`/billing_runs/${run.id}/confirm`)
  await settled(isp, admin.tenant_id)
  await post('/payments', { customer_id: customer.id, amount: '10.00', method: 'cash' })
  await settled(isp, admin.tenant_id)
  return found(admin)
}

/** One row of each noun that has any. */
async function found(admin: Client): Promise<World> {
  const { nouns } = await admin.get<{ nouns: { path: string; can: Record<string, boolean> }[] }>('/meta')
  const ids = new Map<string, string>()
  for (const { path } of nouns) {
    const answer = await admin.call<{ data?: { id: string }[] }>('GET', `${path}?limit=1`)
    const id = answer.body.data?.[0]?.id
    if (id) ids.set(path.slice('/api/v1/'.length), id)
  }
  return ids
}
