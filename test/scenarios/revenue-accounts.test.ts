import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, runBilling } from './billing-kit.ts'

/** What a tariff earns is posted where its revenue category says, and comes back from there. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-03-01T09:00:00Z', currency: 'EUR' })
})
afterAll(() => isp?.stop())

const posted = async () => {
  const accounts = (await admin.get('/accounts?limit=100')).data as { id: string; code: string }[]
  const code = (id: string) => accounts.find((account) => account.id === id)!.code
  const entries = (await admin.get('/journal_entries?limit=500&sort=date')).data as {
    debit_account_id: string
    credit_account_id: string
    amount: string
  }[]
  return entries
    .map((entry) => `${code(entry.debit_account_id)} → ${code(entry.credit_account_id)} ${entry.amount}`)
    .sort()
}

test('two tariffs, two accounts, and a credit that comes from the right one', async () => {
  const account = await admin.post('/accounts', { code: '4105', name: 'Wireless', type: 'income' })
  const category = await admin.post('/revenue_categories', { name: 'Wireless', account_id: account.id })
  const tariff = (title: string, more: object) =>
    admin.post('/tariffs', {
      title,
      service_type: 'internet',
      speed_download_kbps: 10_000,
      speed_upload_kbps: 2000,
      price: '31.00',
      ...more,
    })
  const wireless = await tariff('Wireless', { revenue_category_id: category.id, setup_fee: '10.00' })
  const fibre = await tariff('Fibre', {})
  const customer = await admin.post('/customers', { name: 'Ada Lovelace' })
  const services = []
  for (const [n, one] of [wireless, fibre].entries()) {
    const service = await admin.post('/services', {
      customer_id: customer.id,
      tariff_id: one.id,
      login: `ada${n}`,
    })
    await admin.post(`/services/${service.id}/activate`, {})
    services.push(service)
  }
  await runBilling(isp, admin, '2027-03-01')
  expect(await posted()).toEqual(['1100 → 4000 31.00', '1100 → 4105 41.00'])
  await advance(isp, admin.tenant_id, '10d')
  await admin.post(`/services/${services[0].id}/terminate`, {})
  expect(await posted()).toContain('4105 → 1100 21.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('only an account for income takes revenue; only the ISP itself adds accounts', async () => {
  const bank = (await admin.get('/accounts?code=1010')).data[0]
  const wrong = await admin.call('POST', '/revenue_categories', { name: 'Bank', account_id: bank.id })
  expect(wrong.body.errors[0]).toMatchObject({
    field: 'account_id',
    code: 'not_income',
    detail: '1010 Bank is no account for income.',
  })
  const letters = await admin.call('POST', '/accounts', { code: '41A', name: 'Letters', type: 'income' })
  expect(letters.body.errors[0]).toMatchObject({ field: 'code', code: 'not_a_code' })
  const twice = await admin.call('POST', '/accounts', { code: '4105', name: 'Again', type: 'income' })
  expect(twice.status).toBe(409)
  const partner = await admin.post('/partners', { name: 'Hillside Net' })
  const staff = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
  const theirs = await staff.call('POST', '/accounts', { code: '4999', name: 'Ours', type: 'income' })
  expect(theirs.body.code).toBe('not_your_ledger')
})
