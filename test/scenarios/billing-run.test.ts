import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { advance, asTenant, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'
import { manyCustomers } from './billing-many.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

/** What must hold of a tenant whatever happened to its runs. */
async function billedOnce(admin: Client, customers: number): Promise<void> {
  const found = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.one(sql<{
      invoices: number
      customers: number
      numbers: number
      last: string
      lines: number
      without_lines: number
      events: number
      due: number
      charges: number
    }>`
      select (select count(*)::integer from invoices) as invoices, (select count(distinct customer_id)::integer from invoices) as customers,
        (select count(distinct number)::integer from invoices) as numbers, (select max(number) from invoices) as last,
        (select count(*)::integer from invoice_lines) as lines,
        (select count(*)::integer from invoices i where not exists (select from invoice_lines l where l.invoice_id = i.id)) as without_lines,
        (select count(*)::integer from events where type = 'invoice.finalized') as events,
        (select count(*)::integer from customers where next_billing_on <= '2027-01-01') as due,
        (select count(*)::integer from charges) as charges`),
  )
  expect(found).toEqual({
    invoices: customers,
    customers,
    numbers: customers,
    last: `2027-${String(customers).padStart(6, '0')}`,
    lines: customers * 3,
    without_lines: 0,
    events: customers,
    due: 0,
    charges: customers * 3,
  })
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
}

test('the same period twice, one after another and at once: nothing is billed twice', async () => {
  const admin = await newTenant(isp)
  await asTenant(isp, admin.tenant_id, (ctx) => manyCustomers(ctx, 1500))
  const runs = await Promise.all([1, 2].map(() => admin.post('/billing_runs', { date: '2027-01-01' })))
  await Promise.all(runs.map((run) => admin.post(`/billing_runs/${run.id}/confirm`)))
  await settled(isp, admin.tenant_id)
  const done = await Promise.all(runs.map((run) => admin.get(`/billing_runs/${run.id}`)))
  expect(done.map((run) => run.status)).toEqual(['done', 'done'])
  expect(done.reduce((sum, run) => sum + run.invoices, 0)).toBe(1500)
  await billedOnce(admin, 1500)
  expect(await runBilling(isp, admin, '2027-01-01')).toMatchObject({
    customers: 0,
    invoices: 0,
    total: '0.00',
  })
  await billedOnce(admin, 1500)
})

