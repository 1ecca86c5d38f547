import { expect } from 'vitest'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { sql } from '#kernel/sql.ts'
import { asTenant, settled, type Client, type TestIsp } from '../isp.ts'

/** What the billing stories have in common. */
let made = 0

export async function newTariff(
  admin: Client,
  price: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const internet = { service_type: 'internet', speed_download_kbps: 100_000, speed_upload_kbps: 20_000 }
  return (await admin.post('/tariffs', { title: `Fibre ${price} ${++made}`, ...internet, price, ...more })).id
}

export async function newInternetCustomer(
  admin: Client,
  tariff_id: string,
  more: Record<string, unknown> = {},
): Promise<{ customer_id: string; service_id: string }> {
  const customer = await admin.post('/customers', {
    name: `Customer ${++made}`,
    email: `c${made}@example.com`,
    ...more,
  })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id,
    login: `login-${made}`,
    password: 'secret-1',
  })
  await admin.post(`/services/${service.id}/activate`)
  return { customer_id: customer.id, service_id: service.id }
}

/** Previews and confirms a run, and waits until it is done. */
export async function runBilling(
  isp: TestIsp,
  admin: Client,
  date: string,
): Promise<Record<string, unknown>> {
  const run = await admin.post('/billing_runs', { date })
  await admin.post(`/billing_runs/${run.id}/confirm`)
  await settled(isp, admin.tenant_id)
  const done = await admin.get(`/billing_runs/${run.id}`)
  expect(done).toMatchObject({ status: 'done', problems: [] })
  return done
}

/** By how much the customers' balances and what is open on documents differ from the receivables account: always nothing. */
export async function ledgerDifference(isp: TestIsp, admin: Client): Promise<string> {
  const { by_account, by_documents, by_customer } = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.one(sql<{ by_account: bigint; by_documents: bigint; by_customer: bigint }>`
      with receivables as (select id from accounts where code = '1100'),
      posted as (
        select coalesce(sum(case when debit_account_id = r.id then amount when credit_account_id = r.id then - amount else 0 end), 0)::bigint as owed
        from journal_entries, receivables r
      )
      select
        (posted.owed + (select coalesce(sum(balance), 0) from customers))::bigint as by_account,
        (posted.owed - (select coalesce(sum(due_total), 0) from invoices)
          + (select coalesce(sum(unallocated), 0) from payments) + (select coalesce(sum(unallocated), 0) from credit_notes))::bigint as by_documents,
        (select count(*) from customers c where c.balance <> (select coalesce(sum(balance_effect), 0) from transactions t where t.customer_id = c.id)) as by_customer
      from posted`),
  )
  const off = [by_account, by_documents, by_customer].find((difference) => difference !== 0n) ?? 0n
  return formatDecimal(off, currencyDigits('EUR'))
}
