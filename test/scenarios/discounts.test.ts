import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

/** Discounts, coupons and surcharges are given, end, and are taken back. */
let isp: TestIsp
let admin: Client
let fibre: { id: string }
let wireless: { id: string }
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-03-10T09:00:00Z', currency: 'EUR' })
  const speeds = { service_type: 'internet', speed_download_kbps: 50_000, speed_upload_kbps: 10_000 }
  fibre = await admin.post('/tariffs', { title: 'Fibre', ...speeds, price: '30.00' })
  wireless = await admin.post('/tariffs', { title: 'Wireless', ...speeds, price: '20.00' })
})
afterAll(() => isp?.stop())

let logins = 0
const subscriber = async (more: Record<string, unknown> = {}, tariff = fibre) => {
  const customer = await admin.post('/customers', { name: 'Ada Lovelace', ...more })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id: tariff.id,
    login: `ada${++logins}`,
  })
  return { customer, service }
}
const refusal = async (path: string, body: Record<string, unknown>, by = admin) => {
  const answer = await by.call('POST', path, body)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  return answer.body.errors?.[0] ?? { code: answer.body.code, detail: answer.body.detail }
}
const coupon = (code: string, more: Record<string, unknown> = {}) =>
  admin.post('/coupons', { code, label: code, kind: 'percent', percent: '10', ...more })

test('a discount of three periods says its last day; it ends earlier, or is taken back altogether', async () => {
  const { customer, service } = await subscriber()
  await admin.post(`/services/${service.id}/activate`, {})
  const welcome = await admin.post('/discounts', {
    customer_id: customer.id,
    service_id: service.id,
    label: 'Welcome',
    kind: 'percent',
    percent: '50',
    periods: 3,
  })
  expect(welcome).toMatchObject({
    from_date: '2027-03-10',
    to_date: '2027-06-09',
    status: 'given',
    position: 100,
    applies_to: 'line',
  })
  const ended = await admin.post(`/discounts/${welcome.id}/end`, { to_date: '2027-04-30' })
  expect(ended.to_date).toBe('2027-04-30')
  expect(await refusal(`/discounts/${welcome.id}/end`, { to_date: '2027-04-30' })).toMatchObject({
    code: 'no_change',
  })
  expect(await refusal(`/discounts/${welcome.id}/end`, { to_date: '2027-03-01', reason: 'x' })).toMatchObject(
    {
      field: 'to_date',
      code: 'before_start',
    },
  )
  const withdrawn = await admin.post(`/discounts/${welcome.id}/withdraw`, { reason: 'entered twice' })
  expect(withdrawn.status).toBe('withdrawn')
  expect(await refusal(`/discounts/${welcome.id}/end`, {})).toMatchObject({ code: 'cannot_end' })

  const told = await admin.get(`/audit_events?noun=service&row_id=${service.id}&limit=50`)
  const changes = told.data.filter((one: { action: string }) => one.action === 'price_changed')
  expect(changes).toHaveLength(3)
})

test('what does not make sense is refused with a sentence', async () => {
  const { customer, service } = await subscriber()
  const stranger = await subscriber()
  const discount = { customer_id: customer.id, label: 'Off', kind: 'fixed', amount: '5.00' }
  expect(await refusal('/discounts', { ...discount, amount: null })).toMatchObject({ field: 'amount' })
  expect(await refusal('/discounts', { ...discount, amount: '0.00' })).toMatchObject({ field: 'amount' })
  expect(await refusal('/discounts', { ...discount, percent: '5' })).toMatchObject({
    field: 'percent',
    code: 'other_kind',
  })
  expect(await refusal('/discounts', { ...discount, service_id: stranger.service.id })).toMatchObject({
    field: 'service_id',
    code: 'no_such_service',
  })
  expect(
    await refusal('/discounts', { ...discount, service_id: service.id, applies_to: 'invoice' }),
  ).toMatchObject({ field: 'service_id', code: 'for_whole_invoice' })
  expect(await refusal('/discounts', { ...discount, periods: 2, to_date: '2027-09-01' })).toMatchObject({
    field: 'periods',
    code: 'two_ends',
  })
  expect(await refusal('/discounts', { ...discount, to_date: '2027-03-09' })).toMatchObject({
    field: 'to_date',
    code: 'before_start',
  })
  expect(await refusal('/discounts', { ...discount, from_date: '2027-03-01' })).toMatchObject({
    field: 'reason',
    code: 'required',
  })
  const past = await admin.post('/discounts', {
    ...discount,
    from_date: '2027-03-01',
    reason: 'promised on the telephone',
  })
  expect(past.from_date).toBe('2027-03-01')
})

