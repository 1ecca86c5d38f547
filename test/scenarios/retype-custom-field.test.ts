import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'

/** A field that began as free text becomes what it should have been. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const declare = async (name: string, kind: string, more: object = {}): Promise<string> => {
  const { id } = await admin.post('/custom_fields', { noun: 'customer', name, kind, ...more })
  await settled(isp, admin.tenant_id)
  return id
}
const retype = (id: string, body: object) => admin.call('POST', `/custom_fields/${id}/retype`, body)
const customer = (name: string, custom: object) => admin.post('/customers', { name, custom })
const names = async (query: string): Promise<string[]> =>
  (await admin.get(`/customers?${query}`)).data.map((row: { name: string }) => row.name)
const custom = async (id: string) => (await admin.get(`/customers/${id}`)).custom

test('what would not fit is shown, and stops it; then values, lists and rules are of the new kind', async () => {
  const floor = await declare('floor', 'text', { filterable: true, sortable: true, searchable: true })
  const anna = await customer('Anna', { floor: '10' })
  const bert = await customer('Bert', { floor: ' 2 ' })
  const cleo = await customer('Cleo', { floor: 'attic' })
  await customer('Dora', {})
  const planned = await retype(floor, { kind: 'integer', dry_run: true })
  expect(planned.body.result).toMatchObject({ values_read: 3, misfits: ['attic'], misfit_rows: 1 })
  expect(await custom(anna.id)).toMatchObject({ floor: '10' })
  expect(await retype(floor, { kind: 'integer' })).toMatchObject({
    status: 409,
    body: { code: 'does_not_fit', detail: expect.stringContaining('"attic"') },
  })
  expect(await custom(anna.id)).toMatchObject({ floor: '10' })

  const done = await retype(floor, { kind: 'integer', drop_misfits: true })
  expect(done).toMatchObject({ status: 200, body: { kind: 'integer', searchable: false, misfit_rows: 1 } })
  const early = await admin.call('GET', '/customers?custom.floor[gt]=5')
  expect([200, 409]).toContain(early.status)
  await settled(isp, admin.tenant_id)
  expect([await custom(anna.id), await custom(bert.id), await custom(cleo.id)]).toMatchObject([
    { floor: 10 },
    { floor: 2 },
    { floor: null },
  ])
  expect(await names('custom.floor[gt]=5')).toEqual(['Anna'])
  expect(await names('custom.floor[null]=false&sort=-custom.floor')).toEqual(['Anna', 'Bert'])
  expect((await admin.call('PATCH', `/customers/${bert.id}`, { custom: { floor: 'cellar' } })).status).toBe(
    422,
  )
  await admin.patch(`/customers/${bert.id}`, { custom: { floor: 7 } })
  expect(await names('custom.floor[gt]=5&sort=custom.floor')).toEqual(['Bert', 'Anna'])
  expect((await admin.get(`/customers/${cleo.id}/history`)).data[0].changes).toMatchObject({
    custom: [{ floor: 'attic' }, {}],
  })
  expect(
    (await admin.get(`/custom_fields/${floor}/history`)).data.map((row: { action: string }) => row.action),
  ).toContain('retyped')
})

test('one value becomes several and several one; what cannot be is refused', async () => {
  const gear = await declare('gear', 'text', { filterable: true })
  const one = await customer('One', { gear: 'router' })
  expect((await retype(gear, { kind: 'choices', values: ['router', 'phone'] })).status).toBe(200)
  await settled(isp, admin.tenant_id)
  expect(await custom(one.id)).toMatchObject({ gear: ['router'] })
  expect(await names('custom.gear[contains]=router')).toEqual(['One'])
  await admin.patch(`/customers/${one.id}`, { custom: { gear: ['router', 'phone'] } })
  expect((await retype(gear, { kind: 'choice', values: ['router', 'phone'] })).body.code).toBe('does_not_fit')
  expect((await retype(gear, { kind: 'text' })).status).toBe(200)
  await settled(isp, admin.tenant_id)
  expect(await names('custom.gear=router, phone')).toEqual(['One'])
  expect((await retype(gear, { kind: 'reference' })).body.errors[0].code).toBe('cannot_become')
  expect((await retype(gear, { kind: 'text' })).status).toBe(422)
  expect((await retype(gear, { kind: 'choice' })).body.errors[0]).toMatchObject({ field: 'values' })
  const must = await declare('must', 'text', { required: true })
  await customer('Must', { must: 'x' })
  expect((await retype(must, { kind: 'integer', drop_misfits: true })).body.errors[0].code).toBe('required')
  await admin.call('DELETE', `/custom_fields/${must}`)
})

test('whole numbers go through text and back unharmed, whatever they are', async () => {
  const id = await declare('number', 'integer', { filterable: true })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), { minLength: 1, maxLength: 8 }),
      async (numbers) => {
        const rows = await Promise.all(numbers.map((number) => customer('N', { number })))
        for (const kind of ['text', 'decimal', 'integer']) {
          expect((await retype(id, { kind })).status).toBe(200)
          await settled(isp, admin.tenant_id)
        }
        for (const [n, row] of rows.entries()) expect((await custom(row.id)).number).toBe(numbers[n])
        const [number] = numbers
        expect((await admin.get(`/customers?custom.number=${number}`)).data.length).toBeGreaterThan(0)
      },
    ),
    { numRuns: 6 },
  )
}, 90_000)
