import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startJobs } from '#kernel/jobs.ts'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const ended = async (id: string) => {
  for (let i = 0; i < 600; i++) {
    const job = await admin.get(`/bulk_jobs/${id}`)
    if (job.status === 'done' || job.status === 'failed') return job
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The bulk job did not end.')
}

test('few rows are done at once with a result each; one bad row does not spoil the rest', async () => {
  const answer = await admin.post('/labels/bulk', {
    operation: 'create',
    rows: [{ name: 'a' }, { name: '' }, { name: 'a' }, { name: 'b', nope: 1 }, { name: 'c' }],
  })
  expect(answer).toMatchObject({ done: 2, failed: 3 })
  expect(
    answer.data.map((row: { status: string; error?: { code: string } }) => row.error?.code ?? row.status),
  ).toEqual(['ok', 'invalid', 'already_exists', 'invalid', 'ok'])
})

test('a large bulk is a job; when its worker dies another takes it over within 30 s, and no row is done twice', async () => {
  const rows = Array.from({ length: 700 }, (_, i) => ({ name: `bulk ${i}` }))
  const queued = await admin.call('POST', '/labels/bulk', { operation: 'create', rows })
  expect(queued.status).toBe(202)
  const owner = new pg.Client(isp.database.admin)
  await owner.connect()
  await owner.query(
    `update graphile_worker._private_jobs set locked_by = 'worker-that-died', locked_at = now() - interval '1 minute', attempts = 1`,
  )
  await owner.query('update graphile_worker._private_job_queues set locked_by = null')
  await owner.end()
  const began = Date.now()
  const jobs = await startJobs(isp.app)
  const job = await ended(queued.body.bulk_job.id)
  expect(Date.now() - began).toBeLessThan(30_000)
  expect(job).toMatchObject({ status: 'done', total: 700, done: 700, failed: 0 })
  expect((await admin.get('/labels?name[starts]=bulk&count=true&limit=1')).total).toBe(700)
  const update = await admin.call('POST', '/labels/bulk', {
    operation: 'update',
    filter: { 'name[starts]': 'bulk' },
    input: { color: 'red' },
  })
  expect(update.status).toBe(202)
  expect(await ended(update.body.bulk_job.id)).toMatchObject({ done: 700, failed: 0 })
  expect((await admin.get('/labels?name=bulk 7')).data[0].color).toBe('red')
  await jobs.stop()
}, 90_000)

test('what a large bulk is given is kept from sight, and from the disk once the job is done', async () => {
  const rows = Array.from({ length: 501 }, (_, i) => ({
    title: `Router ${i}`,
    nas_ip: `10.9.${i >> 8}.${i & 255}`,
    radius_secret: 'open-sesame-42',
  }))
  const queued = await admin.call('POST', '/routers/bulk', { operation: 'create', rows })
  const { id } = queued.body.bulk_job
  expect((await admin.get(`/bulk_jobs/${id}`)).input).toBe('set')
  const owner = new pg.Client(isp.database.admin)
  await owner.connect()
  const { rows: kept } = await owner.query<{ n: number }>(`
    select count(*)::int as n from (
      select to_jsonb(j)::text as t from bulk_jobs j union all select to_jsonb(a)::text from audit_events a
      union all select to_jsonb(e)::text from events e union all select to_jsonb(q)::text from graphile_worker._private_jobs q
    ) x where t like '%open-sesame-42%'`)
  expect(kept[0]!.n).toBe(0)
  // One that an older version had queued, in the clear, is done all the same.
  const older = await admin.call('POST', '/labels/bulk', {
    operation: 'create',
    rows: rows.map(({ title }) => ({ name: title })),
  })
  const request = { operation: 'create', targets: [{ id: null, row: { name: 'from before' } }] }
  await owner.query('update bulk_jobs set input = null, input_in_clear = $2, total = 1 where id = $1', [
    older.body.bulk_job.id,
    JSON.stringify(request),
  ])
  const jobs = await startJobs(isp.app)
  expect(await ended(id)).toMatchObject({ status: 'done', done: 501, failed: 0, input: null })
  expect(await ended(older.body.bulk_job.id)).toMatchObject({ status: 'done', done: 1, input: null })
  await jobs.stop()
  expect((await admin.get('/labels?name=from before')).data).toHaveLength(1)
  const { rows: left } = await owner.query(
    'select 1 from bulk_jobs where input is not null or input_in_clear is not null',
  )
  expect(left).toEqual([])
  await owner.end()
}, 90_000)
