import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientOf } from '#kernel/testing/isp.ts'
import { createApp, startProgram } from '../../apps/server/src/program.ts'
import { modules } from '../../apps/server/src/modules.ts'
import { asTenant, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

/** An administrator adds a noun of their own, and fields to customers, while the ISP is running. */
let isp: TestIsp
let admin: Client
let owner: pg.Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
  owner = new pg.Client(isp.database.connections.migrator)
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await isp?.stop()
})

const codes = (answer: { body: { errors?: { field: string; code: string }[] } }) =>
  (answer.body.errors ?? []).map((error) => `${error.field}:${error.code}`)
const tables = async () =>
  Number((await owner.query(`select count(*) from pg_tables where schemaname = 'dyn'`)).rows[0].count)

const mast = {
  name: 'mast',
  label: 'Mast',
  fields: [
    { name: 'name', label: 'Name', kind: 'text', required: true, unique: true, searchable: true },
    { name: 'height_m', label: 'Height', kind: 'integer' },
    { name: 'tariff_id', kind: 'reference', to: 'tariff' },
  ],
}

test('a dry run shows the statements and leaves nothing', async () => {
  const before = await tables()
  const plan = await admin.post('/entities', { ...mast, dry_run: true })
  expect(plan.result.statements[0]).toMatch(/^create table dyn\.e_[a-z2-7]{26} \(/)
  expect(plan.result.statements.join('\n')).toContain('references tariffs (tenant_id, id)')
  expect(plan.changes.map((change: { noun: string }) => change.noun)).toEqual([
    'entity',
    'entity_field',
    'entity_field',
    'entity_field',
  ])
  expect(await tables()).toBe(before)
  expect((await admin.get('/entities')).data).toEqual([])
})

test('a second process serves the entity at once', async () => {
  const app = createApp(isp.app.config, isp.database.connections, isp.kek, modules)
  const second = await startProgram(app)
  await second.server.ready()
  try {
    const elsewhere = clientOf(second, admin.tenant_id, admin.token)
    expect((await elsewhere.call('GET', '/x/mast')).status).toBe(404)
    const made = await admin.post('/entities', mast)
    expect(made).toMatchObject({
      name: 'mast',
      plural: 'masts',
      label: 'Mast',
      title_field: 'name',
      scope: 'tenant',
      status: 'active',
      path: '/api/v1/x/mast',
    })
    expect((await elsewhere.get('/x/mast')).data).toEqual([])
    const row = await elsewhere.post('/x/mast', { name: 'North', height_m: 30 })
    expect((await admin.get('/x/masts')).data).toEqual([row])
    expect(
      (await elsewhere.get('/meta')).nouns.find((noun: { name: string }) => noun.name === 'mast'),
    ).toMatchObject({ custom: true, path: '/api/v1/x/mast', searchable: true, title_field: 'name' })
    expect((await elsewhere.get('/search?q=nor')).data).toMatchObject([
      { noun: 'mast', id: row.id, title: 'North' },
    ])
    expect((await elsewhere.get('/x/mast?q=nor')).data).toHaveLength(1)
  } finally {
    await second.stop()
  }
})

test('the database guards rows, and its refusals use the fields’ names', async () => {
  const again = await admin.call('POST', '/x/mast', { name: 'North' })
  expect([again.status, codes(again)]).toEqual([409, ['name:already_exists']])
  const tariff = await admin.post('/tariffs', { title: 'Rent', service_type: 'recurring', price: '1.00' })
  await admin.post('/x/mast', { name: 'East', tariff_id: tariff.id })
  const removal = await admin.call('DELETE', `/tariffs/${tariff.id}`)
  expect([removal.status, removal.body.code, removal.body.detail]).toEqual([
    409,
    'still_used',
    expect.stringContaining('masts'),
  ])
  const lost = await admin.call('POST', '/x/mast', {
    name: 'West',
    tariff_id: '01900000-0000-7000-8000-000000000000',
  })
  expect([lost.status, codes(lost)]).toEqual([422, ['tariff_id:no_such_tariff']])
})

test('its table stands behind the same wall, with an index for each filter', async () => {
  const { rows } = await owner.query(`
    select c.relrowsecurity, c.relforcerowsecurity,
      (select count(*)::int from pg_policies p where p.schemaname = 'dyn' and p.tablename = c.relname) as policies,
      (select array_agg(pg_get_indexdef(i.indexrelid)) from pg_index i where i.indrelid = c.oid) as indexes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'dyn' and c.relkind = 'r'`)
  for (const table of rows) {
    expect(table).toMatchObject({ relrowsecurity: true, relforcerowsecurity: true, policies: 2 })
    for (const index of table.indexes) expect(index).toContain('(tenant_id')
  }
  const plan = await asTenant(isp, admin.tenant_id, async (ctx) => {
    const noun = ctx.app.nouns.byName(ctx, 'mast')!
    await ctx.db.all({ text: ['set local enable_seqscan = off'], values: [] })
    return ctx.db.all<{ 'QUERY PLAN': string }>({
      text: [`explain select id from ${noun.table} where ${noun.columns!.height_m} = 30`],
      values: [],
    })
  })
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/Index Cond: .*f_[a-z2-7]+ = 30/)
})