test('a large run in two lanes whose connections are cut goes on where it stopped', async () => {
  const admin = await newTenant(isp)
  await asTenant(isp, admin.tenant_id, (ctx) => manyCustomers(ctx, 6000))
  const run = await admin.post('/billing_runs', { date: '2027-01-01' })
  expect(run.status).toBe('previewing')
  await settled(isp, admin.tenant_id)
  expect(await admin.get(`/billing_runs/${run.id}`)).toMatchObject({
    status: 'preview',
    customers: 6000,
    invoices: 6000,
    progress_done: 6000,
    total: '332100.00',
  })
  const page = await admin.get(`/billing_runs/${run.id}/preview?limit=2&sort=-total&change=new`)
  expect(page.data.length).toBe(2)
  expect(
    (
      await admin.get(
        `/billing_runs/${run.id}/preview?limit=2&sort=-total&change=new&cursor=${page.next_cursor}`,
      )
    ).data[0].customer_id,
  ).not.toBe(page.data[0].customer_id)
  for (const sort of ['-odd', 'name', '-difference', 'customer_id']) {
    const seen: { customer_id: string; customer_name: string; difference: string }[] = []
    for (let cursor = ''; ;) {
      const part = await admin.get(`/billing_runs/${run.id}/preview?limit=200&sort=${sort}&cursor=${cursor}`)
      seen.push(...part.data)
      if (part.next_cursor === null) break
      cursor = part.next_cursor
    }
    expect(new Set(seen.map((row) => row.customer_id)).size).toBe(6000)
    const sizes = seen.map((row) => Math.abs(Number(row.difference)))
    if (sort === '-odd') expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
  }
  expect((await admin.call('GET', `/billing_runs/${run.id}/preview?sort=colour`)).status).toBe(422)
  expect((await admin.call('GET', `/billing_runs/${run.id}/preview?cursor=zzz`)).status).toBe(400)

  await admin.post(`/billing_runs/${run.id}/confirm`)
  const owner = new pg.Client(isp.database.admin)
  await owner.connect()
  let cut = 0
  for (let attempt = 0; attempt < 200 && cut < 2; attempt++) {
    const { rowCount } = await owner.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'isp' and state <> 'idle' and query ~ 'insert into (invoice_lines|charges|journal_entries)'`)
    cut += rowCount ?? 0
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await owner.end()
  expect(cut).toBeGreaterThan(0)
  await expect
    .poll(async () => (await admin.get(`/billing_runs/${run.id}`)).status, { timeout: 60_000, interval: 200 })
    .toBe('done')
  expect(await admin.get(`/billing_runs/${run.id}`)).toMatchObject({
    status: 'done',
    customers: 6000,
    invoices: 6000,
    progress_done: 6000,
    problems: [],
    total: '332100.00',
  })
  await billedOnce(admin, 6000)
}, 120_000)

test('a customer that cannot be billed is named, and does not stop the others', async () => {
  const admin = await newTenant(isp)
  await asTenant(isp, admin.tenant_id, (ctx) => manyCustomers(ctx, 30))
  const victim = (await admin.get('/customers?limit=1')).data[0]
  // A price no ledger can hold.
  await asTenant(isp, admin.tenant_id, async (ctx) => {
    await ctx.db.run(sql`
      update service_periods set price = 9000000000000000000
      where service_id = (select id from services where customer_id = ${victim.id} order by id limit 1)`)
  })
  const dueOn = (date: string) =>
    asTenant(isp, admin.tenant_id, (ctx) =>
      ctx.db.run(sql`update customers set next_billing_on = ${date} where id = ${victim.id}`),
    )
  await dueOn('2027-02-01')
  const preview = await admin.post('/billing_runs', { date: '2027-01-01' })
  await dueOn('2027-01-01')
  await admin.post(`/billing_runs/${preview.id}/confirm`)
  await settled(isp, admin.tenant_id)
  const done = await admin.get(`/billing_runs/${preview.id}`)
  expect(done).toMatchObject({ status: 'done', invoices: 29 })
  expect(done.problems).toMatchObject([{ customer_id: victim.id }])
})

test('with automatic billing on, the nights bill by themselves', async () => {
  const admin = await newTenant(isp, { at: '2027-03-15T08:00:00Z' })
  await admin.patch(`/tenants/${admin.tenant_id}`, { auto_billing: true })
  const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '31.00'))
  await advance(isp, admin.tenant_id, '20d')
  const invoices = (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data
  expect(
    invoices.map((invoice: Record<string, string>) => [
      invoice.date,
      invoice.period_from,
      invoice.period_to,
      invoice.total,
    ]),
  ).toEqual([
    ['2027-03-16', '2027-03-15', '2027-03-31', '17.00'],
    ['2027-04-01', '2027-04-01', '2027-04-30', '31.00'],
  ])
  expect(
    (await admin.get('/billing_runs')).data.every(
      (run: { automatic: boolean; status: string }) => run.automatic && run.status === 'done',
    ),
  ).toBe(true)
})

test('credit is used, oldest first, when a run bills', async () => {
  const admin = await newTenant(isp)
  const { customer_id } = await newInternetCustomer(admin, await newTariff(admin, '30.00'))
  await admin.post('/payments', { customer_id, amount: '20.00', method: 'cash' })
  await admin.post('/payments', { customer_id, amount: '25.00', method: 'card' })
  await runBilling(isp, admin, '2027-01-01')
  expect((await admin.get('/invoices')).data).toMatchObject([
    { status: 'paid', total: '30.00', paid_total: '30.00' },
  ])
  const left = (await admin.get('/payments')).data.map((payment: Record<string, string>) => [
    payment.amount,
    payment.unallocated,
  ])
  expect(left).toEqual([
    ['25.00', '15.00'],
    ['20.00', '0.00'],
  ])
  const allocations = (await admin.get('/allocations')).data
  expect(allocations.length).toBe(2)
  await admin.post(`/allocations/${allocations[0].id}/undo`)
  expect(Number((await admin.get('/invoices')).data[0].due_total)).toBeGreaterThan(0)
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})
