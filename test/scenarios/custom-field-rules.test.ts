import { afterAll, beforeAll, expect, test } from 'vitest'
import { asTenant, clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { sql } from '#kernel/sql.ts'
import { upload } from './files-kit.ts'
import { bringIn, resultOf } from './import-kit.ts'

/** What an ISP says of its own fields holds for every write: form, rule, condition, number, secret, formula. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

type Failure = { errors?: { field: string; code: string; detail: string }[] }
const complaints = async (method: 'POST' | 'PATCH', path: string, body: unknown): Promise<string[]> => {
  const answer = await admin.call<Failure>(method, path, body)
  return (answer.body.errors ?? []).map((error) => `${error.field}:${error.code}`).sort()
}
const declare = (name: string, kind: string, more: object = {}) =>
  admin.post('/custom_fields', { noun: 'customer', name, kind, ...more })
const customer = async (custom: object) => (await admin.post('/customers', { name: 'Any', custom })).custom
const refusal = (custom: object) => complaints('POST', '/customers', { name: 'Any', custom })

test('every kind is written, read, described and refused in its own words', async () => {
  const user = await admin.get('/users').then((page) => page.data[0]?.id ?? null)
  const good: Record<string, [kind: string, value: unknown, bad: unknown, more?: object]> = {
    story: ['long_text', 'Once', 7],
    notes_md: ['rich_text', '# Hello', 7],
    mails: ['emails', ['a@b.example'], ['nobody']],
    numbers: ['phones', ['+48 12 345'], ['call']],
    sites: ['urls', ['https://a.example/'], ['javascript:alert(1)']],
    big: ['bigint', '900719925474099312', '1.5'],
    weight: ['decimal', '1.50', '1.505', { scale: 2 }],
    share: ['percent', '12.5', 'half'],
    opens: ['time', '08:30', '25:00'],
    lasts: ['duration', 'PT1H30M', 'long'],
    tags: ['choices', ['a', 'b'], ['c'], { values: ['a', 'b'] }],
    stars: ['rating', 4, 6],
    place: ['geo_point', { lat: 54.35, lon: 18.65 }, { lat: 91, lon: 0 }],
    gateway: ['ip', '10.0.0.1', '10.0.0.256'],
    network: ['cidr', '10.0.0.0/24', '10.0.0.1/24'],
    device: ['mac', '02:00:5e:10:00:01', '02:00'],
    blob: ['json', { a: [1] }, undefined],
    ...(user ? { seller: ['user', user, 'x'] as [string, unknown, unknown] } : {}),
  }
  for (const [name, [kind, , , more]] of Object.entries(good)) await declare(name, kind, more)
  await settled(isp, admin.tenant_id)
  const values = Object.fromEntries(Object.entries(good).map(([name, [, value]]) => [name, value]))
  expect(await customer(values)).toMatchObject(values)
  for (const [name, [, , bad]] of Object.entries(good))
    if (bad !== undefined) expect((await refusal({ [name]: bad })).length, name).toBe(1)
  const { properties } = (await admin.get('/openapi.json')).components.schemas.customer.properties.custom
  expect(properties.stars).toMatchObject({ maximum: 5 })
  expect(properties.mails).toMatchObject({ type: ['array', 'null'] })
  for (const name of Object.keys(good)) expect(properties, name).toHaveProperty(name)
  for (const kind of ['team', 'child_table', 'lookup', 'rollup', 'signature', 'geo_shape'])
    expect((await admin.call('POST', '/custom_fields', { noun: 'customer', name: 'x', kind })).status).toBe(
      422,
    )
})

test('what can be indexed of them is filtered by', async () => {
  const { data } = await admin.get('/custom_fields?noun=customer&limit=200')
  const wanted = ['big', 'weight', 'opens', 'lasts', 'stars', 'gateway', 'network', 'device', 'share']
  for (const field of data.filter((one: { name: string }) => wanted.includes(one.name)))
    await admin.patch(`/custom_fields/${field.id}`, { filterable: true, sortable: true })
  await settled(isp, admin.tenant_id)
  for (const query of [
    'custom.big[gt]=900719925474099311',
    'custom.weight=1.50',
    'custom.weight[lt]=1.51&sort=custom.weight',
    'custom.opens[gte]=08:00',
    'custom.lasts[lte]=PT2H',
    'custom.lasts=PT90M',
    'custom.stars[in]=4,5',
    'custom.gateway[gte]=10.0.0.0&sort=-custom.gateway',
    'custom.network=10.0.0.0/24',
    'custom.device[starts]=02:00',
    'custom.share=12.5&sort=custom.opens',
  ])
    expect((await admin.get(`/customers?${query}`)).data, query).toHaveLength(1)
  expect((await admin.call('GET', '/customers?custom.opens=noon')).status).toBe(422)
  for (const sort of ['custom.opens', '-custom.lasts', 'custom.network', 'custom.big']) {
    await admin.post('/customers', { name: 'Empty' })
    const { next_cursor } = await admin.get(`/customers?sort=${sort}&limit=1`)
    expect((await admin.call('GET', `/customers?sort=${sort}&limit=1&cursor=${next_cursor}`)).status).toBe(
      200,
    )
  }
})

test('a text keeps to its form', async () => {
  await declare('contract', 'text', { pattern: 'C-\\d{4}', min: 6 })
  expect(await refusal({ contract: 'c-1234' })).toEqual(['custom.contract:not_of_its_form'])
  expect(await refusal({ contract: 'C-1' })).toEqual(['custom.contract:too_short'])
  expect((await customer({ contract: 'C-1234' })).contract).toBe('C-1234')
  const wrong = (body: object) =>
    complaints('POST', '/custom_fields', { noun: 'customer', name: 'w', ...body })
  expect(await wrong({ kind: 'text', pattern: '(' })).toEqual(['pattern:not_a_pattern'])
  expect(await wrong({ kind: 'text', pattern: '(?=a)' })).toEqual(['pattern:not_a_pattern'])
  expect(await wrong({ kind: 'integer', pattern: '1' })).toEqual(['pattern:not_a_text_field'])
  expect(await wrong({ kind: 'integer', scale: 2 })).toEqual(['scale:not_a_decimal_field'])
})

test('a rule holds, with its own words, over the row and the day', async () => {
  await declare('deposit', 'money', {
    validation: 'value >= 10 || row.category == "company"',
    validation_message: 'Persons pay a deposit of at least 10.',
  })
  await declare('signed_on', 'date', { validation: 'value <= today' })
  const short = await admin.call<Failure>('POST', '/customers', { name: 'P', custom: { deposit: '9.99' } })
  expect(short.body.errors).toEqual([
    { field: 'custom.deposit', code: 'rule', detail: 'Persons pay a deposit of at least 10.' },
  ])
  await admin.post('/customers', { name: 'C', category: 'company', custom: { deposit: '9.99' } })
  expect(await refusal({ signed_on: '2027-01-02' })).toEqual(['custom.signed_on:rule'])
  const kept = await admin.post('/customers', {
    name: 'K',
    custom: { signed_on: '2027-01-01', deposit: '10.00' },
  })
  expect(await complaints('PATCH', `/customers/${kept.id}`, { custom: { deposit: '1.00' } })).toEqual([
    'custom.deposit:rule',
  ])
  // What stands is not judged again because something else changes.
  const { data } = await admin.get('/custom_fields?noun=customer&limit=200')
  const deposit = data.find((one: { name: string }) => one.name === 'deposit')
  await admin.patch(`/custom_fields/${deposit.id}`, { validation: 'value >= 1000' })
  expect((await admin.patch(`/customers/${kept.id}`, { custom: { signed_on: null } })).custom.deposit).toBe(
    '10.00',
  )
  const wrong = (body: object) =>
    complaints('POST', '/custom_fields', { noun: 'customer', name: 'w', kind: 'integer', ...body })
  expect(await wrong({ validation: 'value >' })).toEqual(['validation:bad_expression'])
  expect(await wrong({ validation: 'value + "x" == "y"' })).toEqual(['validation:bad_expression'])
  expect(await wrong({ validation: 'value + 1' })).toEqual(['validation:not_a_condition'])
  expect(await wrong({ validation_message: 'Alone.' })).toEqual(['validation_message:no_rule'])
  // A rule that cannot be said of this row does not hold; it is no defect.
  await declare('size_m2', 'integer', { validation: 'value > row.custom.nothing_here' })
  expect(await refusal({ size_m2: 3 })).toEqual(['custom.size_m2:rule'])
})

test('what is shown under conditions is asked for under them', async () => {
  await declare('registry_no', 'text', {
    required: true,
    visible_when: { combinator: 'and', rules: [{ field: 'category', operator: '=', value: 'company' }] },
  })
  await admin.post('/customers', { name: 'Person' })
  expect(await complaints('POST', '/customers', { name: 'Firm', category: 'company' })).toEqual([
    'custom.registry_no:required',
  ])
  await admin.post('/customers', { name: 'Firm', category: 'company', custom: { registry_no: 'KRS 1' } })
  expect(
    await complaints('POST', '/custom_fields', {
      noun: 'customer',
      name: 'w',
      kind: 'text',
      visible_when: { combinator: 'nor', rules: [] },
    }),
  ).toEqual(['visible_when.combinator:not_a_choice'])
  const meta = (await admin.get('/meta')).nouns.find((noun: { name: string }) => noun.name === 'customer')
  expect(meta.custom_fields.find((one: { name: string }) => one.name === 'registry_no')).toMatchObject({
    visible_when: { combinator: 'and' },
    portal: 'hidden',
  })
})

test('numbers are given in order: to the rows that are there, and to new ones, one or many at once', async () => {
  const there: { id: string }[] = (await admin.get('/customers?sort=created_at&limit=500')).data
  expect(there.length).toBeGreaterThan(3)
  await declare('member_no', 'auto_number', { pattern: 'M-{next|4}', filterable: true })
  // Whoever comes while the others wait to be numbered has the number after theirs.
  const nth = (n: number) => `M-${String(n).padStart(4, '0')}`
  expect((await customer({})).member_no).toBe(nth(there.length + 1))
  await settled(isp, admin.tenant_id)
  const numbered = (await admin.get('/customers?sort=created_at&limit=500')).data
  expect(numbered.map((row: { custom: { member_no: string } }) => row.custom.member_no)).toEqual(
    numbered.map((_: unknown, n: number) => nth(n + 1)),
  )
  expect(await refusal({ member_no: 'M-9999' })).toEqual(['custom.member_no:read_only'])
  const many = await admin.post('/customers/bulk', {
    operation: 'create',
    rows: Array.from({ length: 3 }, (_, i) => ({ name: `Many ${i}` })),
  })
  expect(many.done).toBe(3)
  expect((await admin.get(`/customers?custom.member_no=${nth(there.length + 4)}`)).data).toHaveLength(1)
})

test('a formula is computed of what the reader may see', async () => {
  await declare('width', 'integer')
  await declare('depth', 'integer')
  await declare('area', 'formula', { formula: 'row.custom.width * row.custom.depth' })
  await declare('days_here', 'formula', { formula: 'days_between(row.created_at, today)' })
  const row = await admin.post('/customers', { name: 'Room', custom: { width: 3, depth: 4 } })
  expect(row.custom).toMatchObject({ area: 12, days_here: 0 })
  expect(await refusal({ area: 5 })).toEqual(['custom.area:read_only'])
  await admin.post('/roles', {
    name: 'narrow',
    grants: [{ noun: 'customer', actions: ['*'], hidden_fields: ['custom.depth'] }],
  })
  const narrow = await clientWithRole(isp, admin.tenant_id, 'narrow')
  expect((await narrow.get(`/customers/${row.id}`)).custom.area).toBeNull()
  expect(
    await complaints('POST', '/custom_fields', { noun: 'customer', name: 'f', kind: 'formula' }),
  ).toEqual(['formula:required'])
  expect(
    await complaints('POST', '/custom_fields', {
      noun: 'customer',
      name: 'f',
      kind: 'formula',
      formula: '1',
      filterable: true,
    }),
  ).toEqual(['filterable:cannot_be_indexed'])
})

test('a secret is written and never read', async () => {
  await declare('gate_code', 'secret')
  const row = await admin.post('/customers', { name: 'Gate', custom: { gate_code: 'open sesame' } })
  expect(row.custom.gate_code).toBe('set')
  await admin.patch(`/customers/${row.id}`, { custom: { width: 1 } })
  expect((await admin.get(`/customers/${row.id}`)).custom.gate_code).toBe('set')
  const stored = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.one(sql<{ custom: Record<string, string> }>`select custom from customers where id = ${row.id}`),
  )
  expect(stored.custom.gate_code!.length).toBeGreaterThan(30)
  expect(JSON.stringify(stored)).not.toContain('sesame')
  const { data } = await admin.get(`/customers/${row.id}/history`)
  expect(JSON.stringify(data)).toContain('"gate_code":"set"')
  expect(JSON.stringify(data)).not.toContain(stored.custom.gate_code)
  expect(
    (await admin.patch(`/customers/${row.id}`, { custom: { gate_code: null } })).custom.gate_code,
  ).toBeNull()
})

test('contacts, tariffs, routers and services take fields as customers do', async () => {
  for (const noun of ['contact', 'tariff', 'router', 'service'])
    await admin.post('/custom_fields', {
      noun,
      name: 'code',
      kind: 'text',
      filterable: true,
      unique: true,
      searchable: noun !== 'tariff',
    })
  await settled(isp, admin.tenant_id)
  const owner = await admin.post('/customers', { name: 'Owner' })
  await admin.post('/contacts', { customer_id: owner.id, name: 'Jo', custom: { code: 'K-1' } })
  const tariff = await admin.post('/tariffs', {
    title: 'Rent',
    service_type: 'recurring',
    price: '1.00',
    custom: { code: 'T-1' },
  })
  await admin.post('/routers', {
    title: 'R',
    nas_ip: '10.9.9.9',
    nas_type: 'mikrotik',
    radius_secret: 'secret123',
    custom: { code: 'R-1' },
  })
  const service = await admin.post('/services', {
    customer_id: owner.id,
    tariff_id: tariff.id,
    custom: { code: 'S-1' },
  })
  expect(service.custom).toEqual({ code: 'S-1' })
  expect(
    await complaints('POST', '/services', {
      customer_id: owner.id,
      tariff_id: tariff.id,
      custom: { code: 'S-1' },
    }),
  ).toEqual(['custom.code:already_exists'])
  await admin.patch(`/services/${service.id}`, { custom: { code: 'S-2' } })
  for (const query of [
    'contacts?custom.code=K-1',
    'tariffs?custom.code=T-1',
    'routers?custom.code=R-1',
    'services?custom.code=S-2',
  ])
    expect((await admin.get(`/${query}`)).data, query).toHaveLength(1)
  expect((await admin.get('/search?q=K-1')).data).toMatchObject([{ noun: 'contact', title: 'Jo' }])
  const [contact] = (await admin.get('/contacts')).data
  await admin.delete(`/contacts/${contact.id}`)
  await admin.post('/contacts', { customer_id: owner.id, name: 'Flo', custom: { code: 'K-1' } })
  expect((await admin.get('/contacts?custom.code=K-1')).data).toHaveLength(1)
})

test('files are named that are there, and a condition asks of what there is', async () => {
  await declare('scans', 'files')
  const owner = await admin.post('/customers', { name: 'Scanned' })
  const file = await upload(isp, admin, `noun=customer&row_id=${owner.id}&name=a.txt`, 'hello')
  expect(file.status).toBe(201)
  const changed = await admin.patch(`/customers/${owner.id}`, { custom: { scans: [file.body.id] } })
  expect(changed.custom.scans).toEqual([file.body.id])
  const { _refs } = await admin.get(`/customers/${owner.id}?include=custom.scans`)
  expect(_refs[file.body.id]).toMatchObject({ noun: 'file', title: 'a.txt' })
  expect(
    await complaints('PATCH', `/customers/${owner.id}`, {
      custom: { scans: ['01900000-0000-7000-8000-000000000000'] },
    }),
  ).toEqual(['custom.scans:no_such_file'])
  expect(
    await complaints('POST', '/custom_fields', {
      noun: 'customer',
      name: 'w',
      kind: 'text',
      visible_when: { combinator: 'and', rules: [{ field: 'nothing', operator: '=', value: 1 }] },
    }),
  ).toEqual(['visible_when:no_such_field'])
  expect(
    await complaints('POST', '/custom_fields', {
      noun: 'customer',
      name: 'w',
      kind: 'boolean',
      unique: true,
    }),
  ).toEqual(['unique:cannot_be_unique'])
})

test('a file brings values of them, each row judged in its own words', async () => {
  const tenant = await newTenant(isp)
  await tenant.post('/custom_fields', {
    noun: 'customer',
    name: 'box',
    label: 'Box',
    kind: 'text',
    unique: true,
    filterable: true,
  })
  await tenant.post('/custom_fields', {
    noun: 'customer',
    name: 'stars',
    label: 'Stars',
    kind: 'rating',
    validation: 'value > 1',
  })
  await settled(isp, tenant.tenant_id)
  const done = await bringIn(
    isp,
    tenant,
    'id,name,Box,Stars\nb1,One,X-1,4\nb2,Two,X-1,5\nb3,Three,X-3,1\nb4,Four,X-4,2\n',
  )
  const rows = await resultOf(tenant, done.id)
  expect(rows.map((row) => row.status)).toEqual(['created', 'failed', 'failed', 'created'])
  expect(rows[1]!.error).toContain('Box')
  expect(rows[2]!.error).toContain('Stars')
  expect((await tenant.get('/customers?custom.box=X-4')).data[0].custom).toEqual({ box: 'X-4', stars: 2 })
})
