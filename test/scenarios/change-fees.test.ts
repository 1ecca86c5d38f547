import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** What a change of tariff brings with it: its fee, which goes back with it, and the phases of the new tariff. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const notesOf = async (admin: Client, customer_id: string): Promise<string[]> =>
  (await admin.get(`/credit_notes?customer_id=${customer_id}&sort=number`)).data.map(
    ({ total }: any) => total,
  )
const lastChange = async (admin: Client, service_id: string): Promise<string> => {
  const { data } = await admin.get(`/service_changes?service_id=${service_id}&status=in_force`)
  return data.filter(({ tariff_id, kind }: any) => kind === 'terms' && tariff_id)[0].id
}

test('a change that is taken back after its day gives its fee back, with its tax, once', async () => {
  const admin = await newTenant(isp, { at: '2027-04-01T08:00:00Z' })
  const tax = await admin.post('/taxes', { name: 'VAT', rate: '20' })
  await admin.post('/billing_policies', { fee_up: '10.00' })
  const [slow, fast] = [
    await newTariff(admin, '30.00', { tax_id: tax.id }),
    await newTariff(admin, '60.00', { tax_id: tax.id }),
  ]
  const { customer_id, service_id } = await newInternetCustomer(admin, slow)
  await runBilling(isp, admin, '2027-04-01')
  await advance(isp, admin.tenant_id, '15d') // 16 April: half of the month is left.
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: fast })
  // −36 for April, 18 back, −36 for the faster half, −12 for the change.
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('-66.00')
  const body = { change_id: await lastChange(admin, service_id), reason: 'a mistake' }
  const shown = await admin.post(`/services/${service_id}/cancel_change`, { ...body, dry_run: true })
  expect(shown.result.money).toMatchObject({ credit: '48.00', charge: '18.00', balance_after: '-36.00' })
  await admin.post(`/services/${service_id}/cancel_change`, body)
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('-36.00')
  expect(await notesOf(admin, customer_id)).toEqual(['-18.00', '-36.00', '-12.00'])
  // Whatever happens to the service afterwards, it is not given back again.
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: fast })
  const again = { change_id: await lastChange(admin, service_id), reason: 'another mistake' }
  await admin.post(`/services/${service_id}/cancel_change`, again)
  expect((await notesOf(admin, customer_id)).filter((total) => total === '-12.00')).toHaveLength(2)
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('-36.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a planned change that is taken back before its day never cost anything', async () => {
  const admin = await newTenant(isp, { at: '2027-04-01T08:00:00Z' })
  await admin.post('/billing_policies', { fee_up: '10.00' })
  const [slow, fast] = [await newTariff(admin, '30.00'), await newTariff(admin, '60.00')]
  const { customer_id, service_id } = await newInternetCustomer(admin, slow)
  await runBilling(isp, admin, '2027-04-01')
  await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: fast, date: '2027-04-20' })
  const { data } = await admin.get(`/service_changes?service_id=${service_id}&status=planned`)
  await admin.post(`/services/${service_id}/cancel_change`, { change_id: data[0].id })
  await advance(isp, admin.tenant_id, '25d')
  expect(await notesOf(admin, customer_id)).toEqual([])
  expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('-30.00')
})

test('a change into a tariff with phases lays them from its day on, unless another price was agreed', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  const [old, phased] = [await newTariff(admin, '20.00'), await newTariff(admin, '40.00', { title: 'Promo' })]
  const phase = { tariff_id: phased, length: 2 }
  await admin.post('/tariff_phases', { ...phase, position: 1, name: 'Trial', price: '0.00', length: 1 })
  await admin.post('/tariff_phases', { ...phase, position: 2, name: 'Half', kind: 'percent', percent: '50' })
  const { service_id } = await newInternetCustomer(admin, old)
  const change = { tariff_id: phased, date: '2027-02-01' }
  await admin.post(`/services/${service_id}/change_tariff`, change)
  const priceOn = async (date: string) =>
    (await admin.get(`/services/${service_id}/explain?date=${date}`)).price.amount
  const days = ['2027-01-31', '2027-02-01', '2027-03-01', '2027-04-30', '2027-05-01']
  expect(await Promise.all(days.map(priceOn))).toEqual(['20.00', '0.00', '20.00', '20.00', '40.00'])
  const why = (await admin.get(`/services/${service_id}/explain?date=2027-03-15`)).price
  expect(why.because[1].sentence).toBe('The phase Half makes it 20.00 EUR a month until 2027-05-01.')
  // Taken back as one.
  const { data } = await admin.get(`/service_changes?service_id=${service_id}&status=planned&sort=date`)
  expect(data).toHaveLength(4)
  await admin.post(`/services/${service_id}/cancel_change`, { change_id: data[0].id })
  expect(await priceOn('2027-03-01')).toBe('20.00')
  expect((await admin.get(`/services/${service_id}/explain?date=2027-05-01`)).price.amount).toBe('20.00')
  await admin.post(`/services/${service_id}/change_tariff`, { ...change, price: '33.00' })
  expect(await Promise.all(days.map(priceOn))).toEqual(['20.00', '33.00', '33.00', '33.00', '33.00'])
})

test('it is said how invoices are to be delivered, and when whom to remind', async () => {
  const admin = await newTenant(isp, { at: '2027-04-01T08:00:00Z' })
  const tariff = await newTariff(admin, '30.00')
  const terms = {
    due_days: 10,
    reminders: true,
    reminder_days: [-3, 2],
    reminder_channel: 'sms',
    auto_block: false,
  }
  const mail = await newInternetCustomer(admin, tariff, { ...terms, invoice_delivery: 'email_and_print' })
  await newInternetCustomer(admin, tariff, { invoice_delivery: 'none', reminders: false, auto_block: false })
  await runBilling(isp, admin, '2027-04-01')
  await settled(isp, admin.tenant_id)
  const told = async (type: string) =>
    (await admin.get('/events?limit=500')).data
      .filter((event: any) => event.type === `invoice.${type}`)
      .map(({ data }: any) => data)
  expect(await told('delivery_due')).toMatchObject([
    { customer_id: mail.customer_id, channels: ['email', 'post'], number: '2027-000001' },
  ])
  await advance(isp, admin.tenant_id, '20d')
  expect(await told('reminder_due')).toMatchObject([
    { customer_id: mail.customer_id, days: 2, channel: 'sms', due_total: '3000' },
    { customer_id: mail.customer_id, days: -3, channel: 'sms' },
  ])
  // An invoice that a change makes is to be delivered as well.
  const fast = await newTariff(admin, '60.00')
  await admin.post(`/services/${mail.service_id}/change_tariff`, { tariff_id: fast })
  expect(await told('delivery_due')).toHaveLength(2)
})
