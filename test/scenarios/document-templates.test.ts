import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { placeholders } from '#modules/documents/index.ts'
import { advance, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { pdfText } from '../pdf-text.ts'
import { runBilling } from './billing-kit.ts'

/** An ISP words its documents; what it has issued keeps the words, and the seller, that it was issued with. */
vi.setConfig({ testTimeout: 120_000 })
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-03-01T09:00:00Z', currency: 'EUR', time_zone: 'UTC' })
})
afterAll(() => isp?.stop())

const pdf = async (path: string): Promise<Buffer> => {
  const answer = await isp.server.inject({
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${admin.token}` },
  })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.rawPayload
}
const words = async (path: string): Promise<string> => (await pdfText(await pdf(path))).replace(/\s+/g, ' ')

const bill = async () => runBilling(isp, admin, (await admin.get('/meta')).tenant.now.slice(0, 10))

/** A customer with a service from today on, and its first invoice. */
async function sold(customer: Record<string, unknown> = {}) {
  const tariff = await admin.post('/tariffs', {
    title: `Fibre ${Math.random().toString(36).slice(2, 7)}`,
    service_type: 'recurring',
    price: '30.00',
    minimum_months: 12,
    notice_days: 30,
  })
  const { id } = await admin.post('/customers', { name: 'Ada Lovelace', billing_day: 1, ...customer })
  const service = await admin.post('/services', { customer_id: id, tariff_id: tariff.id })
  await admin.post(`/services/${service.id}/activate`, {})
  await bill()
  const [invoice] = (await admin.get(`/invoices?customer_id=${id}&sort=date`)).data
  return { id, service, tariff, invoice }
}

test('a language is offered by its name', async () => {
  const { nouns } = await admin.get('/meta')
  const templates = nouns.find(({ name }: { name: string }) => name === 'document_template')
  const { values } = templates.fields.find(({ name }: { name: string }) => name === 'language')
  expect(values).toContainEqual({ value: 'de', label: 'German' })
})

test('an invoice is worded by the default, with what is true of it filled in', async () => {
  const template = await admin.post('/document_templates', {
    name: 'Invoices',
    kind: 'invoice',
    is_default: true,
    language: 'de',
    title: 'Rechnung Nr. {{invoice.number}}',
    before_lines: 'Hallo {{ customer.name }},',
    after_lines: 'Zahlen Sie bis {{invoice.due_date}} an {{seller.name}}.',
    footer: 'Kunde {{customer.number}}',
  })
  const { invoice, id } = await sold({ name: '{{seller.name}} #set page(fill: red)' })
  const { name } = (await admin.get('/meta')).tenant
  const printed = await words(`/invoices/${invoice.id}/pdf`)
  expect(printed).toContain(`Rechnung Nr. ${invoice.number}`)
  // What a value says is neither a placeholder nor markup.
  expect(printed).toContain('Hallo {{seller.name}} #set page(fill: red),')
  expect(printed).toContain(`an ${name}.`)
  expect(printed).toContain('Fällig am')
  expect(printed).toMatch(/1\. ?–31\. März 2027/)
  expect(printed).toContain('30,00')
  const { number } = await admin.get(`/customers/${id}`)
  expect(printed).toContain(`Kunde ${number}`)
  expect(await words(`/document_templates/${template.id}/preview`)).toContain('Hallo Ada Lovelace,')
})

test('what was issued prints the same whatever changes afterwards; what is issued next has the new words', async () => {
  const { invoice, id } = await sold()
  const before = await pdf(`/invoices/${invoice.id}/pdf`)
  const [template] = (await admin.get('/document_templates?kind=invoice&is_default=true')).data
  await admin.patch(`/document_templates/${template.id}`, {
    language: 'fr',
    title: null,
    before_lines: 'Bonjour {{customer.name}},',
    footer: null,
  })
  const [tenant] = (await admin.get('/tenants')).data
  await admin.patch(`/tenants/${tenant.id}`, { legal_name: 'New Name Ltd', iban: 'DE02120300000000202051' })
  await admin.patch(`/customers/${id}`, { name: 'Ada King', city: 'London' })
  expect(Buffer.compare(await pdf(`/invoices/${invoice.id}/pdf`), before)).toBe(0)
  await admin.delete(`/document_templates/${template.id}`)
  expect(Buffer.compare(await pdf(`/invoices/${invoice.id}/pdf`), before)).toBe(0)

  await admin.post('/document_templates', {
    name: 'Factures',
    kind: 'invoice',
    is_default: true,
    language: 'fr',
    before_lines: 'Bonjour {{customer.name}},',
  })
  await advance(isp, admin.tenant_id, '31d')
  await bill()
  const [next] = (await admin.get(`/invoices?customer_id=${id}&sort=-date`)).data
  expect(next.id).not.toBe(invoice.id)
  const printed = await words(`/invoices/${next.id}/pdf`)
  expect(printed).toContain('Bonjour Ada King,')
  expect(printed).toContain('New Name Ltd')
  expect(printed).toContain('Facture')
})

test('what was issued before there were templates prints as it did on that day', async () => {
  const old = await newTenant(isp, { at: '2027-03-01T09:00:00Z', currency: 'EUR', time_zone: 'UTC' })
  const settings = {
    legal_name: 'Old Name Ltd',
    city: 'Galway',
    postal_code: 'H91',
    iban: 'DE02120300000000202051',
  }
  await old.patch(`/tenants/${old.tenant_id}`, settings)
  const tariff = await old.post('/tariffs', { title: 'Fibre', service_type: 'recurring', price: '30.00' })
  const { id } = await old.post('/customers', { name: 'Ada Lovelace' })
  const service = await old.post('/services', { customer_id: id, tariff_id: tariff.id })
  await old.post(`/services/${service.id}/activate`)
  await runBilling(isp, old, '2027-03-01')
  const [invoice] = (await old.get('/invoices')).data
  const printed = async () =>
    (
      await isp.server.inject({
        url: `/api/v1/invoices/${invoice.id}/pdf`,
        headers: { authorization: `Bearer ${old.token}` },
      })
    ).rawPayload
  const before = await printed()
  // As an update finds it: invoices without a letterhead, and the one that the migration makes of the settings.
  const file = 'apps/server/src/modules/documents/migrations/20261125-0401-document-templates.sql'
  const migration = readFileSync(file, 'utf8')
  const owner = new pg.Client(isp.database.admin)
  await owner.connect()
  await owner.query('update invoices set letterhead_id = null where id = $1', [invoice.id])
  await owner.query(migration.slice(migration.indexOf('insert into letterheads')))
  await owner.end()
  await old.patch(`/tenants/${old.tenant_id}`, { legal_name: 'New Name Ltd', city: 'Cork', iban: null })
  expect(Buffer.compare(await printed(), before)).toBe(0)
})

test('a credit note has its own words, and keeps them', async () => {
  const { id, invoice, service } = await sold()
  await admin.post('/document_templates', {
    name: 'Credit notes',
    kind: 'credit_note',
    is_default: true,
    after_lines: 'Given back for {{invoice.number}}: {{credit_note.reason}}.',
  })
  await advance(isp, admin.tenant_id, '5d')
  await admin.post(`/services/${service.id}/terminate`, { reason: 'moved away' })
  const [note] = (await admin.get(`/credit_notes?customer_id=${id}`)).data
  const before = await pdf(`/credit_notes/${note.id}/pdf`)
  expect(await words(`/credit_notes/${note.id}/pdf`)).toContain(`Given back for ${invoice.number}`)
  const [tenant] = (await admin.get('/tenants')).data
  await admin.patch(`/tenants/${tenant.id}`, { legal_name: 'Third Name Ltd' })
  expect(Buffer.compare(await pdf(`/credit_notes/${note.id}/pdf`), before)).toBe(0)
})

test('a contract is worded too; issued, it stays as it was signed, and is issued anew under a new number', async () => {
  await admin.post('/document_templates', {
    name: 'Contracts',
    kind: 'contract',
    is_default: true,
    language: 'es',
    before_lines:
      '{{seller.name}} y {{customer.name}} acuerdan {{tariff.title}} por {{contract.minimum_term}}.',
  })
  const { id, service, tariff } = await sold()
  const now = await words(`/services/${service.id}/contract`)
  expect(now).toContain(`y Ada Lovelace acuerdan ${tariff.title} por 12 meses.`)
  expect(now).toContain('Permanencia')
  const issued = await admin.post(`/services/${service.id}/issue_contract`)
  expect(issued).toMatchObject({ customer_id: id, service_id: service.id })
  const before = await pdf(`/contracts/${issued.id}/pdf`)
  await admin.patch(`/customers/${id}`, { name: 'Ada King' })
  await admin.patch(`/tariffs/${tariff.id}`, { title: 'Something else' })
  expect(Buffer.compare(await pdf(`/contracts/${issued.id}/pdf`), before)).toBe(0)
  expect(await words(`/services/${service.id}/contract`)).toContain('Ada King')
  const again = await admin.post(`/services/${service.id}/issue_contract`)
  expect(again.number).toBe(`${issued.number}/2`)
  expect(await words(`/contracts/${again.id}/pdf`)).toContain(again.number)
  // Whoever may not see prices sees no contract.
  const technician = await clientWithRole(isp, admin.tenant_id, 'network')
  expect((await technician.call('GET', `/contracts/${issued.id}/pdf`)).status).toBe(403)
  expect((await technician.get(`/contracts/${issued.id}`)).document).toBeUndefined()
})

test('whoever is erased is named by no contract any more, and by no refund', async () => {
  const { id, service } = await sold({
    name: 'Zebulon Quaint',
    email: 'zebulon@example.com',
    street: 'Elm Row 7',
  })
  const contract = await admin.post(`/services/${service.id}/issue_contract`)
  await admin.post('/payments', { customer_id: id, amount: '100.00', method: 'cash' })
  await admin.post(`/customers/${id}/disable`, { reason: 'left' })
  const { balance } = await admin.get(`/customers/${id}`)
  const refund = await admin.post(`/customers/${id}/refund_credit`, { reason: 'for Zebulon Quaint' })
  await admin.post(`/customers/${id}/erase`, { reason: 'asked by letter' })
  const [kept, paid] = [
    await admin.get(`/contracts/${contract.id}`),
    await admin.get(`/refunds/${refund.id}`),
  ]
  for (const said of [
    JSON.stringify(kept),
    JSON.stringify(paid),
    await words(`/contracts/${contract.id}/pdf`),
  ])
    for (const name of ['Zebulon', 'zebulon@example.com', 'Elm Row']) expect(said).not.toContain(name)
  expect(paid.amount).toBe(balance)
})

test('a partner’s customers have the partner’s words, or those of the nearest above it', async () => {
  const region = await admin.post('/partners', { name: 'Region' })
  const village = await admin.post('/partners', { name: 'Village', parent_id: region.id })
  await admin.post('/document_templates', {
    name: 'Region',
    kind: 'invoice',
    partner_id: region.id,
    is_default: true,
    before_lines: 'Greetings from the region.',
  })
  const inVillage = await sold({ partner_id: village.id })
  expect(await words(`/invoices/${inVillage.invoice.id}/pdf`)).toContain('Greetings from the region.')
  const own = await sold()
  expect(await words(`/invoices/${own.invoice.id}/pdf`)).not.toContain('Greetings from the region.')
  // The partner's staff sees and makes its own templates only.
  const theirs = await clientWithRole(isp, admin.tenant_id, 'admin', village.id)
  expect((await theirs.get('/document_templates')).data).toEqual([])
  const made = await theirs.post('/document_templates', {
    name: 'Village',
    kind: 'invoice',
    is_default: true,
    after_lines: 'See you in the village.',
  })
  expect(made.partner_id).toBe(village.id)
  const next = await sold({ partner_id: village.id })
  expect(await words(`/invoices/${next.invoice.id}/pdf`)).toContain('See you in the village.')
})

test('there is one default a kind and partner, also when many want to be it at once', async () => {
  await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      admin.post('/document_templates', { name: `Wish ${n}`, kind: 'contract', is_default: true }),
    ),
  )
  expect((await admin.get('/document_templates?kind=contract&is_default=true')).data).toHaveLength(1)
})

test('an unknown placeholder is refused with what was probably meant', async () => {
  const save = (after_lines: string) =>
    admin.call('POST', '/document_templates', { name: 'Typo', kind: 'invoice', after_lines })
  const misspelt = await save('Due {{invoice.due_dat}}')
  expect(misspelt).toMatchObject({ status: 422 })
  expect(misspelt.body.errors).toMatchObject([
    {
      field: 'after_lines',
      code: 'unknown_placeholder',
      detail: '{{invoice.due_dat}} is not known. Did you mean {{invoice.due_date}}?',
    },
  ])
  const [{ detail }] = (await save('{{weather}}')).body.errors
  expect(detail).toContain('{{customer.name}}')
  expect((await save('{{customer.name}')).status).toBe(422)
})

test('the placeholders of the manual are those that exist', () => {
  const manual = readFileSync('docs/documents.md', 'utf8')
  const listed = [...manual.matchAll(/^\| `\{\{([a-z_.]+)\}\}` \|/gm)].map(([, name]) => name!)
  const known = new Set(Object.values(placeholders).flatMap((one) => Object.keys(one)))
  expect(new Set(listed)).toEqual(known)
})
