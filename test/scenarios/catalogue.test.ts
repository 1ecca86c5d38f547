import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWith } from '#kernel/testing/contract.ts'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

/** A small ISP sets up what it sells, to whom and where. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'EUR' })
})
afterAll(() => isp?.stop())

const internet = { service_type: 'internet', speed_download_kbps: 50_000, speed_upload_kbps: 10_000 }
const tariff = (body: Record<string, unknown>) => admin.post('/tariffs', body)
const refusedFields = async (body: Record<string, unknown>) => {
  const answer = await admin.call('POST', '/tariffs', { title: 'Wrong', price: '10.00', ...body })
  expect(answer.status).toBe(422)
  return answer.body.errors.map(({ field, code }: { field: string; code: string }) => `${field}:${code}`)
}
const titles = (rows: { title: string }[]) => rows.map((row) => row.title)

test('each of the five kinds has its own fields, and refuses the others’ with a sentence', async () => {
  const vat = await admin.post('/taxes', { name: 'VAT', rate: '23' })
  const category = await admin.post('/revenue_categories', { name: 'Internet, residential', code: '701' })
  const fibre = await tariff({
    title: 'Fibre 50',
    ...internet,
    price: '25.00',
    price_3_months: '72.00',
    price_12_months: '270.00',
    setup_fee: '49.00',
    termination_fee: '15.00',
    tax_id: vat.id,
    revenue_category_id: category.id,
    contention_ratio: 8,
    priority: 'high',
    cir_mode: 'percent',
    cir_percent: '10',
    burst_mode: 'percent',
    burst_limit_percent: '100',
    burst_threshold_percent: '80',
    burst_time_s: 30,
    data_allowance_bytes: 500_000_000_000,
    fup_policy: 'evening',
  })
  expect(fibre).toMatchObject({
    price_6_months: null,
    cir_percent: '10',
    contention_ratio: 8,
    sold_monthly: true,
  })
  const voice = await tariff({
    title: 'Talk',
    service_type: 'voice',
    price: '5.00',
    included_minutes: 300,
    rate_table: 'world',
  })
  expect(voice).toMatchObject({ included_minutes: 300, rate_table: 'world' })
  await tariff({ title: 'Installation', service_type: 'one_time', price: '80.00' })

  const answer = await admin.call('POST', '/tariffs', {
    title: 'Wrong',
    service_type: 'voice',
    price: '5.00',
    speed_download_kbps: 1000,
    cir_mode: 'percent',
  })
  expect(answer.body.errors).toEqual([
    {
      field: 'speed_download_kbps',
      code: 'not_for_kind',
      detail: 'Download speed belongs to an internet tariff; this is a voice tariff.',
    },
    {
      field: 'cir_mode',
      code: 'not_for_kind',
      detail: 'Guaranteed speed (CIR) belongs to an internet tariff; this is a voice tariff.',
    },
  ])
  expect(await refusedFields({ service_type: 'recurring', included_minutes: 10 })).toEqual([
    'included_minutes:not_for_kind',
  ])
  expect(
    await refusedFields({ service_type: 'one_time', price_12_months: '100.00', termination_fee: '5.00' }),
  ).toEqual(['price_12_months:not_for_kind', 'termination_fee:not_for_kind'])
  // A change is judged by what the tariff becomes.
  const changed = await admin.call('PATCH', `/tariffs/${voice.id}`, { burst_mode: 'percent' })
  expect(changed.body.errors[0]).toMatchObject({ field: 'burst_mode', code: 'not_for_kind' })
})

test('speeds fit together', async () => {
  expect(await refusedFields({ service_type: 'internet' })).toEqual([
    'speed_download_kbps:required',
    'speed_upload_kbps:required',
  ])
  expect(await refusedFields({ ...internet, burst_mode: 'percent', burst_limit_percent: '100' })).toEqual([
    'burst_threshold_percent:required',
    'burst_time_s:required',
  ])
  expect(await refusedFields({ ...internet, cir_percent: '10', burst_time_s: 30 })).toEqual([
    'cir_percent:not_in_mode',
    'burst_time_s:not_in_mode',
  ])
  expect(
    await refusedFields({
      ...internet,
      cir_mode: 'fixed',
      cir_download_kbps: 60_000,
      cir_upload_kbps: 1000,
      burst_mode: 'fixed',
      burst_limit_download_kbps: 40_000,
      burst_limit_upload_kbps: 20_000,
      burst_threshold_download_kbps: 45_000,
      burst_threshold_upload_kbps: 8000,
      burst_time_s: 30,
    }),
  ).toEqual([
    'cir_download_kbps:above_speed',
    'burst_limit_download_kbps:below_speed',
    'burst_threshold_download_kbps:above_burst',
  ])
  expect(await refusedFields({ ...internet, sold_monthly: false })).toEqual(['sold_monthly:no_period'])
  expect(await refusedFields({ ...internet, offered_from: '2027-05-01', offered_to: '2027-04-01' })).toEqual([
    'offered_to:before_start',
  ])
})

test('what is offered depends on who asks, where and when; what is not says why', async () => {
  const hills = await admin.post('/locations', { name: 'Hills', country: 'pl', postal_codes: '58-5' })
  expect(hills.country).toBe('PL')
  const vip = await admin.post('/labels', { name: 'vip' })
  const reseller = await admin.post('/partners', { name: 'Reseller' })
  const below = await admin.post('/partners', { name: 'Sub-reseller', parent_id: reseller.id })
  const make = (title: string, more: Record<string, unknown>) =>
    tariff({ title, service_type: 'recurring', price: '9.00', ...more })
  await make('a everybody', { price_12_months: '100.00', sold_monthly: false })
  await make('b companies', { customer_category: 'company' })
  await make('c vip', { label_ids: [vip.id] })
  await make('d reseller', { partner_ids: [reseller.id] })
  await make('e hills', { location_ids: [hills.id] })
  await make('f summer', { offered_from: '2027-06-01', offered_to: '2027-08-31' })
  await make('g old', { status: 'retired' })

  const person = await admin.post('/customers', {
    name: 'Ann',
    city: 'Gdynia',
    postal_code: '81-001',
    country: 'PL',
  })
  const firm = await admin.post('/customers', {
    name: 'Firm',
    category: 'company',
    label_ids: [vip.id],
    partner_id: below.id,
    postal_code: '58-500',
    country: 'PL',
  })
  const offered = (query: string) => admin.get(`/tariffs/offered?service_type=recurring&${query}`)

  const toPerson = await offered(`customer_id=${person.id}`)
  expect(titles(toPerson.data)).toEqual(['a everybody'])
  expect(toPerson.data[0].prices).toEqual([{ period_months: 12, price: '100.00' }])
  expect(toPerson.place).toEqual({ country: 'PL', city: 'Gdynia', postal_code: '81-001' })
  expect(
    toPerson.not_offered.map((row: { title: string; reasons: { code: string }[] }) => [
      row.title,
      ...row.reasons.map(({ code }) => code),
    ]),
  ).toEqual([
    ['b companies', 'other_category'],
    ['c vip', 'label_missing'],
    ['d reseller', 'other_partner'],
    ['e hills', 'other_location'],
    ['f summer', 'not_offered_yet'],
    ['g old', 'tariff_not_active'],
  ])
  expect(toPerson.not_offered[3].reasons[0].sentence).toBe(
    'The tariff e hills is not sold at this address; it is in Hills.',
  )

  expect(titles((await offered(`customer_id=${firm.id}`)).data)).toEqual([
    'a everybody',
    'b companies',
    'c vip',
    'd reseller',
    'e hills',
  ])
  // Another address than the customer's own; another day.
  expect(
    titles((await offered(`customer_id=${person.id}&postal_code=58-570&country=PL&date=2027-07-01`)).data),
  ).toEqual(['a everybody', 'e hills', 'f summer'])
  expect(
    (await offered('date=2027-09-01')).not_offered.flatMap((row: any) => row.reasons.map((r: any) => r.code)),
  ).toEqual(['place_unknown', 'no_longer_offered', 'tariff_not_active'])
  for (const [query, status] of [
    ['customer_id=nobody', 404],
    ['date=tomorrow', 422],
    ['colour=red', 422],
  ] as const)
    expect((await admin.call('GET', `/tariffs/offered?${query}`)).status).toBe(status)

  // What is not offered is not sold either.
  const companies = toPerson.not_offered[0]
  const sale = await admin.call('POST', '/services', { customer_id: person.id, tariff_id: companies.id })
  expect([sale.status, sale.body.errors]).toEqual([
    422,
    [
      {
        field: 'tariff_id',
        code: 'other_category',
        detail: 'The tariff b companies is for companies only.',
      },
    ],
  ])
  expect((await admin.post('/services', { customer_id: firm.id, tariff_id: companies.id })).status).toBe(
    'pending',
  )
})

test('a tariff says into which others it may change', async () => {
  const [slow, fast, trap] = await Promise.all(
    ['slow', 'fast', 'trap'].map((title) => tariff({ title, service_type: 'recurring', price: '9.00' })),
  )
  await admin.patch(`/tariffs/${slow.id}`, { allowed_changes: [fast.id] })
  const customer = await admin.post('/customers', { name: 'Bob' })
  const service = await admin.post('/services', { customer_id: customer.id, tariff_id: slow.id })
  await admin.post(`/services/${service.id}/activate`)
  const refused = await admin.call('POST', `/services/${service.id}/change_tariff`, { tariff_id: trap.id })
  expect(refused.body.errors).toMatchObject([{ field: 'tariff_id', code: 'change_not_allowed' }])
  const { data } = await admin.get(`/tariffs/offered?customer_id=${customer.id}&changing_from=${slow.id}`)
  expect(titles(data).filter((title) => ['slow', 'fast', 'trap'].includes(title))).toEqual(['fast', 'slow'])
  await admin.post(`/services/${service.id}/change_tariff`, { tariff_id: fast.id })
})

test('a partner’s staff sees what is sold to its customers, and changes only what is its own', async () => {
  const north = await admin.post('/partners', { name: 'North' })
  const northern = await admin.post('/partners', { name: 'Northern branch', parent_id: north.id })
  const south = await admin.post('/partners', { name: 'South' })
  const make = (title: string, partner_ids: string[]) =>
    tariff({ title, service_type: 'recurring', price: '7.00', partner_ids })
  const forAll = await make('for all', [])
  const ofNorth = await make('of the north', [north.id])
  const ofSouth = await make('of the south', [south.id])
  const everything = [{ noun: '*', actions: ['*'] }]
  const staff = await clientWith({ isp, admin }, everything, northern.id)
  const seen = async () =>
    titles((await staff.get('/tariffs?limit=500')).data).filter((title) => / all$|of the/.test(title))
  expect(await seen()).toEqual(['for all', 'of the north'])
  expect((await staff.call('GET', `/tariffs/${ofSouth.id}`)).status).toBe(404)

  for (const id of [forAll.id, ofNorth.id]) {
    const answer = await staff.call('PATCH', `/tariffs/${id}`, { price: '1.00' })
    expect([answer.status, answer.body.code]).toEqual([403, 'not_your_tariff'])
    expect((await staff.call('DELETE', `/tariffs/${id}`)).status).toBe(403)
  }
  const own = await staff.post('/tariffs', { title: 'our own', service_type: 'recurring', price: '8.00' })
  expect(own.partner_ids).toEqual([northern.id])
  expect((await staff.patch(`/tariffs/${own.id}`, { price: '8.50' })).price).toBe('8.50')
  const wider = await staff.call('PATCH', `/tariffs/${own.id}`, { partner_ids: [] })
  expect(wider.body.errors).toMatchObject([{ field: 'partner_ids', code: 'required' }])
  await staff.delete(`/tariffs/${own.id}`)

  // A tariff that a customer has stays in sight when it is no longer sold there.
  const customer = await staff.post('/customers', { name: 'Northerner' })
  const service = await staff.post('/services', { customer_id: customer.id, tariff_id: ofNorth.id })
  await admin.patch(`/tariffs/${ofNorth.id}`, { partner_ids: [south.id] })
  expect(await seen()).toEqual(['for all', 'of the north'])
  expect((await staff.post(`/services/${service.id}/activate`)).status).toBe('active')
  expect(
    (await staff.call('POST', '/services', { customer_id: customer.id, tariff_id: ofNorth.id })).body.errors,
  ).toMatchObject([{ code: 'other_partner' }])
})
