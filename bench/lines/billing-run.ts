import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chart } from '#modules/ledger/index.ts'
import { bestOf, type Line } from '../line.ts'
import { call, type Bench, type Database, type Product } from '../world.ts'

/**
 * 100,000 customers with three services each, from the confirmation of the run to its end, against the same work in one transaction of
 * pure SQL (billing-run.sql). Each round on a fresh copy of the database; both sides must arrive at the same books.
 */
export const billingRun: Line = {
  name: 'billing-run',
  unit: 'CPU-µs/invoice',
  bound: 2,
  async measure(bench) {
    const books: string[] = []
    const walls_s: number[] = []
    const measured = await bestOf(
      3,
      {
        product: async () => {
          const database = await bench.database('write')
          const { cost_us, wall_s } = await byProduct(bench, database)
          walls_s.push(wall_s)
          books.push(await booksOf(database))
          return cost_us
        },
        reference: async () => {
          const database = await bench.database('write')
          const cost_us = await bySql(bench, database)
          books.push(await booksOf(database))
          return cost_us
        },
      },
      false,
    )
    measured.notes.push(
      `product's wall time: ${walls_s.map((wall) => wall.toFixed(1)).join(', ')} s`,
      books[0] ?? '',
    )
    const differing = books.find((other) => other !== books[0])
    return differing ? { ...measured, fails: `The books differ: ${differing}` } : measured
  },
}

const invoices = 100_000

async function byProduct(bench: Bench, database: Database): Promise<{ cost_us: number; wall_s: number }> {
  const product = await bench.start(database)
  try {
    const { id } = await call<{ id: string }>(product, 'POST', '/billing_runs', {
      date: await billingDate(database),
    })
    await until(product, id, 'preview')
    const before = product.cpu_us() + bench.postgres.cpu_us()
    const began_ms = performance.now()
    await call(product, 'POST', `/billing_runs/${id}/confirm`)
    await until(product, id, 'done')
    const wall_s = (performance.now() - began_ms) / 1000
    return { cost_us: (product.cpu_us() + bench.postgres.cpu_us() - before) / invoices, wall_s }
  } finally {
    await product.stop()
  }
}

async function bySql(bench: Bench, database: Database): Promise<number> {
  const { tenant_id } = database
  const admin = await database.admin()
  try {
    const date = await billingDate(database)
    const { rows } = await admin.query<{ id: string }>(
      `insert into billing_runs (tenant_id, date, status) values ($1, $2, 'confirming') returning id`,
      [tenant_id, date],
    )
    const { receivables, internet_revenue, recurring_revenue, tax_payable } = chart
    const named: Record<string, string> = {
      tenant: tenant_id,
      date,
      run: rows[0]!.id,
      receivables: receivables.code,
      internet_revenue: internet_revenue.code,
      recurring_revenue: recurring_revenue.code,
      tax_payable: tax_payable.code,
    }
    const text = readFileSync(join(import.meta.dirname, 'billing-run.sql'), 'utf8')
    const before = bench.postgres.cpu_us()
    await admin.query(
      text.replaceAll(/':(\w+)'/g, (found, name: string) => (named[name] ? `'${named[name]}'` : found)),
    )
    return (bench.postgres.cpu_us() - before) / invoices
  } finally {
    await admin.end()
  }
}

async function until(product: Product, id: string, wanted: string): Promise<void> {
  const deadline_ms = performance.now() + 600_000
  while (performance.now() < deadline_ms) {
    const { status } = await call<{ status: string }>(product, 'GET', `/billing_runs/${id}`)
    if (status === wanted) return
    if (status === 'failed') throw new Error('The billing run failed.')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`The billing run was not “${wanted}” within ten minutes.`)
}

async function billingDate(database: Database): Promise<string> {
  const admin = await database.admin()
  const { rows } = await admin.query<{ date: string }>(
    'select min(next_billing_on)::text as date from customers',
  )
  await admin.end()
  return rows[0]!.date
}

/** What both must agree on. */
async function booksOf(database: Database): Promise<string> {
  const admin = await database.admin()
  const { rows } = await admin.query<{ books: string }>(`
    select format('%s invoices of %s, %s lines, %s charges, %s postings of %s, balances %s, %s events, next %s',
      (select count(*) from invoices), (select sum(total) from invoices), (select count(*) from invoice_lines),
      (select count(*) from charges), (select count(*) from journal_entries), (select sum(amount) from journal_entries),
      (select sum(balance) from customers), (select count(*) from events where type = 'invoice.finalized'),
      (select max(next_billing_on) from customers)) as books`)
  await admin.end()
  return rows[0]!.books
}
