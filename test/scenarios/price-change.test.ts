import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { advance, clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'

/** A tariff becomes dearer: for new services, for those sold before, or not for who agreed another price. */
vi.setConfig({ testTimeout: 120_000 })
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

type Story = { admin: Client; tariff: { id: string }; names: Record<string, string> }

/** Three services at 30.00 a month: one plain, one of two units, one at an agreed 25.00. */
async function story(): Promise<Story> {
  const admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'EUR' })
  const tariff = await admin.post('/tariffs', {
    title: 'Fibre 200',
    service_type: 'internet',
    speed_download_kbps: 200_000,
    speed_upload_kbps: 100_000,
    price: '30.00',
    price_12_months: '300.00',
  })
  const names: Record<string, string> = {}
  const add = async (login: string, more: Record<string, unknown> = {}) => {
    const customer = await admin.post('/customers', { name: `Customer ${login}` })
    const service = await admin.post('/services', {
      customer_id: customer.id,
      tariff_id: tariff.id,
      login,
      ...more,
    })
    await admin.post(`/services/${service.id}/activate`, {})
    names[login] = service.id
  }
  await add('plain')
  await add('two', { quantity: 2 })
  await add('agreed', { price: '25.00' })
  return { admin, tariff, names }
}
const priceOn = async ({ admin, names }: Story, login: string) => {
  const service = await admin.get(`/services/${names[login]}`)
  return service.price
}
const versionsOf = async ({ admin, tariff }: Story) =>
  (await admin.get(`/tariffs/${tariff.id}/versions`)).data as {
    id: string
    number: number | null
    status: string
    sentence: string
    differences: object[]
  }[]

test('the preview says whom it touches and what it does to monthly revenue, and does nothing', async () => {
  const now = await story()
  const { admin, tariff, names } = now
  const { result } = await admin.post(`/tariffs/${tariff.id}/change_price`, {
    price: '33.00',
    price_12_months: '330.00',
    existing: 'date',
    effective_existing: '2027-05-01',
    dry_run: true,
  })
  expect(result.totals).toEqual({
    services: 3,
    touched: 2,
    kept: 1,
    // 30 + 2 × 30 + 25
    monthly_before: '115.00',
    monthly_after: '124.00',
    monthly_difference: '9.00',
  })
  const of = (login: string) =>
    result.services.find((one: { service_id: string }) => one.service_id === names[login])
  expect(of('two')).toMatchObject({
    price_before: '30.00',
    price_after: '33.00',
    monthly_difference: '6.00',
    from: '2027-05-01',
    kept: null,
  })
  expect(of('agreed')).toMatchObject({ price_after: '25.00', from: null, kept: 'custom_price' })
  expect((await admin.get(`/tariffs/${tariff.id}`)).price).toBe('30.00')
  expect(await versionsOf(now)).toHaveLength(1)
})

test('for new services now, for existing ones never: each keeps what it was sold at', async () => {
  const now = await story()
  const { admin, tariff } = now
  const done = await admin.post(`/tariffs/${tariff.id}/change_price`, { price: '33.00', reason: 'energy' })
  expect(done.totals.services).toBe(0)
  expect((await admin.get(`/tariffs/${tariff.id}`)).price).toBe('33.00')
  const [latest, first] = await versionsOf(now)
  expect(latest).toMatchObject({
    number: 2,
    status: 'in_force',
    reason: 'energy',
    sentence: 'Price: 30.00 → 33.00',
    differences: [{ field: 'price', label: 'Price', before: '30.00', after: '33.00' }],
  })
  expect(first).toMatchObject({ number: 1, differences: [] })
  const changes = (await admin.get(`/service_changes?service_id=${now.names.plain}`)).data
  expect(changes.filter((one: { kind: string }) => one.kind === 'terms')).toEqual([])
})

test('planned for a day: who buys before pays the old price until then, who agreed keeps his, who was sold since has it too', async () => {
  const now = await story()
  const { admin, tariff, names } = now
  await admin.post(`/tariffs/${tariff.id}/change_price`, {
    price: '33.00',
    effective_new: '2027-04-01',
    existing: 'date',
    effective_existing: '2027-05-01',
  })
  expect((await admin.get(`/tariffs/${tariff.id}`)).price).toBe('30.00')
  expect((await versionsOf(now))[0]).toMatchObject({
    number: null,
    status: 'planned',
    sentence: 'Price: 30.00 → 33.00',
  })
  const customer = await admin.post('/customers', { name: 'Customer late' })
  const late = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: tariff.id,
    login: 'late',
  })
  await admin.post(`/services/${late.id}/activate`, {})
  names.late = late.id

  await advance(isp, admin.tenant_id, '23d')
  await settled(isp, admin.tenant_id)
  expect((await admin.get(`/tariffs/${tariff.id}`)).price).toBe('33.00')
  expect((await versionsOf(now))[0]).toMatchObject({ number: 2, status: 'in_force' })
  await advance(isp, admin.tenant_id, '30d')
  await settled(isp, admin.tenant_id)
  const terms = async (login: string) =>
    (await admin.get(`/service_changes?service_id=${names[login]}`)).data
      .filter((one: { kind: string }) => one.kind === 'terms')
      .map((one: { date: string; price: string; status: string }) => [one.date, one.price, one.status])
  expect(await terms('plain')).toEqual([['2027-05-01', '33.00', 'in_force']])
  expect(await terms('late')).toEqual([['2027-05-01', '33.00', 'in_force']])
  expect(await terms('agreed')).toEqual([])
  expect(await priceOn(now, 'agreed')).toBe('25.00')
})

