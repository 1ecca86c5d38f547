import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { foundIn } from './privacy-kit.ts'

/** A secretary leaves the company and asks to be forgotten; the company stays a customer. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
})
afterAll(() => isp?.stop())

const person = { name: 'Bożydar Sekretny', email: 'bozydar@firma.example', phone: '+48 602 999 888' }
const tells = [person.name, person.email, '602 999 888', '602999888', 'goes to the gym', 'blue folder']

test('everything that names the contact goes, in the past too; the customer and others stay', async () => {
  const company = await admin.post('/customers', {
    name: 'Firma Sp. z o.o.',
    category: 'company',
    email: 'office@firma.example',
    phone: '+48 22 555 11 22',
  })
  const contact = await admin.post('/contacts', { customer_id: company.id, ...person, position: 'Secretary' })
  await admin.patch(`/contacts/${contact.id}`, { phone: company.phone })
  const colleague = await admin.post('/contacts', {
    customer_id: company.id,
    name: 'Celina Nowak',
    phone: company.phone,
    roles: ['billing'],
  })
  await admin.post('/consents', {
    customer_id: company.id,
    contact_id: contact.id,
    purpose: 'marketing',
    status: 'given',
    obtained_by: 'paper',
    wording: 'Signed in the blue folder',
  })
  await admin.post('/notes', { noun: 'contact', row_id: contact.id, text: 'goes to the gym on Mondays' })
  const note = await admin.post('/notes', { noun: 'customer', row_id: company.id, text: 'Pays late' })
  const asked = await admin.post(`/customers/${company.id}/export_personal_data`)
  await settled(isp, admin.tenant_id)
  expect((await foundIn(isp, [person.name])).length).toBeGreaterThan(0)

  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  const path = `/contacts/${contact.id}/erase`
  expect((await support.call('POST', path, { reason: 'x' })).status).toBe(403)
  expect((await admin.call('POST', path, {})).status).toBe(422)
  const planned = await admin.post(path, { reason: 'asked', dry_run: true })
  expect(planned.result.report).toContainEqual(expect.objectContaining({ noun: 'contact', rows: 1 }))
  expect((await admin.get(`/contacts/${contact.id}`)).name).toBe(person.name)

  const erasure = await admin.post(path, { reason: `${person.name} asked by letter` })
  await settled(isp, admin.tenant_id)
  expect(erasure).toMatchObject({
    customer_id: company.id,
    contact_id: contact.id,
    originals: 'none',
    reason: 'Erased contact asked by letter',
  })
  expect(erasure.report).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ noun: 'contact', done: 'erased', rows: 1 }),
      expect.objectContaining({ noun: 'note', done: 'deleted', rows: 1 }),
    ]),
  )
  expect(await foundIn(isp, tells)).toEqual([])
  expect(await admin.get(`/contacts/${contact.id}`)).toMatchObject({
    name: 'Erased contact',
    email: null,
    phone: null,
    position: null,
    role: 'general',
    erased_at: expect.any(String),
  })
  expect(await admin.get(`/customers/${company.id}`)).toMatchObject({
    name: company.name,
    phone: company.phone,
    email: company.email,
    erased_at: null,
  })
  expect(await admin.get(`/contacts/${colleague.id}`)).toMatchObject({
    name: 'Celina Nowak',
    phone: company.phone,
    roles: ['billing'],
  })
  expect((await admin.get(`/notes/${note.id}`)).text).toBe('Pays late')
  expect((await admin.get(`/personal_data_exports/${asked.id}`)).status).toBe('expired')
  expect((await admin.call('POST', path, { reason: 'again' })).status).toBe(409)
  expect((await admin.call('PATCH', `/contacts/${contact.id}`, { name: 'Back' })).body.code).toBe('erased')

  // Outside of the database stands who it was, by ids alone; what an older backup brings back is forgotten again.
  const journal = join(isp.app.config.data_dir, 'erasures.jsonl')
  const lines = readFileSync(journal, 'utf8').trim().split('\n')
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ done: 'erased', contact_id: contact.id })
  const { eraseAgain } = await import('#modules/privacy/index.ts')
  appendFileSync(
    journal,
    `${JSON.stringify({ done: 'erased', tenant_id: admin.tenant_id, erasure_id: '01980000-0000-7000-8000-000000000001', customer_id: company.id, contact_id: colleague.id, at: '2027-01-01T08:00:00Z' })}\n`,
  )
  await eraseAgain(isp.app)
  expect(await admin.get(`/contacts/${colleague.id}`)).toMatchObject({ name: 'Erased contact' })
  expect((await admin.get(`/erasures?customer_id=${company.id}`)).data).toHaveLength(2)
  expect((await admin.get(`/customers/${company.id}`)).name).toBe(company.name)
})