test('only who may backdate gives a discount for days gone by', async () => {
  const { customer } = await subscriber()
  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  const discount = { customer_id: customer.id, label: 'Off', kind: 'fixed', amount: '5.00' }
  expect(await refusal('/discounts', discount, support)).toMatchObject({ code: 'forbidden' })
})

test('a coupon is redeemed within its limits, however it is typed', async () => {
  await coupon('SPRING-27', { duration: 'periods', periods: 2, max_redemptions: 2, tariff_ids: [fibre.id] })
  const first = await subscriber()
  const path = (of: { customer: { id: string } }) => `/customers/${of.customer.id}/redeem_coupon`
  const given = await admin.post(path(first), { code: ' spring-27 ', service_id: first.service.id })
  expect(given).toMatchObject({
    label: 'SPRING-27',
    percent: '10',
    from_date: '2027-03-10',
    to_date: '2027-05-09',
    periods: 2,
  })
  expect(await refusal(path(first), { code: 'SPRING-27', service_id: first.service.id })).toEqual({
    field: 'code',
    code: 'coupon_used_by_customer',
    detail: 'This customer redeemed the coupon SPRING-27 once, as often as one may.',
  })
  const second = await subscriber()
  expect(await refusal(path(second), { code: 'SPRING-27' })).toMatchObject({
    field: 'service_id',
    code: 'service_required',
  })
  const radio = await subscriber({}, wireless)
  expect(await refusal(path(radio), { code: 'SPRING-27', service_id: radio.service.id })).toMatchObject({
    code: 'other_tariff',
  })
  await admin.post(path(second), { code: 'SPRING-27', service_id: second.service.id })
  const third = await subscriber()
  expect(await refusal(path(third), { code: 'SPRING-27', service_id: third.service.id })).toMatchObject({
    code: 'coupon_used_up',
  })
  // What is taken back may be redeemed again.
  await admin.post(`/discounts/${given.id}/withdraw`, { reason: 'wrong customer' })
  await admin.post(path(third), { code: 'SPRING-27', service_id: third.service.id })
  const [kept] = (await admin.get('/coupons?code=SPRING-27')).data
  expect(kept.redeemed).toBe(2)
})

