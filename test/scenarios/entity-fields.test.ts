import { afterAll, beforeAll, expect, test } from 'vitest'
import { advance, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

/** The fields of an administrator's own noun change while it is in use: renamed, put away, brought back, of another kind. */
let isp: TestIsp
let admin: Client
let entity: { id: string; fields: { id: string; name: string }[] }
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
  entity = await admin.post('/entities', {
    name: 'mast',
    fields: [
      { name: 'name', kind: 'text', required: true, searchable: true },
      { name: 'serial', kind: 'text', unique: true, searchable: true },
      { name: 'height', kind: 'text', required: true },
    ],
  })
  for (const [name, serial, height] of [
    ['North', 'S-1', '30'],
    ['East', 'S-2', '12.00'],
    ['West', 'S-3', 'high'],
  ])
    await admin.post('/x/mast', { name, serial, height })
})
afterAll(() => isp?.stop())

const idOf = (name: string) => entity.fields.find((field) => field.name === name)!.id
const refused = async (path: string, body: object = {}) => {
  const answer = await admin.call('POST', path, body)
  return [answer.status, answer.body.code]
}

test('a field is renamed with its values', async () => {
  await admin.patch(`/entity_fields/${idOf('name')}`, { name: 'place' })
  expect((await admin.get('/x/mast?place=North')).data).toHaveLength(1)
  expect((await admin.get(`/entities/${entity.id}`)).title_field).toBe('place')
  expect((await admin.get('/search?q=north')).data).toMatchObject([{ noun: 'mast', title: 'North' }])
  const taken = await admin.call('PATCH', `/entity_fields/${idOf('name')}`, { name: 'serial' })
  expect([taken.status, taken.body.errors[0].code]).toEqual([422, 'already_exists'])
  expect((await admin.call('PATCH', `/entity_fields/${idOf('name')}`, { name: 'Not a name' })).status).toBe(
    422,
  )
  expect((await admin.call('PATCH', `/entity_fields/${idOf('name')}`, { name: 'version' })).status).toBe(422)
})

test('a removed field goes to the bin and comes back with its values', async () => {
  expect(await refused(`/entities/${entity.id}/remove_field`, { name: 'place' })).toEqual([409, 'is_title'])
  await admin.post(`/entities/${entity.id}/remove_field`, { name: 'serial' })
  const [north] = (await admin.get('/x/mast?place=North')).data
  expect(north).not.toHaveProperty('serial')
  expect((await admin.get('/search?q=S-1')).data).toEqual([])
  expect((await admin.call('GET', '/x/mast?serial=S-1')).status).toBe(422)
  expect(await refused(`/entities/${entity.id}/remove_field`, { name: 'serial' })).toEqual([422, 'invalid'])
  await admin.post('/x/mast', { place: 'South', height: '7' })
  await admin.post(`/entities/${entity.id}/add_field`, { name: 'serial', kind: 'integer' })
  expect(await refused(`/entities/${entity.id}/restore_field`, { name: 'serial' })).toEqual([
    409,
    'already_exists',
  ])
  const { data } = await admin.get('/entity_fields?limit=100')
  const other = data.find(
    (field: { kind: string; name: string }) => field.name === 'serial' && field.kind === 'integer',
  )
  await admin.patch(`/entity_fields/${other.id}`, { name: 'number_2' })
  await admin.post(`/entities/${entity.id}/restore_field`, { name: 'serial' })
  expect((await admin.get('/x/mast?serial=S-1')).data).toHaveLength(1)
  expect((await admin.get('/search?q=S-1')).data).toHaveLength(1)
})

test('a required field that was away is required again only where every row has a value', async () => {
  await admin.post(`/entities/${entity.id}/remove_field`, { name: 'height' })
  await admin.post('/x/mast', { place: 'Low' })
  const restored = await admin.post(`/entities/${entity.id}/restore_field`, { name: 'height' })
  expect(restored.required).toBe(false)
  const [low] = (await admin.get('/x/mast?place=Low')).data
  await admin.delete(`/x/mast/${low.id}`)
})

test('another kind: what does not fit is shown first, and stops it', async () => {
  const path = `/entities/${entity.id}/retype_field`
  const plan = await admin.post(path, { name: 'height', kind: 'integer', dry_run: true })
  expect(plan.result).toMatchObject({ kind: 'integer', misfits: ['high'], misfit_rows: 1 })
  expect((await admin.get('/x/mast?place=North')).data[0].height).toBe('30')
  const stopped = await admin.call('POST', path, { name: 'height', kind: 'integer' })
  expect([stopped.status, stopped.body.code, stopped.body.detail]).toEqual([
    409,
    'does_not_fit',
    expect.stringContaining('"high"'),
  ])
  expect((await admin.get('/x/mast?place=North')).data[0].height).toBe('30')
  await admin.post(path, { name: 'height', kind: 'integer', drop_misfits: true })
  const heights = (await admin.get('/x/mast?sort=height')).data.map((row: { height: number }) => row.height)
  expect(heights).toEqual([7, 12, 30, null])
  expect((await admin.get('/x/mast?height[gte]=12')).data).toHaveLength(2)
  await admin.post(path, { name: 'height', kind: 'choice', values: ['7', '12', '30'] })
  expect((await admin.get('/x/mast?height=30')).data).toHaveLength(1)
  expect((await admin.call('POST', '/x/mast', { place: 'Odd', height: '31' })).status).toBe(422)
  await admin.post(path, { name: 'height', kind: 'decimal', scale: 1 })
  expect((await admin.get('/x/mast?place=North')).data[0].height).toBe('30.0')
  await admin.post(path, { name: 'height', kind: 'choices', values: ['7.0', '12.0', '30.0'] })
  expect((await admin.get('/x/mast?place=North')).data[0].height).toEqual(['30.0'])
  expect((await admin.call('POST', path, { name: 'height', kind: 'reference' })).status).toBe(422)
  expect((await admin.call('POST', path, { name: 'height', kind: 'choices', values: ['a'] })).status).toBe(
    422,
  )
})

test('uniqueness that the new kind would break is refused, and nothing changed', async () => {
  await admin.post('/x/mast', { place: 'Twin', serial: '01' })
  await admin.post('/x/mast', { place: 'Twin', serial: '1' })
  const answer = await admin.call('POST', `/entities/${entity.id}/retype_field`, {
    name: 'serial',
    kind: 'integer',
    drop_misfits: true,
  })
  expect(answer.status).toBe(409)
  expect((await admin.get('/x/mast?serial=S-1')).data).toHaveLength(1)
})

test('after 30 days in the bin the column is gone', async () => {
  await admin.post(`/entities/${entity.id}/remove_field`, { name: 'serial' })
  await advance(isp, admin.tenant_id, '29d')
  expect((await admin.call('GET', `/entity_fields/${idOf('serial')}`)).status).toBe(200)
  await advance(isp, admin.tenant_id, '3d')
  expect((await admin.call('GET', `/entity_fields/${idOf('serial')}`)).status).toBe(404)
  const { rows } = await isp.app.migratorPool.query(
    `select count(*)::int as n from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'dyn'::regnamespace and c.relkind = 'r' and a.attname like 'f\\_%' and not a.attisdropped`,
  )
  expect(rows[0].n).toBe(3)
})
