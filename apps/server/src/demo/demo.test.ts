import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../../../../test/isp.ts'
import { seedDemo } from './index.ts'

let isp: TestIsp
let admin: Client
let took_ms = 0
const said: string[] = []
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp, {
    name: 'Northwind Fibre',
    at: '2027-03-11T10:20:00Z',
    currency: 'EUR',
    time_zone: 'Europe/Warsaw',
  })
  const began_ms = performance.now()
  await seedDemo(isp.app, admin.tenant_id, (sentence) => said.push(sentence))
  took_ms = performance.now() - began_ms
}, 240_000)
afterAll(() => isp?.stop())

const counts = async (table: 'customers' | 'invoices' | 'services'): Promise<Record<string, number>> => {
  const { data } = await rows<{ status: string; n: bigint }>(
    table === 'customers'
      ? sql`select status, count(*) as n from customers group by status`
      : table === 'invoices'
        ? sql`select status, count(*) as n from invoices group by status`
        : sql`select service_type || ' ' || status as status, count(*) as n from services group by 1`,
  )
  return Object.fromEntries(data.map(({ status, n }) => [status, Number(n)]))
}
const rows = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<{ data: Row[] }> => ({
  data: await asTenant(isp, admin.tenant_id, (ctx) => ctx.db.all(query)),
})
const one = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<Row> => (await rows(query)).data[0]!

test('there are about 300 customers, in every state', async () => {
  const [customers, invoices, services] = [
    await counts('customers'),
    await counts('invoices'),
    await counts('services'),
  ]
  console.log(`demo seeded in ${(took_ms / 1000).toFixed(1)} s`, { customers, invoices, services })
  expect(Object.values(customers).reduce((sum, n) => sum + n, 0)).toBe(300)
  expect(customers.active).toBeGreaterThan(250)
  expect(customers.blocked).toBeGreaterThanOrEqual(5)
  expect(customers.disabled).toBeGreaterThanOrEqual(10)
  expect(customers.new).toBeGreaterThanOrEqual(5)
  expect(invoices.paid).toBeGreaterThan(2500)
  expect(invoices.overdue).toBeGreaterThanOrEqual(20)
  expect(services['internet active']).toBeGreaterThan(250)
  expect(services['internet stopped']).toBeGreaterThanOrEqual(4)
  expect(services['internet pending']).toBeGreaterThanOrEqual(5)
  expect(said.length).toBeGreaterThanOrEqual(6)
})

test('three partners each have customers, one below another', async () => {
  const { data } = await rows<{ name: string; above: string | null; n: bigint }>(sql`
    select p.name, a.name as above, (select count(*) from customers c where c.partner_id = p.id) as n
    from partners p
    left join partners a on a.tenant_id = p.tenant_id and a.id = p.parent_id
    order by p.id`)
  expect(data.map(({ name, above }) => [name, above])).toEqual([
    ['Northwind Fibre', null],
    ['Hillside Networks', 'Northwind Fibre'],
    ['Riverbend Wi-Fi', 'Hillside Networks'],
  ])
  for (const { n } of data) expect(Number(n)).toBeGreaterThan(10)
})

test('the year adds up: balances are receivables, invoices their lines, payments their allocations', async () => {
  const books = await one(sql<Record<string, bigint>>`
    select (select sum(balance) from customers)::bigint as balances,
      (select sum(case when d.code = '1100' then e.amount else 0 end) - sum(case when c.code = '1100' then e.amount else 0 end)
        from journal_entries e
        join accounts d on d.tenant_id = e.tenant_id and d.id = e.debit_account_id
        join accounts c on c.tenant_id = e.tenant_id and c.id = e.credit_account_id)::bigint as receivables,
      (select coalesce(sum(due_total), 0) from invoices)::bigint as due,
      (select coalesce(sum(unallocated), 0) from payments)::bigint + (select coalesce(sum(unallocated), 0) from credit_notes)::bigint as unused,
      (select sum(total) from invoices where status <> 'void')::bigint as invoiced,
      (select sum(total) from invoice_lines)::bigint as lines,
      (select sum(amount - unallocated) from payments)::bigint + (select coalesce(sum(- total - unallocated), 0) from credit_notes)::bigint as spent,
      (select sum(amount) from allocations)::bigint as allocated,
      (select sum(paid_total) from invoices)::bigint as paid`)
  expect(books.receivables).toBe(-books.balances!)
  expect(books.due! - books.unused!).toBe(books.receivables)
  expect(books.lines).toBe(books.invoiced)
  expect(books.allocated).toBe(books.spent)
  expect(books.paid).toBe(books.allocated)
  expect(books.invoiced).toBeGreaterThan(80_000_00n)
})

