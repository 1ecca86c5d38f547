import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { advance, asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const codeOf = async (answer: Promise<{ status: number; body: any }>) => {
  const { status, body } = await answer
  return [status, body.code]
}
const move = (admin: Client, service_id: string, customer_id: string, more: object = {}) =>
  admin.call('POST', `/services/${service_id}/move`, { customer_id, ...more })
const useSome = (admin: Client, service_id: string) =>
  asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`
      insert into usage_days (tenant_id, service_id, customer_id, partner_id, day, input_bytes, output_bytes)
      select tenant_id, id, customer_id, partner_id, '2027-01-01', 1000, 9000 from services where id = ${service_id}`),
  )
const bytesOf = async (admin: Client, customer_id: string): Promise<number> =>
  (await admin.get(`/usage_days?customer_id=${customer_id}`)).data.reduce(
    (sum: number, row: any) => sum + row.output_bytes,
    0,
  )

describe('a service goes to another customer', () => {
  test('with its usage; its documents stay, and it is billed on from where it was', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const tariff = await newTariff(admin, '31.00')
    const old = await newInternetCustomer(admin, tariff)
    const tenant = (await admin.post('/customers', { name: 'New tenant of the flat', billing_day: 10 })).id
    await runBilling(isp, admin, '2027-01-01')
    await useSome(admin, old.service_id)
    await admin.post('/surcharges', {
      service_id: old.service_id,
      label: 'Public IP',
      price: '2.00',
      from_date: '2027-02-01',
    })
    const preview = await move(admin, old.service_id, tenant, { dry_run: true })
    expect(preview.body.result.moved).toMatchObject([
      { noun: 'surcharge', rows: 1 },
      { noun: 'usage_day', rows: 1 },
    ])
    const moved = await move(admin, old.service_id, tenant, { reason: 'took over the flat' })
    expect(moved.body).toMatchObject({ customer_id: tenant, from_customer_id: old.customer_id })
    expect([await bytesOf(admin, tenant), await bytesOf(admin, old.customer_id)]).toEqual([9000, 0])
    expect((await admin.get(`/services/${old.service_id}`)).customer_id).toBe(tenant)
    expect((await admin.get(`/customers/${tenant}`)).status).toBe('active')
    expect((await admin.get(`/invoices?customer_id=${old.customer_id}`)).data).toHaveLength(1)
    expect((await admin.get(`/services/${old.service_id}/history`)).data[0]).toMatchObject({
      action: 'moved',
      reason: 'took over the flat',
    })

    await advance(isp, admin.tenant_id, '31d') // 1 February: nine days until the new customer's billing day
    expect(await runBilling(isp, admin, '2027-02-01')).toMatchObject({ invoices: 1 })
    const [invoice, ...others] = (await admin.get(`/invoices?customer_id=${tenant}`)).data
    expect(others).toEqual([])
    expect(invoice).toMatchObject({ period_from: '2027-02-01', period_to: '2027-02-09' })
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('whoever was charged in advance gets it back when it ends', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const old = await newInternetCustomer(admin, await newTariff(admin, '31.00'))
    const other = (await admin.post('/customers', { name: 'Other' })).id
    await runBilling(isp, admin, '2027-01-01')
    await advance(isp, admin.tenant_id, '10d')
    await move(admin, old.service_id, other)
    await advance(isp, admin.tenant_id, '10d') // 21 January
    await admin.post(`/services/${old.service_id}/terminate`)
    expect((await admin.get(`/credit_notes?customer_id=${old.customer_id}`)).data).toMatchObject([
      { total: '-11.00' },
    ])
    expect((await admin.get(`/customers/${other}`)).balance).toBe('0.00')
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })

  test('is refused where days would be billed to somebody who did not use them, or to nobody', async () => {
    const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
    const old = await newInternetCustomer(admin, await newTariff(admin, '31.00'))
    const other = (await admin.post('/customers', { name: 'Other' })).id
    expect(await codeOf(move(admin, old.service_id, old.customer_id))).toEqual([422, 'invalid'])
    const partner = await admin.post('/partners', { name: 'North' })
    const theirs = (await admin.post('/customers', { name: 'Theirs', partner_id: partner.id })).id
    expect(await codeOf(move(admin, old.service_id, theirs))).toEqual([409, 'other_partner'])
    await advance(isp, admin.tenant_id, '5d')
    expect(await codeOf(move(admin, old.service_id, other))).toEqual([409, 'unbilled'])
    await runBilling(isp, admin, '2027-01-06')
    await admin.post(`/customers/${other}/disable`, { reason: 'closed' })
    expect(await codeOf(move(admin, old.service_id, other))).toEqual([409, 'customer_disabled'])
    await admin.post(`/customers/${other}/activate`)
    expect((await move(admin, old.service_id, other)).status).toBe(200)
  })

  test('and back within a day, one move after the other, unless it was billed there', async () => {
    const admin = await newTenant(isp, { at: '2027-01-30T08:00:00Z' })
    const old = await newInternetCustomer(admin, await newTariff(admin, '31.00'))
    const made = async (name: string): Promise<string> => (await admin.post('/customers', { name })).id
    const [second, third] = [await made('Second'), await made('Third')]
    const undo = () => codeOf(admin.call('POST', `/services/${old.service_id}/undo_move`))
    const holder = async () => (await admin.get(`/services/${old.service_id}`)).customer_id
    expect(await undo()).toEqual([409, 'cannot_undo_move'])
    // Entered under the wrong customer just now: nothing was used, so nothing need be billed.
    const first = await move(admin, old.service_id, second)
    await useSome(admin, old.service_id)
    await move(admin, old.service_id, third)
    expect(await codeOf(admin.call('POST', `/customer_moves/${first.body.customer_move_id}/undo`))).toEqual([
      409,
      'moved_since',
    ])
    expect(await undo()).toEqual([200, undefined])
    expect(await holder()).toBe(second)
    expect(await undo()).toEqual([200, undefined])
    expect(await holder()).toBe(old.customer_id)
    expect(await bytesOf(admin, old.customer_id)).toBe(9000)
    expect(await undo()).toEqual([409, 'cannot_undo_move'])

    await move(admin, old.service_id, second)
    await runBilling(isp, admin, '2027-01-30')
    expect(await undo()).toEqual([409, 'billed_since'])
    const [invoice] = (await admin.get(`/invoices?customer_id=${second}`)).data
    await admin.post(`/invoices/${invoice.id}/void`, { reason: 'moved back' })
    expect(await undo()).toEqual([200, undefined])
    expect(await runBilling(isp, admin, '2027-01-30')).toMatchObject({ invoices: 1, total: '2.00' })
    expect((await admin.get(`/invoices?customer_id=${old.customer_id}`)).data).toHaveLength(1)
    await advance(isp, admin.tenant_id, '1d')
    await move(admin, old.service_id, third)
    await advance(isp, admin.tenant_id, '25h')
    expect(await undo()).toEqual([409, 'cannot_undo_move'])
    expect(await ledgerDifference(isp, admin)).toBe('0.00')
  })
})