test('at the next period each service changes on its own day; agreed prices too when asked', async () => {
  const now = await story()
  const { admin, tariff, names } = now
  const { result } = await admin.post(`/tariffs/${tariff.id}/change_price`, {
    price: '33.00',
    price_12_months: '330.00',
    existing: 'next_period',
    include_custom_prices: true,
    dry_run: true,
  })
  const from = Object.fromEntries(
    result.services.map((one: { service_id: string; from: string }) => [one.service_id, one.from]),
  )
  expect(from[names.plain!]).toBe('2027-04-01')
  expect(from[names.agreed!]).toBe('2027-04-01')
  expect(result.totals).toMatchObject({ touched: 3, kept: 0 })
  // What it does to one customer's balance would say nothing of three.
  expect(result.money).toBeUndefined()
})

test('a price change that is withdrawn before its day leaves nothing behind', async () => {
  const now = await story()
  const { admin, tariff, names } = now
  await admin.post(`/tariffs/${tariff.id}/change_price`, {
    price: '33.00',
    effective_new: '2027-04-01',
    existing: 'date',
    effective_existing: '2027-04-15',
  })
  const [planned] = await versionsOf(now)
  await admin.post(`/tariff_versions/${planned!.id}/withdraw`, { reason: 'not this year' })
  await advance(isp, admin.tenant_id, '40d')
  await settled(isp, admin.tenant_id)
  expect((await admin.get(`/tariffs/${tariff.id}`)).price).toBe('30.00')
  const changes = (await admin.get(`/service_changes?service_id=${names.plain}`)).data
  expect(
    changes
      .filter((one: { kind: string }) => one.kind === 'terms')
      .map((one: { status: string }) => one.status),
  ).toEqual(['withdrawn'])
  expect((await admin.get('/credit_notes')).data).toEqual([])
  const twice = await admin.call('POST', `/tariff_versions/${planned!.id}/withdraw`, {})
  expect(twice.status).toBe(409)
})

test('a planned price that fits its tariff no longer is withdrawn, and another takes effect all the same', async () => {
  const now = await story()
  const { admin, tariff } = now
  const change = (body: object) =>
    admin.post(`/tariffs/${tariff.id}/change_price`, { effective_new: '2027-03-12', ...body })
  await change({ price_12_months: null })
  await change({ price: '33.00' })
  // Sold for a year at a time only, the price for a year is all it has.
  await admin.patch(`/tariffs/${tariff.id}`, { sold_monthly: false })
  await advance(isp, admin.tenant_id, '2d')
  await settled(isp, admin.tenant_id)
  expect(await admin.get(`/tariffs/${tariff.id}`)).toMatchObject({
    price: '33.00',
    price_12_months: '300.00',
  })
  const statuses = (await versionsOf(now)).map(({ status }) => status).sort()
  expect(statuses).toEqual(['in_force', 'in_force', 'in_force', 'withdrawn'])
})

test('every edit of a tariff is a version, and the difference is readable', async () => {
  const now = await story()
  const { admin, tariff } = now
  await admin.patch(`/tariffs/${tariff.id}`, { speed_download_kbps: 300_000, portal_visible: false })
  const [latest] = await versionsOf(now)
  expect(latest!.sentence).toBe('Download speed: 200000 → 300000 kbps; Shown in the portal: yes → no')
})

test('what cannot be is refused; who may not see prices sees none', async () => {
  const { admin, tariff } = await story()
  const refused = async (body: Record<string, unknown>, by = admin) => {
    const answer = await by.call('POST', `/tariffs/${tariff.id}/change_price`, body)
    return answer.body.errors?.[0]?.code ?? answer.body.code
  }
  expect(await refused({ price: '30.00' })).toBe('no_change')
  expect(await refused({ price: null })).toBe('required')
  expect(await refused({ price: '33.00', effective_new: '2027-03-01' })).toBe('in_the_past')
  expect(await refused({ price: '33.00', existing: 'date' })).toBe('required')
  expect(await refused({ price: '33.00', effective_existing: '2027-05-01' })).toBe('not_in_mode')
  expect(
    await refused({
      price: '33.00',
      effective_new: '2027-05-01',
      existing: 'date',
      effective_existing: '2027-04-01',
    }),
  ).toBe('before_new')
  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  expect(await refused({ price: '33.00' }, support)).toBe('forbidden')
  const network = await clientWithRole(isp, admin.tenant_id, 'network')
  await admin.post(`/tariffs/${tariff.id}/change_price`, { price: '33.00' })
  const [latest] = (await network.get(`/tariffs/${tariff.id}/versions`)).data
  expect(latest.differences).toEqual([])
  const [row] = (await network.get(`/tariff_versions?tariff_id=${tariff.id}`)).data
  expect(row.changes).toEqual({})
})
