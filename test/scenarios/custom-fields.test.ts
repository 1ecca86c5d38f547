import { afterAll, beforeAll, expect, test } from 'vitest'
import { asTenant, clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { sql } from '#kernel/sql.ts'

/** An ISP keeps what only it knows of its customers, and works with it as with anything else. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

type Failure = { code?: string; detail?: string; errors?: { field: string; code: string; detail: string }[] }
const refused = async (method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown) => {
  const answer = await admin.call<Failure>(method, path, body)
  const [first] = answer.body.errors ?? []
  return [answer.status, first ? `${first.field}:${first.code}` : answer.body.code]
}
const names = async (query: string): Promise<string[]> =>
  (await admin.get(`/customers?${query}`)).data.map((row: { name: string }) => row.name)
const tree = (rules: unknown) => `filter=${encodeURIComponent(JSON.stringify(rules))}`
const field = async (name: string, noun = 'customer') =>
  (await admin.get(`/custom_fields?noun=${noun}&limit=200`)).data.find(
    (one: { name: string }) => one.name === name,
  )

const people = [
  { name: 'Anna', custom: { colour: 'red', size: 10, deposit: '5.00', since: '2020-01-01', vip: true } },
  { name: 'Bert', custom: { colour: 'blue', size: 2, deposit: '-5.50', since: '2021-06-30', vip: false } },
  { name: 'Cleo', custom: { colour: 'red', size: 7, deposit: '1000000.01', since: '2020-01-02' } },
  { name: 'Dora', custom: {} },
]

test('rows that exist are copied when a field becomes filterable; until then the list says so', async () => {
  for (const [name, kind] of Object.entries({
    colour: 'text',
    size: 'integer',
    deposit: 'money',
    since: 'date',
    vip: 'boolean',
  }))
    await admin.post('/custom_fields', { noun: 'customer', name, kind })
  for (const person of people) await admin.post('/customers', person)
  expect(await refused('GET', '/customers?custom.colour=red')).toEqual([422, 'custom.colour:not_filterable'])
  expect(await refused('GET', '/customers?sort=custom.size')).toEqual([422, 'sort:not_sortable'])
  for (const name of ['colour', 'size', 'deposit', 'since', 'vip'])
    await admin.patch(`/custom_fields/${(await field(name)).id}`, { filterable: true, sortable: true })
  // The job runs after the answer: whoever asks at once is told to come back, or is answered already.
  const early = await admin.call('GET', '/customers?custom.colour=red')
  expect([200, 409]).toContain(early.status)
  if (early.status === 409) expect(early.body).toMatchObject({ code: 'field_indexing' })
  await settled(isp, admin.tenant_id)
  expect(await field('colour')).toMatchObject({
    index_status: 'ready',
    index_done: 4,
    index_total: 4,
    index_note: null,
  })
})

test('lists are filtered and sorted by it as by a built-in field', async () => {
  expect(await names('custom.colour=red&sort=name')).toEqual(['Anna', 'Cleo'])
  expect(await names('custom.colour[ne]=red')).toEqual(['Bert'])
  expect(await names('custom.colour[in]=red,blue&sort=name')).toEqual(['Anna', 'Bert', 'Cleo'])
  expect(await names('custom.colour[starts]=bl')).toEqual(['Bert'])
  expect(await names('custom.colour[null]=true')).toEqual(['Dora'])
  expect(await names('custom.size[gte]=7&custom.colour=red&sort=-custom.size')).toEqual(['Anna', 'Cleo'])
  expect(await names('custom.deposit[lt]=0')).toEqual(['Bert'])
  expect(await names('custom.deposit=1000000.01')).toEqual(['Cleo'])
  expect(await names('custom.since[lte]=2020-01-02&sort=custom.since')).toEqual(['Anna', 'Cleo'])
  expect(await names('custom.vip=true')).toEqual(['Anna'])
  expect(await names('sort=custom.size')).toEqual(['Bert', 'Cleo', 'Anna', 'Dora'])
  expect(await names('sort=-custom.deposit')).toEqual(['Cleo', 'Anna', 'Bert', 'Dora'])
  expect(await refused('GET', '/customers?custom.size=big')).toEqual([422, 'custom.size:not_a_whole_number'])
  expect(await refused('GET', '/customers?custom.vip[gt]=true')).toEqual([422, 'custom.vip:unknown_operator'])
  expect(await refused('GET', '/customers?custom.nothing=1')).toEqual([422, 'custom.nothing:unknown_filter'])
  expect(await refused('GET', '/customers?custom.constructor=1')).toEqual([
    422,
    'custom.constructor:unknown_filter',
  ])
})

test('pages follow one another through values and through what has none, in both directions', async () => {
  for (const sort of ['custom.size', '-custom.size', 'custom.colour', '-custom.vip']) {
    const whole = await names(`sort=${sort}`)
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { data: { name: string }[]; next_cursor: string | null } = await admin.get(
        `/customers?sort=${sort}&limit=1&fields=name${cursor ? `&cursor=${cursor}` : ''}`,
      )
      seen.push(...page.data.map((row) => row.name))
      cursor = page.next_cursor
    }
    expect(seen, sort).toEqual(whole)
    expect([...seen].sort()).toEqual(['Anna', 'Bert', 'Cleo', 'Dora'])
  }
  const { next_cursor } = await admin.get('/customers?sort=custom.size&limit=1')
  expect(await refused('GET', `/customers?sort=custom.deposit&cursor=${next_cursor}`)).toEqual([
    400,
    'bad_cursor',
  ])
})

test('writes keep it in step: changes, many rows at once, deletions', async () => {
  const [dora] = (await admin.get('/customers?name=Dora')).data
  await admin.patch(`/customers/${dora.id}`, { custom: { colour: 'green', size: 3 } })
  expect(await names('custom.colour=green')).toEqual(['Dora'])
  await admin.patch(`/customers/${dora.id}`, { custom: { colour: null } })
  expect(await names('custom.colour=green')).toEqual([])
  expect(await names('sort=custom.size&custom.size[lt]=7')).toEqual(['Bert', 'Dora'])
  await admin.patch(`/customers/${dora.id}`, { custom: { size: null } })
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`update customers set custom = custom || '{"colour": "grey"}' where name = 'Dora'`),
  )
  expect(await names('custom.colour=grey')).toEqual(['Dora'])
  // What is not of the field's kind is left out, and breaks no other write.
  await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.run(sql`
      update customers set custom = custom || '{"size": "large", "since": "soon", "deposit": "much"}' where name = 'Dora'`),
  )
  expect(await names('custom.size[null]=true')).toEqual(['Dora'])
  await admin.patch(`/customers/${dora.id}`, {
    custom: { colour: null, size: null, since: null, deposit: null },
  })
})

test('count, export, bulk, figures and saved views ask the same questions', async () => {
  expect((await admin.get('/customers?custom.colour=red&count=true')).total).toBe(2)
  const csv = String(
    (await admin.call('GET', '/customers/export?custom.colour=red&sort=custom.size&fields=name,custom.size'))
      .body,
  )
  expect(csv.trimEnd().split('\r\n').slice(1)).toEqual(['Cleo,7', 'Anna,10'])
  const figures = await admin.get(
    '/customers/aggregate?group=custom.colour&sum=custom.deposit&max=custom.size&custom.size[null]=false',
  )
  expect(figures.data).toEqual([
    {
      count: 2,
      'custom.colour': 'red',
      sum: { 'custom.deposit': '1000005.01' },
      min: {},
      max: { 'custom.size': 10 },
    },
    {
      count: 1,
      'custom.colour': 'blue',
      sum: { 'custom.deposit': '-5.50' },
      min: {},
      max: { 'custom.size': 2 },
    },
  ])
  const done = await admin.post('/customers/bulk', {
    operation: 'update',
    filter: { 'custom.colour': 'red' },
    input: { city: 'Red City' },
  })
  expect(done).toMatchObject({ done: 2, failed: 0 })
  expect(await names('city=Red%20City&sort=name')).toEqual(['Anna', 'Cleo'])
  const view = await admin.post('/saved_views', {
    noun: 'customer',
    name: 'Large',
    query: { 'custom.size[gte]': '7', sort: '-custom.size' },
  })
  expect(await names(new URLSearchParams(view.query).toString())).toEqual(['Anna', 'Cleo'])
})

test('conditions combine in a tree, with and, or and not', async () => {
  const red = { field: 'custom.colour', operator: '=', value: 'red' }
  const large = { field: 'custom.size', operator: '>=', value: 10 }
  const bert = { field: 'name', operator: 'beginsWith', value: 'Be' }
  expect(await names(`${tree({ combinator: 'and', rules: [red, large] })}`)).toEqual(['Anna'])
  expect(await names(`${tree({ combinator: 'or', rules: [bert, large] })}&sort=name`)).toEqual([
    'Anna',
    'Bert',
  ])
  expect(await names(`${tree({ combinator: 'and', not: true, rules: [red] })}&sort=name`)).toEqual([
    'Bert',
    'Dora',
  ])
  expect(
    await names(
      `${tree({ combinator: 'or', rules: [bert, { combinator: 'and', rules: [red, { ...large, operator: '<' }] }] })}&sort=name`,
    ),
  ).toEqual(['Bert', 'Cleo'])
  expect(
    await names(
      `${tree({ combinator: 'and', rules: [{ field: 'custom.size', operator: 'between', value: [2, 7] }] })}&sort=name`,
    ),
  ).toEqual(['Bert', 'Cleo'])
  expect(
    await names(
      `${tree({
        combinator: 'or',
        rules: [
          { field: 'custom.colour', operator: 'in', value: ['blue'] },
          { field: 'custom.colour', operator: 'null' },
        ],
      })}&sort=name`,
    ),
  ).toEqual(['Bert', 'Dora'])
  expect(await names(`${tree({ combinator: 'or', rules: [] })}`)).toEqual([])
  expect(await names(`${tree(red)}&custom.size[gt]=7&sort=-custom.size`)).toEqual(['Anna'])
  expect(
    (await admin.get(`/customers/aggregate?${tree({ combinator: 'or', rules: [red, bert] })}`)).data[0].count,
  ).toBe(3)
  const done = await admin.post('/customers/bulk', {
    operation: 'update',
    filter: { combinator: 'or', rules: [bert, red] },
    input: { city: 'Tree' },
  })
  expect(done).toMatchObject({ done: 3, failed: 0 })
})

test('a tree that is no filter is refused by its place', async () => {
  const wrong = (rules: unknown) => refused('GET', `/customers?${tree(rules)}`)
  expect(await refused('GET', '/customers?filter={')).toEqual([422, 'filter:not_json'])
  expect(await refused('GET', '/customers?filter=7')).toEqual([422, 'filter:not_a_filter'])
  expect(await wrong({ combinator: 'xor', rules: [] })).toEqual([422, 'filter.combinator:not_a_choice'])
  expect(await wrong({ combinator: 'and' })).toEqual([422, 'filter.rules:required'])
  expect(await wrong({ combinator: 'and', rules: [{ operator: '=', value: 1 }] })).toEqual([
    422,
    'filter.rules.0.field:unknown_filter',
  ])
  expect(await wrong({ field: 'balance', operator: 'contains', value: '1' })).toEqual([
    422,
    'balance:unknown_operator',
  ])
  expect(await wrong({ field: 'name; drop table customers', value: 1 })).toEqual([
    422,
    'filter.field:unknown_filter',
  ])
  expect(await wrong({ field: 'name', operator: '=', value: { a: 1 } })).toEqual([422, 'name:not_text'])
  expect(await wrong({ field: 'street', operator: '=', value: 'x' })).toEqual([422, 'street:not_filterable'])
  expect(await wrong({ combinator: 'and', rules: [], colour: 1 })).toEqual([
    422,
    'filter.colour:unknown_field',
  ])
  let deep: unknown = { field: 'name', value: 'x' }
  for (let n = 0; n < 9; n++) deep = { combinator: 'and', rules: [deep] }
  expect((await wrong(deep))[1]).toMatch(/too_deep$/)
  expect(
    (
      await wrong({
        combinator: 'or',
        rules: Array.from({ length: 101 }, () => ({ field: 'name', value: 'x' })),
      })
    )[1],
  ).toMatch(/too_many_rules$/)
})

test('what a role hides is neither filtered, sorted nor grouped by', async () => {
  await admin.post('/roles', {
    name: 'colour-blind',
    grants: [{ noun: 'customer', actions: ['*'], hidden_fields: ['custom.colour'] }],
  })
  const blind = await clientWithRole(isp, admin.tenant_id, 'colour-blind')
  for (const query of [
    'custom.colour=red',
    'sort=custom.colour',
    tree({ field: 'custom.colour', operator: '=', value: 'red' }),
  ])
    expect((await blind.call('GET', `/customers?${query}`)).status, query).toBe(422)
  expect((await blind.call('GET', '/customers/aggregate?group=custom.colour')).status).toBe(422)
  expect((await blind.get('/customers?custom.size=10')).data[0].custom).not.toHaveProperty('colour')
  // A role may see rows by such a field, too.
  await admin.post('/roles', {
    name: 'reds',
    grants: [{ noun: 'customer', actions: ['*'], rows: { 'custom.colour': 'red' } }],
  })
  const reds = await clientWithRole(isp, admin.tenant_id, 'reds')
  expect((await reds.get('/customers')).data).toHaveLength(2)
  const [bert] = (await admin.get('/customers?name=Bert')).data
  expect((await reds.call('GET', `/customers/${bert.id}`)).status).toBe(404)
})

test('the database keeps a unique field unique', async () => {
  await admin.post('/custom_fields', {
    noun: 'customer',
    name: 'contract',
    label: 'Contract',
    kind: 'text',
    unique: true,
  })
  await settled(isp, admin.tenant_id)
  await admin.post('/customers', { name: 'One', custom: { contract: 'C-1' } })
  expect(await refused('POST', '/customers', { name: 'Two', custom: { contract: 'C-1' } })).toEqual([
    409,
    'custom.contract:already_exists',
  ])
  const two = await admin.post('/customers', { name: 'Two', custom: { contract: 'C-2' } })
  expect(await refused('PATCH', `/customers/${two.id}`, { custom: { contract: 'C-1' } })).toEqual([
    409,
    'custom.contract:already_exists',
  ])
  const both = await Promise.all(
    [1, 2].map(() => admin.call('POST', '/customers', { name: 'Twin', custom: { contract: 'C-9' } })),
  )
  expect(both.map((answer) => answer.status).sort()).toEqual([201, 409])
})

test('duplicates that stand already leave it not unique, and are named', async () => {
  await admin.patch(`/custom_fields/${(await field('colour')).id}`, { unique: true })
  await settled(isp, admin.tenant_id)
  const colour = await field('colour')
  expect([colour.unique, colour.index_status]).toEqual([false, 'ready'])
  expect(colour.index_note).toContain('2 customers have “red”')
  expect(await names('custom.colour=red&sort=name')).toEqual(['Anna', 'Cleo'])
})

test('the search finds what is searchable, and forgets what is no more', async () => {
  const contract = await field('contract')
  await admin.patch(`/custom_fields/${contract.id}`, { searchable: true })
  await settled(isp, admin.tenant_id)
  const found = async () => (await admin.get('/search?q=C-9')).data.map((row: { title: string }) => row.title)
  expect(await found()).toEqual(['Twin'])
  await admin.post('/customers', { name: 'Later', custom: { contract: 'C-99' } })
  expect((await admin.get('/search?q=c-99')).data).toHaveLength(1)
  await admin.patch(`/custom_fields/${contract.id}`, { searchable: false })
  await settled(isp, admin.tenant_id)
  expect(await found()).toEqual([])
})

test('a field is renamed with its values, and its old name is free', async () => {
  await admin.patch(`/custom_fields/${(await field('colour')).id}`, { name: 'paint' })
  expect(await names('custom.paint=red&sort=name')).toEqual(['Anna', 'Cleo'])
  expect(await refused('GET', '/customers?custom.colour=red')).toEqual([422, 'custom.colour:unknown_filter'])
  await admin.post('/custom_fields', { noun: 'customer', name: 'colour', kind: 'integer', filterable: true })
  await settled(isp, admin.tenant_id)
  const [anna] = (await admin.get('/customers?name=Anna')).data
  expect(anna.custom).toMatchObject({ paint: 'red', colour: null })
  const changed = await admin.patch(`/customers/${anna.id}`, { custom: { colour: 7, paint: 'rust' } })
  expect(changed.custom).toMatchObject({ paint: 'rust', colour: 7 })
  expect(await names('custom.colour=7&custom.paint=rust')).toEqual(['Anna'])
  expect(await refused('PATCH', `/custom_fields/${(await field('paint')).id}`, { name: 'colour' })).toEqual([
    409,
    'name:already_exists',
  ])
})

test('a reference points to a row that is there, and holds it', async () => {
  const label = await admin.post('/labels', { name: 'Reseller' })
  await admin.post('/custom_fields', { noun: 'customer', name: 'label_id', kind: 'reference', to: 'label' })
  expect(
    await refused('POST', '/custom_fields', {
      noun: 'customer',
      name: 'x_id',
      kind: 'reference',
      to: 'nothing',
    }),
  ).toEqual([422, 'to:no_such_noun'])
  await settled(isp, admin.tenant_id)
  const nobody = '01900000-0000-7000-8000-000000000000'
  expect(await refused('POST', '/customers', { name: 'Ref', custom: { label_id: nobody } })).toEqual([
    422,
    'custom.label_id:no_such_label',
  ])
  await admin.post('/customers', { name: 'Ref', custom: { label_id: label.id } })
  const removal = await admin.call('DELETE', `/labels/${label.id}`)
  expect([removal.status, removal.body.code]).toEqual([409, 'still_used'])
})

test('its columns go when nothing asks for them, and its values stay', async () => {
  const tables = () =>
    asTenant(isp, admin.tenant_id, (ctx) =>
      ctx.db.all(sql<{ attname: string }>`
        select a.attname from custom_tables t
        join pg_attribute a on a.attrelid = to_regclass('dyn.' || t.table_name) and a.attnum > 0 and not a.attisdropped
        where t.noun = 'customer'`),
    )
  const before = (await tables()).length
  await admin.patch(`/custom_fields/${(await field('size')).id}`, { filterable: false, sortable: false })
  await settled(isp, admin.tenant_id)
  expect((await tables()).length).toBe(before - 1)
  expect(await refused('GET', '/customers?custom.size=10')).toEqual([422, 'custom.size:not_filterable'])
  expect((await admin.get('/customers?name=Bert')).data[0].custom.size).toBe(2)
  for (const one of (await admin.get('/custom_fields?noun=customer&limit=200')).data)
    await admin.delete(`/custom_fields/${one.id}`)
  await settled(isp, admin.tenant_id)
  expect(await tables()).toEqual([])
  expect(await names('name=Bert')).toEqual(['Bert'])
})

test('its index serves the list behind the tenant’s wall', async () => {
  await admin.post('/custom_fields', {
    noun: 'customer',
    name: 'code',
    kind: 'integer',
    filterable: true,
    sortable: true,
  })
  await settled(isp, admin.tenant_id)
  const beside = await asTenant(
    isp,
    admin.tenant_id,
    async (ctx) => ctx.tenant.custom_fields.get('customer')!.code!.beside!,
  )
  const { rows } = await isp.app.migratorPool.query(
    `select c.relrowsecurity and c.relforcerowsecurity as walled,
       (select array_agg(pg_get_indexdef(i.indexrelid)) from pg_index i where i.indrelid = c.oid) as indexes
     from pg_class c where c.oid = to_regclass($1)`,
    [beside.table],
  )
  expect(rows[0].walled).toBe(true)
  for (const index of rows[0].indexes) expect(index).toContain('(tenant_id')
  const plan = await asTenant(isp, admin.tenant_id, async (ctx) => {
    await ctx.db.all({ text: ['set local enable_seqscan = off'], values: [] })
    return ctx.db.all<{ 'QUERY PLAN': string }>({
      text: [
        `explain select id from customers where id in (select id from ${beside.table} where ${beside.column} = 30) order by id limit 51`,
      ],
      values: [],
    })
  })
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/Index Cond: .*f_[a-z2-7]+ = 30/)
  const other = await newTenant(isp)
  const seen = await asTenant(isp, other.tenant_id, (ctx) =>
    ctx.db.all({ text: [`select * from ${beside.table}`], values: [] }),
  )
  expect(seen).toEqual([])
})
