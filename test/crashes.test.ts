import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRadiusClient } from '@isp/radius'
import { startProcess, type Program } from './program.ts'

/** Kill −9 in the middle of an import, a billing run and a burst of accounting: nothing missing, nothing double, the books balance. */
const customers = 4000
let program: Program

beforeAll(async () => {
  program = await startProcess()
})
afterAll(() => program?.remove())

const until = async (path: string, wanted: (row: any) => boolean, limit_ms = 90_000) => {
  const began = Date.now()
  for (;;) {
    const row = await program.get(path)
    if (wanted(row)) return row
    if (Date.now() - began > limit_ms) throw new Error(`${path} stayed ${JSON.stringify(row)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('an import that is killed goes on after the restart', async () => {
  const tariff = await program.send('POST', '/tariffs', {
    title: 'Fibre',
    service_type: 'internet',
    price: '29.90',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 20_000,
  })
  expect(tariff.status).toBe(201)
  const rows = Array.from(
    { length: customers },
    (_, i) => `${i},Customer ${i},c${i}@example.com,Fibre,login${i},secret-${i}`,
  )
  const response = await program.send(
    'POST',
    '/imports?noun=customers&mode=run',
    ['external id,name,email,tariff,login,password', ...rows].join('\n'),
    { 'content-type': 'text/csv' },
  )
  expect(response.status).toBeLessThan(300)
  const started = (await response.json()) as { id: string }
  await until(`/imports/${started.id}`, (row) => row.done > 0 && row.done < customers)
  await program.kill()
  await program.start()
  const finished = await until(`/imports/${started.id}`, (row) => row.status === 'done')
  expect(finished).toMatchObject({ total: customers, ok: customers, failed: 0 })
  expect((await program.get('/customers?count=true&limit=1')).total).toBe(customers)
  expect((await program.get('/services?count=true&limit=1&status=active')).total).toBe(customers)
}, 150_000)

test('fields that are being indexed when it is killed are indexed after the restart, and miss nobody', async () => {
  const made = await program.send('POST', '/custom_fields', {
    noun: 'customer',
    name: 'lot',
    kind: 'integer',
  })
  expect(made.status).toBe(201)
  const filled = await program.send('POST', '/customers/bulk', {
    operation: 'update',
    filter: { 'name[starts]': 'Customer 1' },
    input: { custom: { lot: 1 } },
  })
  const { bulk_job } = (await filled.json()) as { bulk_job: { id: string; total: number } }
  await until(`/bulk_jobs/${bulk_job.id}`, (row) => row.status === 'done')
  const field = (await made.json()) as { id: string }
  await program.send('PATCH', `/custom_fields/${field.id}`, { filterable: true, sortable: true })
  const kill = program.kill()
  await kill
  await program.start()
  await until(`/custom_fields/${field.id}`, (row) => row.index_status === 'ready')
  expect((await program.get('/customers?custom.lot=1&count=true&limit=1')).total).toBe(bulk_job.total)
  expect((await program.get('/customers?custom.lot[null]=true&count=true&limit=1')).total).toBe(
    customers - bulk_job.total,
  )
}, 150_000)

test('a billing run that is killed bills everybody once', async () => {
  const date = new Date().toISOString().slice(0, 10)
  const run = (await (await program.send('POST', '/billing_runs', { date })).json()) as { id: string }
  await until(`/billing_runs/${run.id}`, (row) => row.status === 'preview')
  expect((await program.send('POST', `/billing_runs/${run.id}/confirm`, {})).status).toBe(200)
  await until(`/billing_runs/${run.id}`, (row) => row.progress_done > 0)
  await program.kill()
  await program.start()
  const finished = await until(`/billing_runs/${run.id}`, (row) => row.status === 'done')
  expect(finished.invoices).toBe(customers)
  const numbers = new Set<string>()
  let total = 0n
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: any = await program.get(`/invoices?limit=500${cursor ? `&cursor=${cursor}` : ''}`)
    for (const invoice of page.data) {
      numbers.add(invoice.number)
      total += BigInt(invoice.total.replace('.', ''))
    }
    cursor = page.next_cursor
  }
  expect(numbers.size).toBe(customers)
  const ordered = [...numbers].sort()
  expect(Number(ordered.at(-1)!.split('-').at(-1))).toBe(customers)
  const accounts = await program.get('/accounts?limit=100')
  expect(accounts.data.length).toBeGreaterThan(3)
  let owed = 0n
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: any = await program.get(
      `/customers?limit=500&fields=balance${cursor ? `&cursor=${cursor}` : ''}`,
    )
    for (const customer of page.data) owed -= BigInt(customer.balance.replace('.', ''))
    cursor = page.next_cursor
  }
  expect(owed).toBe(total)
}, 150_000)

test('a price for many that is killed corrects what each was billed once', async () => {
  const first: any = await program.get('/services?limit=500&fields=id')
  const more: any = await program.get(`/services?limit=100&fields=id&cursor=${first.next_cursor}`)
  const ids = [...first.data, ...more.data].map(({ id }: { id: string }) => id)
  const begun = await program.send('POST', '/services/bulk', {
    operation: 'change_terms',
    ids,
    input: { price: '19.90', reason: 'the village pays less' },
  })
  expect(begun.status).toBe(202)
  const { bulk_job } = (await begun.json()) as { bulk_job: { id: string; total: number } }
  expect(bulk_job.total).toBe(600)
  const path = `/bulk_jobs/${bulk_job.id}`
  await until(path, (row) => row.done > 0 && row.done < bulk_job.total)
  await program.kill()
  await program.start()
  expect(await until(path, (row) => row.status === 'done', 240_000)).toMatchObject({ done: 600, failed: 0 })
  expect((await program.get('/credit_notes?count=true&limit=1')).total).toBe(600)
  expect((await program.get('/invoices?count=true&limit=1')).total).toBe(customers + 600)
  const { checks } = await program.get('/doctor')
  expect(checks.find(({ check }: { check: string }) => check === 'ledger')).toMatchObject({ status: 'ok' })
}, 300_000)

test('a burst of accounting that is killed loses nothing acknowledged, and what is sent again counts once', async () => {
  expect(
    (
      await program.send('POST', '/routers', {
        title: 'NAS',
        nas_ip: '127.0.0.1',
        nas_type: 'mikrotik',
        radius_secret: 'testing123',
      })
    ).status,
  ).toBe(201)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const open = () =>
    createRadiusClient({
      host: '127.0.0.1',
      ...program.radius,
      secret: 'testing123',
      schedule_ms: [300, 300, 300],
    })
  let nas = await open()
  const sessions = Array.from({ length: 300 }, (_, i) => i)
  const report = (i: number, step: number) => ({
    'User-Name': `login${i}`,
    'Acct-Session-Id': `S${i}`,
    'NAS-IP-Address': '127.0.0.1',
    'Acct-Status-Type': step === 0 ? 1 : 3,
    'Acct-Session-Time': step * 60,
    'Acct-Input-Octets': step * 1000,
    'Acct-Output-Octets': step * 5000,
    'Acct-Output-Gigawords': step > 2 ? 1 : 0,
  })
  const send = async (step: number) => {
    const answers = await Promise.all(sessions.map((i) => nas.account(report(i, step))))
    return sessions.filter((_, n) => answers[n]!.result !== 'ack')
  }
  expect(await send(0)).toEqual([])
  expect(await send(1)).toEqual([])
  const burst = send(2)
  await new Promise((resolve) => setTimeout(resolve, 15))
  await program.kill()
  const lost = new Set(await burst)
  await nas.close()
  await program.start()
  for (const session of (await program.get('/sessions?limit=500')).data)
    if (!lost.has(Number(session.acct_session_id.slice(1)))) expect(session.input_bytes).toBe(2000)
  nas = await open()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  // A NAS does not know what was kept: it repeats what was not acknowledged, here everything, and goes on.
  expect(await send(2)).toEqual([])
  expect(await send(3)).toEqual([])
  // All of it acknowledged, and most of it in the journal only.
  await program.kill()
  await nas.close()
  await program.start()
  const page = await program.get('/sessions?limit=500')
  expect(page.data).toHaveLength(sessions.length)
  for (const session of page.data)
    expect([session.input_bytes, session.output_bytes]).toEqual([3000, 2 ** 32 + 15_000])
  const usage = await program.get(`/customers/${page.data[0].customer_id}/usage?days=2`)
  expect(usage.days.reduce((sum: number, day: { output_bytes: number }) => sum + day.output_bytes, 0)).toBe(
    2 ** 32 + 15_000,
  )
}, 120_000)

test('an export of personal data that is killed begins anew', async () => {
  const { data } = await program.get('/customers?limit=1')
  const path = `/customers/${data[0].id}`
  for (let n = 0; n < 50; n++)
    await program.send('POST', '/notes', { noun: 'customer', row_id: data[0].id, text: `Note ${n}` })
  const asked = (await (await program.send('POST', `${path}/export_personal_data`, {})).json()) as {
    id: string
  }
  await program.kill()
  await program.start()
  const done = await until(`/personal_data_exports/${asked.id}`, (row) => row.status === 'done')
  expect(done.rows_total).toBeGreaterThan(50)
  const file = await program.send('GET', `/personal_data_exports/${asked.id}/content`)
  expect(
    Buffer.from(await file.arrayBuffer())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')
}, 120_000)