test('what cannot be a noun or a field is refused by its place', async () => {
  const refused = async (change: object) =>
    codes(await admin.call('POST', '/entities', { ...mast, name: 'pole', ...change }))
  const field = (change: object) =>
    refused({
      fields: [
        { name: 'ok', kind: 'text' },
        { name: 'x', kind: 'text', ...change },
      ],
    })
  for (const name of ['Pole', '1pole', 'a-b', 'x'.repeat(41), 'pole; drop table customers', ''])
    expect((await refused({ name })).length, name).toBe(1)
  for (const name of ['customer', 'customers', 'entity', 'mast', 'masts'])
    expect(await refused({ name })).toEqual(['name:already_exists'])
  expect(await refused({ name: 'customer_create' })).toEqual(['name:reserved'])
  for (const name of [
    'id',
    'version',
    'created_at',
    'tenant_id',
    'custom',
    'limit',
    'constructor',
    'dry_run',
  ])
    expect(await field({ name })).toEqual(['fields.1.name:reserved'])
  expect(await field({ kind: 'blob' })).toEqual(['fields.1.kind:not_a_choice'])
  expect(await field({ colour: 1 })).toEqual(['fields.1.colour:unknown_field'])
  expect(await field({ name: 'ok' })).toEqual(['fields.1.name:already_exists'])
  expect(await field({ kind: 'choice' })).toEqual(['fields.1.values:not_choices'])
  expect(await field({ kind: 'choice', values: ['a', 'a'] })).toEqual(['fields.1.values:not_choices'])
  expect(await field({ kind: 'choice', values: ["a'); drop table customers; --"], default: 'b' })).toEqual([
    'fields.1.default:not_a_choice',
  ])
  expect(await field({ kind: 'reference' })).toEqual(['fields.1.to:required'])
  expect(await field({ kind: 'reference', to: 'nothing' })).toEqual(['fields.1.to:no_such_noun'])
  expect(await field({ kind: 'reference', to: 'tenant' })).toEqual(['fields.1.to:no_such_noun'])
  expect(await field({ max: 501, filterable: true })).toEqual(['fields.1.filterable:cannot_be_indexed'])
  expect(await field({ kind: 'json', unique: true })).toEqual(['fields.1.unique:cannot_be_indexed'])
  expect(await field({ kind: 'integer', default: 'x' })).toEqual(['fields.1.default:not_a_whole_number'])
  expect(await refused({ fields: [] })).toEqual(['fields:not_fields'])
  expect(
    await refused({ fields: Array.from({ length: 201 }, (_, i) => ({ name: `f${i}`, kind: 'text' })) }),
  ).toEqual(['fields:not_fields'])
  expect(await refused({ fields: 'text' })).toEqual(['fields:not_fields'])
  expect(await refused({ fields: [7] })).toEqual(['fields.0:not_an_object'])
  const viewer = await clientWithRole(isp, admin.tenant_id, 'viewer')
  expect((await viewer.call('POST', '/entities', { ...mast, name: 'pole' })).status).toBe(403)
})