test('of two who redeem the last coupon at once, one has it', async () => {
  await coupon('LASTONE', { max_redemptions: 1 })
  const [one, two] = [await subscriber(), await subscriber()]
  const answers = await Promise.all(
    [one, two].map(({ customer }) =>
      admin.call('POST', `/customers/${customer.id}/redeem_coupon`, { code: 'LASTONE' }),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
  expect(answers.find(({ status }) => status === 422)?.body.errors[0].code).toBe('coupon_used_up')
})

test('coupons know dates, categories, and the whole invoice', async () => {
  await coupon('LATER', { valid_from: '2027-04-01', valid_to: '2027-04-30', max_per_customer: null })
  await coupon('FIRMS', { customer_category: 'company' })
  await coupon('INVOICE', { applies_to: 'invoice', duration: 'forever' })
  const { customer, service } = await subscriber()
  const redeem = `/customers/${customer.id}/redeem_coupon`
  expect(await refusal(redeem, { code: 'LATER' })).toMatchObject({ code: 'coupon_not_valid_yet' })
  expect(await refusal(redeem, { code: 'FIRMS' })).toMatchObject({
    detail: 'The coupon FIRMS is for companies only.',
  })
  expect(await refusal(redeem, { code: 'NOSUCH' })).toMatchObject({ code: 'no_such_coupon' })
  expect(await refusal(redeem, { code: 'INVOICE', service_id: service.id })).toMatchObject({
    code: 'for_whole_invoice',
  })
  expect(await admin.post(redeem, { code: 'INVOICE' })).toMatchObject({
    applies_to: 'invoice',
    service_id: null,
    to_date: null,
  })
  await advance(isp, admin.tenant_id, '25d')
  expect(await admin.post(redeem, { code: 'LATER' })).toMatchObject({
    from_date: '2027-04-04',
    to_date: '2027-05-03',
  })
})

test('a discount for some periods that waits for its service begins with it', async () => {
  const { customer, service } = await subscriber()
  await coupon('START', { duration: 'periods', periods: 1 })
  const given = await admin.post(`/customers/${customer.id}/redeem_coupon`, {
    code: 'START',
    service_id: service.id,
  })
  expect(given.from_date).toBe('2027-04-04')
  await advance(isp, admin.tenant_id, '6d')
  await admin.post(`/services/${service.id}/activate`, {})
  expect(await admin.get(`/discounts/${given.id}`)).toMatchObject({
    from_date: '2027-04-10',
    to_date: '2027-05-09',
  })
})

test('a surcharge has its own price and tax and ends with a day', async () => {
  const { service } = await subscriber()
  const tax = await admin.post('/taxes', { name: 'Reduced', rate: '8' })
  const address = await admin.post('/surcharges', {
    service_id: service.id,
    label: 'Public address',
    price: '3.00',
    tax_id: tax.id,
  })
  expect(address).toMatchObject({
    customer_id: service.customer_id,
    quantity: 1,
    to_date: null,
    price: '3.00',
  })
  const ended = await admin.post(`/surcharges/${address.id}/end`, {})
  expect(ended.to_date).toBe('2027-04-10')
  const installation = await admin.post('/tariffs', {
    title: 'Installation',
    service_type: 'one_time',
    price: '80.00',
  })
  const once = await admin.post('/services', {
    customer_id: service.customer_id,
    tariff_id: installation.id,
  })
  expect(await refusal('/surcharges', { service_id: once.id, label: 'More', price: '1.00' })).toMatchObject({
    code: 'charged_once',
  })
})

test('a partner’s staff sees and gives its own customers’ discounts, and uses coupons that are for it', async () => {
  const partner = await admin.post('/partners', { name: 'Hillside Net' })
  const staff = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
  const theirs = await subscriber({ partner_id: partner.id })
  const ours = await subscriber()
  const off = { label: 'Off', kind: 'fixed', amount: '5.00' }
  const hidden = await admin.post('/discounts', { ...off, customer_id: ours.customer.id })
  const seen = await staff.post('/discounts', { ...off, customer_id: theirs.customer.id })
  const listed = (await staff.get('/discounts')).data
  expect(listed.map((row: { id: string }) => row.id)).toEqual([seen.id])
  expect((await staff.call('POST', `/discounts/${hidden.id}/withdraw`, { reason: 'no' })).status).toBe(404)
  expect(await refusal('/discounts', { ...off, customer_id: ours.customer.id }, staff)).toMatchObject({
    field: 'customer_id',
  })

  await coupon('ROOTONLY', {
    partner_ids: [
      (await admin.get('/partners')).data.find((one: { id: string }) => one.id !== partner.id).id,
    ],
  })
  const own = await staff.post('/coupons', { code: 'HILLS', label: 'Hills', kind: 'fixed', amount: '2.00' })
  expect(own.partner_ids).toEqual([partner.id])
  expect(await refusal(`/customers/${ours.customer.id}/redeem_coupon`, { code: 'HILLS' })).toMatchObject({
    code: 'other_partner',
  })
  await staff.post(`/customers/${theirs.customer.id}/redeem_coupon`, { code: 'HILLS' })
  await coupon('EVERYBODY')
  const everybodys = (await admin.get('/coupons?code=EVERYBODY')).data[0]
  expect((await staff.call('PATCH', `/coupons/${everybodys.id}`, { label: 'Ours' })).body.code).toBe(
    'not_your_coupon',
  )
})

test('phases belong to what is charged again and again, and only who may change the tariff sets them', async () => {
  const phase = { position: 1, name: 'Trial', length: 14, length_unit: 'days', price: '0.00' }
  const once = await admin.post('/tariffs', { title: 'Router', service_type: 'one_time', price: '60.00' })
  expect(await refusal('/tariff_phases', { ...phase, tariff_id: once.id })).toMatchObject({
    code: 'charged_once',
  })
  await admin.post('/tariff_phases', { ...phase, tariff_id: fibre.id })
  const twice = await admin.call('POST', '/tariff_phases', { ...phase, tariff_id: fibre.id })
  expect(twice.status).toBe(409)
  const partner = await admin.post('/partners', { name: 'Valley Net' })
  const staff = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
  expect(
    await refusal('/tariff_phases', { ...phase, position: 2, tariff_id: fibre.id }, staff),
  ).toMatchObject({
    code: 'not_your_tariff',
  })
})
