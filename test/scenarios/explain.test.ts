import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advance, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** “Why?”: each step that decided a service's status, price and speed, in a sentence, with the rows to look at. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

type Step = { code: string; sentence: string; amount?: string; links: { noun: string; id: string }[] }
const explain = (admin: Client, service_id: string, date?: string) =>
  admin.get(`/services/${service_id}/explain${date ? `?date=${date}` : ''}`)
const steps = (part: { because: Step[] }) => part.because.map(({ sentence }) => sentence)
const codes = (part: { because: Step[] }) => part.because.map(({ code }) => code)
const step = (part: { because: Step[] }, code: string) => part.because.find((one) => one.code === code)!

/** On a tariff of 30 since 10 January 2027, billed on the 1st. */
async function story(more: Record<string, unknown> = {}) {
  const admin = await newTenant(isp, { at: '2027-01-10T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00', { title: 'Fibre 100', ...more })
  return { admin, tariff, ...(await newInternetCustomer(admin, tariff)) }
}

/** Every row that is linked to is there and may be read. */
async function mustLead(admin: Client, why: Record<string, { because: Step[] }>) {
  const { nouns } = await admin.get('/meta')
  const links = ['status', 'access', 'price', 'speed'].flatMap((part) =>
    why[part]!.because.flatMap((one) => one.links),
  )
  expect(links.length).toBeGreaterThan(5)
  for (const { noun, id } of links) {
    const { path } = nouns.find((one: { name: string }) => one.name === noun)
    expect((await admin.get(`${path.replace('/api/v1', '')}/${id}`)).id).toBe(id)
  }
}

describe('why this status', () => {
  test('before, during and after a stop, each with the change that did it and the one to come', async () => {
    const { admin, service_id, customer_id } = await story()
    await admin.post(`/services/${service_id}/stop`, {
      date: '2027-02-01',
      until: '2027-03-01',
      reason: 'at sea',
    })
    const statusOn = async (date?: string) => (await explain(admin, service_id, date)).status
    expect(await statusOn('2027-01-05')).toMatchObject({
      value: 'pending',
      sentence:
        'The service was not there yet on 2027-01-05: it was added on 2027-01-10, to begin on 2027-01-10.',
    })
    const now = await statusOn()
    expect(now.sentence).toBe('The service is active since 2027-01-10.')
    expect(steps(now)).toEqual([
      'Activated by test admin on 2027-01-10.',
      'From 2027-02-01 on it is stopped.',
    ])
    const stopped = await statusOn('2027-02-14')
    expect(stopped).toMatchObject({ value: 'stopped', since: '2027-02-01', reason: 'at sea' })
    expect(stopped.sentence).toBe('The service is stopped since 2027-02-01, because at sea.')
    expect(steps(stopped)).toEqual([
      'Stopped by test admin on 2027-01-10, for 2027-02-01: at sea.',
      'From 2027-03-01 on it is active.',
    ])
    const [stop] = (await admin.get(`/service_changes?service_id=${service_id}&date=2027-02-01`)).data
    expect(step(stopped, 'stop').links).toEqual([{ noun: 'service_change', id: stop.id }])

    await admin.post(`/customers/${customer_id}/disable`, { reason: 'moved away' })
    const disabled = await statusOn()
    expect(disabled.sentence).toBe(
      'The service is disabled since 2027-01-10, because the customer was disabled.',
    )
    expect(step(disabled, 'disable').links).toContainEqual({ noun: 'customer', id: customer_id })
  })

  test('access on a day follows the customer’s log and what is planned', async () => {
    const { admin, service_id, customer_id } = await story()
    await admin.post(`/customers/${customer_id}/block`, { reason: 'unpaid' })
    await advance(isp, admin.tenant_id, '5d')
    await admin.post(`/customers/${customer_id}/unblock`)
    await admin.post(`/customers/${customer_id}/block`, { reason: 'cut on request', date: '2027-02-01' })
    const accessOn = async (date?: string) => (await explain(admin, service_id, date)).access
    expect((await accessOn('2027-01-12')).decision).toBe('reject')
    expect((await accessOn('2027-01-12')).sentence).toContain('unpaid')
    expect((await accessOn()).decision).toBe('accept')
    const planned = await accessOn('2027-02-10')
    expect(planned.decision).toBe('reject')
    expect(steps(planned)).toContain('The customer is to be blocked from 2027-02-01 on: cut on request.')
  })
})

describe('why this price', () => {
  test('list price, agreed price, quantity, discounts in their order, surcharges, tax and days', async () => {
    const admin = await newTenant(isp, { at: '2027-01-10T08:00:00Z' })
    const tax = await admin.post('/taxes', { name: 'VAT', rate: '20' })
    const tariff = await newTariff(admin, '30.00', { title: 'Fibre 100', tax_id: tax.id })
    const { customer_id, service_id } = await newInternetCustomer(admin, tariff)
    const list = (await explain(admin, service_id)).price
    expect(list.sentence).toBe(
      'It costs 30.00 EUR a month, the price of the tariff Fibre 100, plus 20% VAT: 36.00 EUR.',
    )
    expect(steps(list)).toEqual([
      'The tariff Fibre 100 lists 30.00 EUR a month (version 1, since 2027-01-10).',
      '20% VAT make 6.00 EUR of tax.',
      'The period from 2027-01-01 to 2027-01-31 has 31 days; the service is active on 22 of them, which cost 21.29 EUR at this price.',
      'Where it begins or ends within a period, its days are charged.',
      'When the tariff changes, unused days are given back and the rest of the period is charged at once.',
    ])

    await admin.post(`/services/${service_id}/change_terms`, { price: '25.00', quantity: 2, reason: 'loyal' })
    const give = (body: object) => admin.post('/discounts', { customer_id, from_date: '2027-01-10', ...body })
    const second = await give({ label: 'Loyal', kind: 'percent', percent: '10', position: 20 })
    const first = await give({ service_id, label: 'Welcome', kind: 'fixed', amount: '10.00', position: 10 })
    await give({ label: 'Group', kind: 'percent', percent: '5', applies_to: 'invoice' })
    const extra = await admin.post('/surcharges', { service_id, label: 'Public IP', price: '2.00' })
    const why = await explain(admin, service_id)
    const { price } = why
    // 2 × 25 − 10 = 40, less 10 % of that; 20 % tax on it and on the surcharge.
    expect(price).toMatchObject({ amount: '36.00', gross: '43.20', surcharges: '2.00', total: '45.60' })
    expect(price.sentence).toBe(
      'It costs 36.00 EUR a month, as agreed with the customer for 2 units less Welcome 10.00 EUR and Loyal 4.00 EUR, plus 20% VAT: 43.20 EUR, and 2.00 EUR of surcharges without tax.',
    )
    expect(codes(price)).toEqual([
      'list_price',
      'custom_price',
      'quantity',
      'discount',
      'discount',
      'invoice_discount',
      'surcharge',
      'tax',
      'period',
      'first_period',
      'change_rules',
    ])
    expect(step(price, 'custom_price').sentence).toBe(
      '25.00 EUR a month was agreed with the customer instead. Terms agreed by test admin on 2027-01-10: loyal.',
    )
    expect(price.because.filter(({ code }: Step) => code === 'discount')).toEqual([
      {
        code: 'discount',
        sentence: 'Welcome takes 10.00 EUR a month off what is left, 10.00 EUR, from 2027-01-10 on.',
        amount: '-10.00',
        links: [{ noun: 'discount', id: first.id }],
      },
      {
        code: 'discount',
        sentence: 'Loyal takes 10% off what is left, 4.00 EUR, from 2027-01-10 on.',
        amount: '-4.00',
        links: [{ noun: 'discount', id: second.id }],
      },
    ])
    expect(step(price, 'surcharge').links).toEqual([{ noun: 'surcharge', id: extra.id }])
    await mustLead(admin, why)
    // What it says is what is billed: 36 for the line, 2 for the surcharge, 5 % off both, 20 % tax.
    await runBilling(isp, admin, '2027-01-10')
    await advance(isp, admin.tenant_id, '22d')
    await runBilling(isp, admin, '2027-02-01')
    const [invoice] = (await admin.get(`/invoices?customer_id=${customer_id}&date=2027-02-01`)).data
    expect([invoice.net_total, invoice.total]).toEqual(['36.10', '43.32'])
  })

  test('phases one after the other, and the regular price after them', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '30.00', { title: 'Fibre 100' })
    await admin.post('/tariff_phases', {
      tariff_id: tariff,
      position: 1,
      name: 'Trial',
      length: 1,
      price: '0.00',
    })
    await admin.post('/tariff_phases', {
      tariff_id: tariff,
      position: 2,
      name: 'Promotion',
      length: 2,
      kind: 'percent',
      percent: '50',
    })
    const { service_id } = await newInternetCustomer(admin, tariff)
    const phaseOn = async (date: string) => steps((await explain(admin, service_id, date)).price)[1]
    expect(await phaseOn('2027-01-15')).toBe('The phase Trial makes it 0.00 EUR a month until 2027-02-01.')
    expect(await phaseOn('2027-02-15')).toBe(
      'The phase Promotion makes it 15.00 EUR a month until 2027-04-01.',
    )
    expect(await phaseOn('2027-04-01')).toBe(
      'Its phases are over: it costs 30.00 EUR a month since 2027-04-01.',
    )
  })

  test('a price that the tariff changed since: who keeps the old one, and whom it reached', async () => {
    const { admin, service_id, tariff } = await story()
    await admin.patch(`/tariffs/${tariff}`, { price: '35.00' })
    const kept = (await explain(admin, service_id)).price
    expect(steps(kept)).toContain(
      'It keeps 30.00 EUR a month, as it was sold; later changes of the tariff’s price do not touch it.',
    )
    await admin.post(`/tariffs/${tariff}/change_price`, {
      price: '40.00',
      existing: 'date',
      effective_existing: '2027-02-01',
    })
    expect(steps((await explain(admin, service_id)).price)).toContain(
      'From 2027-02-01 on it costs 40.00 EUR a month.',
    )
    await advance(isp, admin.tenant_id, '30d')
    const changed = (await explain(admin, service_id)).price
    expect(step(changed, 'price_change').sentence).toMatch(
      /^A change of the tariff’s price \(version \d\) made it 40.00 EUR a month from 2027-02-01 on\.$/,
    )
    expect(step(changed, 'price_change').links.map(({ noun }: any) => noun)).toEqual([
      'service_change',
      'tariff_version',
    ])
  })
})