test('a field is added to rows that exist, and labels change', async () => {
  const [entity] = (await admin.get('/entities?name=mast')).data
  const required = await admin.call('POST', `/entities/${entity.id}/add_field`, {
    name: 'owner',
    kind: 'text',
    required: true,
  })
  expect(codes(required)).toEqual(['required:rows_exist'])
  const plan = await admin.post(`/entities/${entity.id}/add_field`, {
    name: 'owner',
    kind: 'text',
    searchable: true,
    dry_run: true,
  })
  expect(plan.result.statements[0]).toMatch(/^alter table dyn\.\S+ add column f_/)
  const changed = await admin.post(`/entities/${entity.id}/add_field`, {
    name: 'owner',
    kind: 'text',
    searchable: true,
  })
  expect(changed.fields).toMatchObject([{ name: 'owner', kind: 'text', filterable: true }])
  expect(
    codes(await admin.call('POST', `/entities/${entity.id}/add_field`, { name: 'owner', kind: 'text' })),
  ).toEqual(['name:already_exists'])
  const [east] = (await admin.get('/x/mast?name=East')).data
  expect(east.owner).toBeNull()
  await admin.patch(`/x/mast/${east.id}`, { owner: 'Village council' })
  expect((await admin.get('/x/mast?owner[starts]=Vill')).data).toHaveLength(1)
  expect((await admin.get('/search?q=council')).data).toMatchObject([{ noun: 'mast', id: east.id }])
  await admin.patch(`/entities/${entity.id}`, { label: 'Pole', label_plural: 'Poles' })
  expect(
    (await admin.get('/meta')).nouns.find((noun: { name: string }) => noun.name === 'mast').label_plural,
  ).toBe('Poles')
  expect(
    (await admin.get(`/entities/${entity.id}/history`)).data.map((entry: { action: string }) => entry.action),
  ).toEqual(['updated', 'field_added', 'created'])
})

test('it goes to the bin with its rows and comes back with them', async () => {
  const [entity] = (await admin.get('/entities?name=mast')).data
  const careless = await admin.call('POST', `/entities/${entity.id}/remove`)
  expect([careless.status, careless.body.code]).toEqual([409, 'has_rows'])
  await admin.post(`/entities/${entity.id}/remove`, { rows: 2 })
  expect((await admin.call('GET', '/x/mast')).status).toBe(404)
  expect((await admin.get('/search?q=council')).data).toEqual([])
  await admin.post('/entities', { ...mast, fields: [{ name: 'name', kind: 'text' }] })
  const taken = await admin.call('POST', `/entities/${entity.id}/restore`)
  expect([taken.status, taken.body.code]).toEqual([409, 'already_exists'])
  const [other] = (await admin.get('/entities?name=mast&sort=-created_at')).data
  await admin.post(`/entities/${other.id}/remove`, {})
  await admin.post(`/entities/${entity.id}/restore`)
  expect((await admin.get('/x/mast')).data).toHaveLength(2)
})

test('killed half-way it leaves nothing; a busy table is waited for', async () => {
  const [before, rows] = [await tables(), (await admin.get('/entities?count=true')).total]
  await owner.query('begin')
  await owner.query('lock table tariffs in row exclusive mode')
  const making = admin.call('POST', '/entities', { ...mast, name: 'pole' })
  let waiting: { pid: number }[] = []
  while (waiting.length === 0) {
    // A transaction sees the activity as it was when it first looked.
    await owner.query('select pg_stat_clear_snapshot()')
    waiting = (
      await owner.query(
        `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'alter table dyn.%'`,
      )
    ).rows
  }
  await owner.query('select pg_terminate_backend($1)', [waiting[0]!.pid])
  expect((await making).status).toBe(503)
  expect(await tables()).toBe(before)
  expect((await admin.get('/entities?count=true')).total).toBe(rows)
  const patient = admin.call('POST', '/entities', { ...mast, name: 'pole' })
  setTimeout(() => void owner.query('commit'), 300)
  expect((await patient).status).toBe(201)
})

