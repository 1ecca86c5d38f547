import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '#kernel/ids.ts'
import { sql } from '#kernel/sql.ts'
import { asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** What the database itself refuses of a run's books, whoever writes them: checks that are made once a statement. */
let isp: TestIsp
let admin: Client
let billed: { customer_id: string; service_id: string; tariff_id: string; invoice_id: string }
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
  billed = await oneBilled(admin)
})
afterAll(() => isp?.stop())

async function oneBilled(admin: Client) {
  const tariff_id = await newTariff(admin, '30.00')
  const customer = await newInternetCustomer(admin, tariff_id)
  await runBilling(isp, admin, '2027-01-01')
  const [invoice] = (await admin.get(`/invoices?customer_id=${customer.customer_id}`)).data
  return { ...customer, tariff_id, invoice_id: invoice.id as string }
}

const run = (statement: ReturnType<typeof sql>, tenant_id = admin.tenant_id) =>
  asTenant(isp, tenant_id, (ctx) => ctx.db.run(statement))

/** Days counted from 2030-01-01, so far from the billed month that they meet nothing else. */
type Stretch = { from: number; days: number }
const charge = (stretches: readonly Stretch[], service_id = billed.service_id) => sql`
  insert into charges (tenant_id, service_id, during, invoice_id, tariff_id, price, quantity, billing_day, net, tax_rate, tax)
  select ${admin.tenant_id}::uuid, ${service_id}::uuid, daterange(date '2030-01-01' + f, date '2030-01-01' + u), ${billed.invoice_id}::uuid, ${billed.tariff_id}::uuid, 3000, 1, 1, 3000, 0, 0
  from unnest(${stretches.map((s) => s.from)}::integer[], ${stretches.map((s) => s.from + s.days)}::integer[]) as s(f, u)`
const giveBack = (from: number) =>
  sql`delete from charges where service_id = ${billed.service_id} and lower(during) = date '2030-01-01' + ${from}::integer`

const stretch = fc.record({ from: fc.integer({ min: 0, max: 60 }), days: fc.integer({ min: 1, max: 31 }) })
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ charge: fc.array(stretch, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ giveBack: fc.nat({ max: 100 }) }) },
)

test('whatever is charged and given back in whatever order, no day of a service is charged twice', async () => {
  let [accepted, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await run(sql`delete from charges where lower(during) >= '2030-01-01'`)
      let charged: Stretch[] = []
      for (const done of steps) {
        if ('giveBack' in done) {
          const gone = charged[done.giveBack % Math.max(charged.length, 1)]
          if (gone) await run(giveBack(gone.from))
          charged = charged.filter((other) => other !== gone)
          continue
        }
        const all = [...charged, ...done.charge]
        const possible = daysOf(all).length === new Set(daysOf(all)).size
        const refusal = await run(charge(done.charge)).then(
          () => undefined,
          (error: pg.DatabaseError) => error.code,
        )
        // The same last day is the key's to refuse, any other day in common the guard's.
        if (possible) expect(refusal).toBeUndefined()
        else expect(refusal).toMatch(/^(23505|23P01)$/)
        if (possible) charged = all
        if (possible) accepted++
        else refused++
      }
      const { rows } = await query<{ days: number }>(
        `select (sum(upper(during) - lower(during)))::integer as days from charges where lower(during) >= '2030-01-01'`,
      )
      expect(rows[0]?.days ?? 0).toBe(daysOf(charged).length)
    }),
    { numRuns: 150 },
  )
  expect(accepted).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(100)
}, 120_000)

const daysOf = (stretches: readonly Stretch[]): number[] =>
  stretches.flatMap(({ from, days }) => Array.from({ length: days }, (_, n) => from + n))

