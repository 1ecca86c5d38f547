import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { pdfText } from '../pdf-text.ts'
import { newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

let isp: TestIsp
let admin: Client
let itself: string

beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  itself = `/tenants/${admin.tenant_id}`
})
afterAll(() => isp?.stop())

const refusal = async (by: Client, path: string, change: Record<string, unknown>) => {
  const { status, body } = await by.call('PATCH', path, change)
  return [status, body.errors?.[0]?.code ?? body.code]
}

test('an ISP says who it is, and its documents say so', async () => {
  await admin.patch(itself, {
    name: 'Hillnet',
    legal_name: 'Hillnet Łódź Sp. z o.o.',
    street: 'ul. Długa 1',
    postal_code: '90-001',
    city: 'Łódź',
    country: 'pl',
    tax_id: 'PL1234563218',
    iban: 'PL61 1090 1014 0000 0712 1981 2874',
    document_footer: 'Thank you.',
  })
  expect(await admin.get(itself)).toMatchObject({ country: 'PL', iban: 'PL61109010140000071219812874' })
  const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '10.00'))
  await runBilling(isp, admin, '2027-01-01')
  const [invoice] = (await admin.get(`/invoices?customer_id=${customer_id}`)).data
  const { rawPayload } = await isp.server.inject({
    method: 'GET',
    url: `/api/v1/invoices/${invoice.id}/pdf`,
    headers: { authorization: `Bearer ${admin.token}` },
  })
  const text = await pdfText(rawPayload)
  for (const words of [
    'Hillnet Łódź Sp. z o.o.',
    '90-001 Łódź',
    'PL61 1090 1014 0000 0712 1981 2874',
    'Thank you.',
  ])
    expect(text).toContain(words)
})

test.each([
  ['iban', 'PL61109010140000071219812875', 'not_an_iban'],
  ['country', 'Poland', 'too_long'],
  ['country', '1!', 'not_a_country'],
  ['email', 'nobody', 'not_an_email'],
  ['currency', 'USD', 'read_only'],
])('%s “%s” is refused', async (field, value, wanted) => {
  expect(await refusal(admin, itself, { [field]: value })).toEqual([422, wanted])
})

test('numbers follow the pattern and the number that staff set, and never come twice', async () => {
  const { data } = await admin.get('/number_series?name=customer')
  const series = `/number_series/${data[0].id}`
  await admin.patch(series, { pattern: 'K{year}-{next|5}', next: 20_500 })
  const customer = await admin.post('/customers', { name: 'Jan', category: 'person' })
  expect(customer.number).toBe('K2027-20500')
  for (const [change, wanted] of [
    [{ next: 500 }, 'number_used'],
    [{ pattern: 'K{year}' }, 'no_number'],
    [{ pattern: '{next}-{year}' }, 'no_number'],
    [{ pattern: '{week}-{next}' }, 'unknown_variable'],
    [{ pattern: '{next}{next}' }, 'no_number'],
    [{ name: 'mine' }, 'read_only'],
  ] as const)
    expect(await refusal(admin, series, change)).toEqual([422, wanted])
  expect((await admin.post('/customers', { name: 'Ola', category: 'person' })).number).toBe('K2027-20501')
})

test('whoever may not change the ISP is refused, and every change is in the audit trail', async () => {
  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  expect((await refusal(support, itself, { name: 'Mine' }))[0]).toBe(403)
  const { data } = await admin.get(`/audit_events?noun=tenant&action=updated`)
  expect(data[0].changes.legal_name).toEqual([null, 'Hillnet Łódź Sp. z o.o.'])
})