describe('why this speed', () => {
  test('the tariff with its shaping, the change to it, and what keeps it from passing', async () => {
    const { admin, service_id, customer_id } = await story()
    const fast = await newTariff(admin, '60.00', {
      title: 'Fibre 200',
      speed_download_kbps: 200_000,
      speed_upload_kbps: 100_000,
      cir_mode: 'percent',
      cir_percent: '10',
      burst_mode: 'percent',
      burst_limit_percent: '50',
      burst_threshold_percent: '80',
      burst_time_s: 30,
      priority: 'high',
      contention_ratio: 4,
    })
    await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: fast, date: '2027-02-01' })
    const before = (await explain(admin, service_id)).speed
    expect(before).toMatchObject({ download_kbps: 100_000, upload_kbps: 20_000 })
    const after = (await explain(admin, service_id, '2027-02-01')).speed
    expect(after).toMatchObject({ download_kbps: 200_000, upload_kbps: 100_000 })
    expect(steps(after)).toEqual([
      'The tariff Fibre 200 gives 200 Mbit/s down and 100 Mbit/s up.',
      'The service is on this tariff since 2027-02-01.',
      'Of it 20 Mbit/s down and 10 Mbit/s up are guaranteed.',
      'It bursts to 300 Mbit/s down and 150 Mbit/s up while the average of 30 s stays below 160 Mbit/s down and 80 Mbit/s up.',
      'Its priority is high.',
      'The line is shared 1 to 4.',
    ])
    await admin.post(`/customers/${customer_id}/block`, { reason: 'unpaid' })
    const blocked = (await explain(admin, service_id)).speed
    expect(blocked.sentence).toBe(
      'Access is refused because the customer is blocked since 2027-01-10: unpaid; otherwise the tariff Fibre 100 gives 100 Mbit/s down and 20 Mbit/s up.',
    )
    expect(codes(blocked)).toContain('block')
  })

  test('the past keeps the speed that the tariff had then', async () => {
    const { admin, service_id, tariff } = await story()
    await advance(isp, admin.tenant_id, '5d')
    await admin.patch(`/tariffs/${tariff}`, { speed_download_kbps: 150_000 })
    expect((await explain(admin, service_id)).speed.download_kbps).toBe(150_000)
    expect((await explain(admin, service_id, '2027-01-12')).speed.download_kbps).toBe(100_000)
  })
})

test('who may not see prices is not told them; a strange date or service is refused', async () => {
  const { admin, service_id } = await story()
  const network = await clientWithRole(isp, admin.tenant_id, 'network')
  const why = await explain(network, service_id)
  expect(why.price).toBeNull()
  expect(JSON.stringify(why)).not.toContain('30.00')
  for (const date of ['soon', '2027-02-30', '2027-2-1', '', '20270201', '0000-00-00'])
    expect((await admin.call('GET', `/services/${service_id}/explain?date=${date}`)).status).toBe(422)
  expect((await admin.call('GET', `/services/${service_id}/explain?date=9999-12-31`)).status).toBe(200)
  expect((await admin.call('GET', '/services/x/explain')).status).toBe(404)
})