test('of two who charge the same days at once, one is refused', async () => {
  await run(sql`delete from charges where lower(during) >= '2030-01-01'`)
  for (const [mine, theirs] of [
    [
      { from: 0, days: 31 },
      { from: 14, days: 31 },
    ],
    [
      { from: 100, days: 5 },
      { from: 90, days: 30 },
    ],
  ] as const) {
    let second: Promise<unknown> | undefined
    await asTenant(isp, admin.tenant_id, async (ctx) => {
      await ctx.db.run(charge([mine]))
      second = run(charge([theirs])).then(
        () => 'charged',
        (error: pg.DatabaseError) => error.code,
      )
      // Long enough for the second to come to where it has to wait for the first.
      await new Promise((resolve) => setTimeout(resolve, 300))
    })
    expect(await second).toBe('23P01')
  }
})

test('a service that changes hands while it is charged waits until that is done', async () => {
  const other = await admin.post('/customers', { name: 'Another', email: 'another@example.com' })
  const order: string[] = []
  let moved: Promise<unknown> | undefined
  await asTenant(isp, admin.tenant_id, async (ctx) => {
    await ctx.db.run(charge([{ from: 200, days: 10 }]))
    moved = run(sql`update services set customer_id = ${other.id} where id = ${billed.service_id}`).then(() =>
      order.push('moved'),
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    order.push('charged')
  })
  await moved
  expect(order).toEqual(['charged', 'moved'])
  await run(sql`update services set customer_id = ${billed.customer_id} where id = ${billed.service_id}`)
})

test('books refer to rows of their own tenant that are there', async () => {
  const stranger = await newTenant(isp)
  const theirs = await oneBilled(stranger)
  const line = (of: { invoice_id?: string; service_id?: string; tariff_id?: string }) => sql`
    insert into invoice_lines (tenant_id, invoice_id, partner_id, position, service_id, tariff_id, description, quantity, unit_price, net, tax_rate, tax, total)
    select tenant_id, ${of.invoice_id ?? billed.invoice_id}::uuid, partner_id, 9, ${of.service_id ?? billed.service_id}::uuid, ${of.tariff_id ?? billed.tariff_id}::uuid, 'Line', 1, 0, 0, 0, 0, 0
    from customers where id = ${billed.customer_id}`
  const entry = (of: { debit?: string; customer_id?: string; partner?: string }) => sql`
    insert into journal_entries (tenant_id, date, kind, description, debit_account_id, credit_account_id, amount, customer_id, partner_id)
    select tenant_id, '2027-01-01', 'invoice', 'Entry', ${of.debit ?? sql`id`}, (select id from accounts where code = '4000'), 1, ${of.customer_id ?? billed.customer_id}::uuid, ${of.partner ?? sql`null`}::uuid
    from accounts where code = '1100'`
  const nobody = '01a20806-19d4-76e0-ba16-d7e6b89214d0'
  const attempts: [string, ReturnType<typeof sql>][] = [
    ['invoice_id', line({ invoice_id: theirs.invoice_id })],
    ['invoice_id', line({ invoice_id: nobody })],
    ['service_id', line({ service_id: theirs.service_id })],
    ['tariff_id', line({ tariff_id: nobody })],
    ['service_id', charge([{ from: 300, days: 1 }], theirs.service_id)],
    ['debit_account_id', entry({ debit: nobody })],
    ['customer_id', entry({ customer_id: theirs.customer_id, partner: nobody })],
    ['customer_id', entry({ partner: nobody })],
    ['billing_run_id', sql`update invoices set billing_run_id = ${nobody} where id = ${billed.invoice_id}`],
    [
      'customer_id',
      sql`update invoices set customer_id = ${theirs.customer_id} where id = ${billed.invoice_id}`,
    ],
    ['partner_id', sql`update invoices set partner_id = ${nobody} where id = ${billed.invoice_id}`],
  ]
  for (const [column, statement] of attempts) {
    const refusal = await run(statement).catch((error: pg.DatabaseError) => error)
    expect(refusal).toMatchObject({ code: '23503' })
    if (column !== 'partner_id') expect(refusal).toMatchObject({ column })
  }
  // What can be.
  await run(line({}))
  await run(sql`delete from charges where lower(during) >= '2030-01-01'`)
})

test('lines may come before the invoice that was promised, and a broken promise cannot be committed', async () => {
  const promised = newId()
  const { partner_id } = await admin.get(`/customers/${billed.customer_id}`)
  const promise = (of: string) =>
    sql`insert into promised_rows (tenant_id, parent, ids, partner_ids) values (${admin.tenant_id}, 'invoices', ${[promised]}::uuid[], ${[of]}::uuid[])`
  const line = (invoice_id: string) => sql`
    insert into invoice_lines (tenant_id, invoice_id, partner_id, position, description, quantity, unit_price, net, tax_rate, tax, total)
    values (${admin.tenant_id}, ${invoice_id}, ${partner_id}, 99, 'x', 1, 1, 1, 0, 0, 1)`
  const together = (...statements: ReturnType<typeof sql>[]) =>
    asTenant(isp, admin.tenant_id, async (ctx) => {
      for (const statement of statements) await ctx.db.run(statement)
    })
  const refused = { code: '23503' }
  await expect(together(line(promised))).rejects.toMatchObject(refused)
  await expect(together(promise(newId()), line(promised))).rejects.toMatchObject(refused)
  await expect(together(promise(partner_id), line(newId()))).rejects.toMatchObject(refused)
  await expect(together(promise(partner_id), line(promised))).rejects.toMatchObject(refused)
  // The promise of one transaction is nobody else's, and one that was kept is gone.
  await expect(together(line(promised))).rejects.toMatchObject(refused)
  const left = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.one(sql<{ promises: bigint; lines: bigint }>`
      select (select count(*) from promised_rows) as promises, (select count(*) from invoice_lines where position = 99) as lines`),
  )
  expect(left).toEqual({ promises: 0n, lines: 0n })
})