test('nothing happened before its time or will happen later', async () => {
  const strange = await one(sql<{ future: bigint; early: bigint; gaps: bigint; jobs: bigint }>`
    select (select count(*) from audit_events where at > '2027-03-11T10:20:00Z') + (select count(*) from events where at > '2027-03-11T10:20:00Z') as future,
      (select count(*) from invoices i join customers c on c.id = i.customer_id where i.created_at < c.created_at) as early,
      (select count(distinct number) - count(*) from invoices) as gaps,
      waiting_jobs() as jobs`)
  expect(strange).toEqual({ future: 0n, early: 0n, gaps: 0n, jobs: 0n })
  const { data } = await rows<{ invoices: bigint; last: string }>(sql`
    select count(*) as invoices, max(number) as last from invoices group by extract(year from date) order by 2`)
  for (const year of data) expect(Number(year.last.split('-')[1])).toBeLessThanOrEqual(3500)
  expect(data.length).toBe(2)
})

test('blocked and overdue customers owe; who pays late was blocked and came back', async () => {
  const found = await one(sql<{ rich: bigint; returned: bigint; waiting: bigint }>`
    select (select count(*) from customers where status = 'blocked' and balance >= 0) as rich,
      (select count(distinct row_id) from audit_events where noun = 'customer' and action = 'unblocked') as returned,
      (select count(distinct c.id) from customers c join invoices i on i.customer_id = c.id where i.status = 'overdue' and c.status = 'active') as waiting`)
  expect(found.rich).toBe(0n)
  expect(Number(found.returned)).toBeGreaterThan(10)
  expect(Number(found.waiting)).toBeGreaterThanOrEqual(3)
})

test('services of each kind, longer periods, discounts, surcharges, contracts, accounts billed together', async () => {
  const sold = await one(sql<Record<string, bigint>>`
    select (select count(*) from services where service_type = 'voice' and bundle_service_id is null and status = 'active') as phones,
      (select count(*) from services b where b.service_type = 'bundle' and b.status = 'active'
        and (select count(*) from services c where c.bundle_service_id = b.id and c.status = 'active') = 2) as bundles,
      (select count(*) from services where period_months = 12) as by_the_year,
      (select count(*) from services where contract_end > '2027-03-11') as bound,
      (select count(*) from invoice_lines where net < 0 and description like '%: Welcome%') as discounts,
      (select count(*) from surcharges) as surcharges,
      (select count(*) from customers where sub_billing_mode = 'aggregated' and parent_id is not null) as together,
      (select count(*) from invoices i join customers c on c.id = i.customer_id
        where c.sub_billing_mode = 'aggregated' and c.parent_id is not null) as apart,
      (select count(*) from invoice_lines l join invoices i on i.id = l.invoice_id where l.sub_account_id <> i.customer_id) as sections`)
  for (const [what, n] of Object.entries(sold)) {
    if (what === 'apart') expect([what, n]).toEqual([what, 0n])
    else expect([what, Number(n) >= 2]).toEqual([what, true])
  }
})

test('the catalogue is older than the first customer, and one price has changed since', async () => {
  const { data } = await rows<{ title: string; versions: bigint; first: string; early: boolean }>(sql`
    select t.title, count(*) as versions, min(v.effective_new)::text as first,
      min(v.effective_new) < (select min(created_at) from customers) as early
    from tariffs t
    join tariff_versions v on v.tariff_id = t.id
    group by t.id, t.title`)
  expect(data.filter(({ early }) => !early)).toEqual([])
  expect(data.find(({ title }) => title === 'Wireless 20')?.versions).toBe(2n)
})

test('something is planned, and something lies on the desks', async () => {
  expect((await admin.get('/service_changes?status=planned&limit=50')).data.length).toBeGreaterThanOrEqual(5)
  for (const path of ['todos', 'notes', 'consents'])
    expect([path, (await admin.get(`/${path}`)).data.length > 2]).toEqual([path, true])
  expect((await admin.get('/customers?no_auto_payment=true')).data).toHaveLength(1)
})

test('usage of 60 days, sessions of three, custom fields and an entity are there', async () => {
  const used = await one(sql<{ days: bigint; lines: bigint; sessions: bigint; future: bigint }>`
    select count(distinct day) as days, count(distinct service_id) as lines, (select count(*) from sessions) as sessions,
      (select count(*) from traffic_points where at > '2027-03-11T10:20:00Z') as future
    from usage_days`)
  expect(Number(used.days)).toBe(61)
  expect(Number(used.lines)).toBeGreaterThan(250)
  expect(Number(used.sessions)).toBeGreaterThan(500)
  expect(used.future).toBe(0n)
  expect((await admin.get('/x/vehicle')).data.length).toBe(4)
  const page = await admin.get('/customers?status=active&limit=5')
  expect(page.data[0].custom.found_us).toBeTruthy()
})

test('names in every script are found', async () => {
  for (const q of ['Шевчук', 'حداد', '佐藤', 'wojcik'])
    expect((await admin.get(`/customers?q=${encodeURIComponent(q)}`)).data.length).toBeGreaterThan(0)
})

test('a blocked subscriber is refused and says why', async () => {
  const blocked = (await admin.get('/customers?status=blocked&limit=1')).data[0]
  expect(blocked.status_reason).toMatch(/unpaid|balance/)
  const service = (await admin.get(`/services?customer_id=${blocked.id}&service_type=internet`)).data[0]
  expect(service.status).toBe('active')
})