test('the same key makes one entity; two at once make one', async () => {
  const body = { name: 'rack', fields: [{ name: 'code', kind: 'text' }] }
  const first = await admin.call('POST', '/entities', body, { 'idempotency-key': 'rack-1' })
  const second = await admin.call('POST', '/entities', body, { 'idempotency-key': 'rack-1' })
  expect([first.status, second.status, second.body]).toEqual([201, 201, first.body])
  const both = await Promise.all(
    [1, 2].map(() => admin.call('POST', '/entities', { ...body, name: 'shelf', plural: 'shelves' })),
  )
  expect(both.map((answer) => answer.status).sort()).toEqual([201, 409])
})

test('customers get fields of the administrator’s own', async () => {
  const old = await admin.post('/customers', { name: 'Before' })
  await admin.post('/custom_fields', {
    noun: 'customer',
    name: 'contract',
    label: 'Contract',
    kind: 'text',
    max: 20,
    required: true,
  })
  await admin.post('/custom_fields', { noun: 'customer', name: 'deposit', kind: 'money', default: '10.00' })
  await admin.post('/custom_fields', {
    noun: 'customer',
    name: 'line',
    kind: 'choice',
    values: ['copper', 'fibre'],
  })
  expect(codes(await admin.call('POST', '/customers', { name: 'A' }))).toEqual(['custom.contract:required'])
  expect(
    codes(
      await admin.call('POST', '/customers', {
        name: 'A',
        custom: { contract: 'C-1', line: 'tin', deposit: 5, other: 1 },
      }),
    ).sort(),
  ).toEqual(['custom.deposit:not_money', 'custom.line:not_a_choice', 'custom.other:unknown_field'])
  const row = await admin.post('/customers', { name: 'A', custom: { contract: 'C-1', line: 'fibre' } })
  expect(row.custom).toEqual({ contract: 'C-1', deposit: '10.00', line: 'fibre' })
  expect((await admin.patch(`/customers/${row.id}`, { custom: { line: null } })).custom).toEqual({
    contract: 'C-1',
    deposit: '10.00',
    line: null,
  })
  expect((await admin.get(`/customers/${old.id}`)).custom).toEqual({
    contract: null,
    deposit: null,
    line: null,
  })
  expect((await admin.patch(`/customers/${old.id}`, { city: 'Toruń' })).city).toBe('Toruń')
  const meta = (await admin.get('/meta')).nouns.find((noun: { name: string }) => noun.name === 'customer')
  expect(meta.custom_fields).toMatchObject([
    { name: 'contract', required: true, max: 20 },
    { name: 'deposit', kind: 'money', default: '10.00' },
    { name: 'line', kind: 'choice' },
  ])
  expect(
    (await admin.get('/openapi.json')).components.schemas.customer.properties.custom.properties,
  ).toHaveProperty('contract')
  const csv = String(
    (await admin.call('GET', '/customers/export?format=csv&fields=name,custom.contract')).body,
  )
  expect(csv.trimEnd().split('\r\n').slice(1).sort()).toEqual(['A,C-1', 'Before,'])
  expect(codes(await admin.call('GET', '/customers?custom.contract=C-1'))).toEqual([
    'custom.contract:not_filterable',
  ])
})

test('a deleted custom field hides its values and keeps them', async () => {
  const { data: fields } = await admin.get('/custom_fields?noun=customer')
  const contract = fields.find((field: { name: string }) => field.name === 'contract')
  await admin.delete(`/custom_fields/${contract.id}`)
  const [row] = (await admin.get('/customers?name=A')).data
  expect(row.custom).toEqual({ deposit: '10.00', line: null })
  await admin.patch(`/customers/${row.id}`, { custom: { line: 'copper' } })
  const misfit = await admin.call('POST', '/custom_fields', {
    noun: 'customer',
    name: 'contract',
    kind: 'integer',
  })
  expect(codes(misfit)).toEqual(['name:old_values'])
  await admin.post('/custom_fields', { noun: 'customer', name: 'contract', kind: 'text' })
  expect((await admin.get(`/customers/${row.id}`)).custom).toMatchObject({ contract: 'C-1', line: 'copper' })
  expect(
    codes(await admin.call('POST', '/custom_fields', { noun: 'invoice_line', name: 'x', kind: 'text' })),
  ).toEqual(['noun:no_custom_fields'])
  expect(
    codes(await admin.call('POST', '/custom_fields', { noun: 'customer', name: 'x', kind: 'formula' })),
  ).toEqual(['formula:required'])
})