test('what books refer to stays, even against the owner of the tables', async () => {
  for (const table of ['customers', 'services', 'tariffs', 'accounts', 'billing_runs', 'invoices']) {
    await expect(query(`delete from ${table}`)).rejects.toMatchObject({ code: '23503' })
    await expect(query(`truncate ${table} cascade`)).rejects.toMatchObject({ code: '23503' })
    await expect(query(`update ${table} set id = uuidv7()`)).rejects.toMatchObject({ code: '23503' })
  }
  await expect(
    query(`update charges set during = daterange(lower(during), upper(during) + 1)`),
  ).rejects.toMatchObject({ code: '23001' })
})

test('a customer goes to another partner with its books, and nobody writes for the former one meanwhile', async () => {
  const partner = await admin.post('/partners', { name: 'North' })
  const partnersOf = async () =>
    (
      await query<{ partner_ids: string[] }>(
        `select array(
           select distinct partner_id from (
             select partner_id from invoices where customer_id = $1
             union all select partner_id from journal_entries where customer_id = $1
             union all select l.partner_id from invoice_lines l join invoices i on i.id = l.invoice_id where i.customer_id = $1
           ) books) as partner_ids`,
        [billed.customer_id],
      )
    ).rows[0]?.partner_ids
  let moved: Promise<unknown> | undefined
  const order: string[] = []
  await asTenant(isp, admin.tenant_id, async (ctx) => {
    await ctx.db.run(sql`
      insert into journal_entries (tenant_id, date, kind, description, debit_account_id, credit_account_id, amount, customer_id)
      select d.tenant_id, '2027-01-01', 'test', 'There and back', d.id, c.id, 1, ${billed.customer_id}
      from accounts d, accounts c where d.code in ('1000', '1010') and c.code in ('1000', '1010') and c.id <> d.id`)
    moved = run(sql`update customers set partner_id = ${partner.id} where id = ${billed.customer_id}`).then(
      () => order.push('moved'),
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    order.push('posted')
  })
  await moved
  expect(order).toEqual(['posted', 'moved'])
  expect(await partnersOf()).toEqual([partner.id])
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

/** As the superuser, whom no policy stops. */
async function query<R extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
  const client = new pg.Client(isp.database.admin)
  await client.connect()
  try {
    return await client.query<R>(text, values)
  } finally {
    await client.end()
  }
}
