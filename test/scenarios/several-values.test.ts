import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { matches } from '#kernel/filter-match.ts'
import { readTree } from '#kernel/filter-tree.ts'
import { sql } from '#kernel/sql.ts'
import { asTenant, clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'

/** Fields that hold several values are asked what they contain. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const gear = ['router', 'tv box', 'phone', 'mesh']
const declare = (name: string, kind: string, more: object = {}) =>
  admin.post('/custom_fields', { noun: 'customer', name, kind, ...more })
const names = async (query: string): Promise<string[]> =>
  (await admin.get(`/customers?${query}&sort=created_at`)).data.map((row: { name: string }) => row.name)
const refused = async (query: string) => {
  const { status, body } = await admin.call('GET', `/customers?${query}`)
  return [status, body.errors?.[0]?.code ?? body.code]
}

test('what is there already and what comes later is found', async () => {
  await declare('gear', 'choices', { values: gear })
  await declare('mails', 'emails')
  const { id } = await admin.post('/customers', {
    name: 'Anna',
    custom: { gear: ['router', 'phone'], mails: ['A@example.com', 'b@example.com'] },
  })
  await admin.post('/customers', { name: 'Bert', custom: { gear: ['router'] } })
  await admin.post('/customers', { name: 'Cleo', custom: { gear: [] } })
  await admin.post('/customers', { name: 'Dora' })
  expect(await refused('custom.gear[contains]=router')).toEqual([422, 'not_filterable'])
  // Nobody writes into the table of values for now, so the job that copies them waits.
  const other = new pg.Client(isp.database.admin)
  await other.connect()
  await other.query('begin; lock table custom_values in share mode')
  for (const field of (await admin.get('/custom_fields?noun=customer')).data)
    await admin.patch(`/custom_fields/${field.id}`, { filterable: true })
  expect(await refused('custom.gear[contains]=router')).toEqual([409, 'field_indexing'])
  await other.end()
  await settled(isp, admin.tenant_id)

  expect(await names('custom.gear[contains]=router')).toEqual(['Anna', 'Bert'])
  expect(await names('custom.gear=phone')).toEqual(['Anna'])
  expect(await names('custom.gear[in]=phone,mesh')).toEqual(['Anna'])
  expect(await names('custom.gear[all]=phone,router')).toEqual(['Anna'])
  expect(await names('custom.gear[all]=phone,mesh')).toEqual([])
  expect(await names('custom.gear[nin]=phone')).toEqual(['Bert'])
  expect(await names('custom.gear[null]=true')).toEqual(['Cleo', 'Dora'])
  expect(await names('custom.gear[null]=false')).toEqual(['Anna', 'Bert'])
  expect(await names('custom.mails[contains]=b@example.com')).toEqual(['Anna'])
  expect(await names('custom.mails[contains]=b@example.com&custom.gear[contains]=router&q=anna')).toEqual([
    'Anna',
  ])
  expect(await refused('custom.gear[contains]=kite')).toEqual([422, 'not_a_choice'])
  expect(await refused('custom.gear[lt]=phone')).toEqual([422, 'unknown_operator'])
  expect(await refused('custom.gear[all]=')).toEqual([422, 'required'])
  expect(await refused('sort=custom.gear')).toEqual([422, 'not_sortable'])
  expect(
    (
      await admin.call(
        'PATCH',
        `/custom_fields/${(await admin.get('/custom_fields?noun=customer')).data[0].id}`,
        { sortable: true },
      )
    ).status,
  ).toBe(422)
  expect((await admin.get('/customers?custom.gear[contains]=router&count=true')).total).toBe(2)

  await admin.patch(`/customers/${id}`, { custom: { gear: ['mesh', 'phone'], mails: null } })
  await admin.post('/customers/bulk', {
    operation: 'create',
    rows: [1, 2].map((n) => ({ name: `Many ${n}`, custom: { gear: ['mesh', 'tv box'] } })),
  })
  expect(await names('custom.gear[contains]=router')).toEqual(['Bert'])
  expect(await names('custom.gear[contains]=mesh')).toEqual(['Anna', 'Many 1', 'Many 2'])
  expect(await names('custom.mails[null]=false')).toEqual([])
})

test('a reference to several rows is asked the same', async () => {
  const [one, two] = [
    await admin.post('/customers', { name: 'One' }),
    await admin.post('/customers', { name: 'Two' }),
  ]
  await declare('neighbours', 'references', { to: 'customer', filterable: true })
  await settled(isp, admin.tenant_id)
  await admin.post('/customers', { name: 'Between', custom: { neighbours: [one.id, two.id] } })
  expect(await names(`custom.neighbours[all]=${one.id},${two.id}`)).toEqual(['Between'])
  expect(await names(`custom.neighbours[contains]=${two.id}`)).toEqual(['Between'])
  expect(await refused('custom.neighbours[contains]=nobody')).toEqual([422, 'not_ids'])
})

test('a role that may not see the field may not ask for it; another ISP sees none of it', async () => {
  const role = await admin.post('/roles', {
    name: 'Half blind',
    grants: [{ noun: 'customer', actions: ['*'], hidden_fields: ['custom.gear'] }],
  })
  const limited = await clientWithRole(isp, admin.tenant_id, role.name)
  const answer = await limited.call('GET', '/customers?custom.gear[contains]=mesh')
  expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([422, 'unknown_filter'])
  const other = await newTenant(isp)
  const seen = await asTenant(isp, other.tenant_id, (ctx) => ctx.db.all(sql`select * from custom_values`))
  expect(seen).toEqual([])
})

test('the list and the form judge any tree alike', async () => {
  const rows: { name: string; custom: object }[] = (await admin.get('/customers?sort=created_at&limit=500'))
    .data
  const some = fc.subarray(gear, { minLength: 1 })
  const rule = fc.oneof(
    fc.record({
      field: fc.constant('custom.gear'),
      operator: fc.constantFrom('contains', '=', '!='),
      value: fc.constantFrom(...gear),
    }),
    fc.record({
      field: fc.constant('custom.gear'),
      operator: fc.constantFrom('in', 'allOf', 'notIn', 'anyOf', 'doesNotContain'),
      value: some,
    }),
    fc.record({ field: fc.constant('custom.gear'), operator: fc.constantFrom('null', 'notNull') }),
    fc.record({
      field: fc.constant('name'),
      operator: fc.constantFrom('=', 'beginsWith'),
      value: fc.constantFrom('Anna', 'Many 1', 'M'),
    }),
  )
  const tree = fc.record({
    combinator: fc.constantFrom('and', 'or'),
    not: fc.boolean(),
    rules: fc.array(
      fc.oneof(
        rule,
        fc.record({
          combinator: fc.constantFrom('and', 'or'),
          not: fc.boolean(),
          rules: fc.array(rule, { maxLength: 3 }),
        }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  })
  await fc.assert(
    fc.asyncProperty(tree, async (asked) => {
      const found = await names(`limit=500&filter=${encodeURIComponent(JSON.stringify(asked))}`)
      expect(found).toEqual(rows.filter((row) => matches(readTree(asked), row)).map((row) => row.name))
    }),
    { numRuns: 150 },
  )
}, 60_000)

test('its rows go with the field, and come again when it is filterable again', async () => {
  const [field] = (await admin.get('/custom_fields?noun=customer&limit=200')).data.filter(
    ({ name }: { name: string }) => name === 'gear',
  )
  const kept = () =>
    asTenant(isp, admin.tenant_id, (ctx) =>
      ctx.db.one(sql<{ n: number }>`
        select count(*)::integer as n from custom_values where field_id = ${field.id}`),
    )
  const { n } = await kept()
  expect(n).toBeGreaterThan(4)
  await admin.patch(`/custom_fields/${field.id}`, { filterable: false })
  await settled(isp, admin.tenant_id)
  expect((await kept()).n).toBe(0)
  await admin.patch(`/custom_fields/${field.id}`, { filterable: true })
  await settled(isp, admin.tenant_id)
  expect((await kept()).n).toBe(n)
  await admin.call('DELETE', `/custom_fields/${field.id}`)
  await settled(isp, admin.tenant_id)
  expect((await kept()).n).toBe(0)
})
