import type { Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'
import { drawUp, printedPeriod, type Bill, type Catalog } from './bill.ts'
import { dayOf } from '#kernel/calendar.ts'
import { customersDue, withServices } from './due.ts'

export type Change = 'new' | 'gone' | 'up' | 'down' | 'same'

/** Draws up the bills of the next customers after `after` and stores them beside the run. Answers the last one's id; null at the end. */
export async function previewChunk(
  ctx: Ctx,
  run: { id: string; date: string },
  catalog: Catalog,
  after: string | null,
  limit: number,
): Promise<{ last: string; customers: number } | null> {
  const date = dayOf(run.date)
  const due = await customersDue(ctx, date, limit, after ? { after } : {})
  const last = due.at(-1)
  if (!last) return null
  const [customers, before] = await Promise.all([
    withServices(ctx, due),
    lastTotals(
      ctx,
      run.date,
      due.map((row) => row.id),
    ),
  ])
  const bills = customers.map((customer) => drawUp(customer, catalog, date))
  const rows = bills.map((bill) => {
    const last_total = before.get(bill.customer.id) ?? 0n
    return {
      customer_id: bill.customer.id,
      partner_id: bill.customer.partner_id,
      customer_name: bill.customer.name,
      number: bill.customer.number,
      net: bill.net,
      tax: bill.tax,
      total: bill.total,
      last_total,
      difference: bill.total - last_total,
      change: changeOf(bill, before.get(bill.customer.id)),
      lines: JSON.stringify(printedLines(bill, currencyDigits(ctx.tenant.currency))),
      warnings: JSON.stringify([...carriedForward(ctx, bill), ...bill.warnings]),
    }
  })
  await ctx.db.run(sql`
    insert into billing_run_previews (tenant_id, billing_run_id, customer_id, partner_id, customer_name, number, net, tax, total, last_total, difference, change, lines, warnings)
    select ${ctx.tenant.id}::uuid, ${run.id}::uuid, p.*
    from ${rowsOf('p', rows, { customer_id: 'uuid', partner_id: 'uuid', customer_name: 'text', number: 'text', net: 'bigint', tax: 'bigint', total: 'bigint', last_total: 'bigint', difference: 'bigint', change: 'text', lines: 'jsonb', warnings: 'jsonb' })}
    on conflict do nothing`)
  await ctx.db.run(
    sql`update billing_runs set progress_done = progress_done + ${due.length} where id = ${run.id}`,
  )
  return { last: last.id, customers: due.length }
}

const carriedForward = (ctx: Ctx, { carried, customer }: Bill): string[] => {
  if (carried === 0n) return []
  const money = (units: bigint) =>
    `${formatDecimal(units, currencyDigits(ctx.tenant.currency))} ${ctx.tenant.currency}`
  return [
    `${money(carried)} is carried forward: an invoice is made from ${money(customer.min_invoice ?? 0n)} on.`,
  ]
}

/** The run as a whole: customers that are no longer billed, and the totals. */
export async function sumPreview(
  ctx: Ctx,
  run: { id: string; date: string },
): Promise<{
  customers: number
  invoices: number
  net_total: bigint
  tax_total: bigint
  total: bigint
  last_total: bigint
}> {
  // Billed by a run within the last month, and by none any more.
  await ctx.db.run(sql`
    insert into billing_run_previews (tenant_id, billing_run_id, customer_id, partner_id, customer_name, number, net, tax, total, last_total, difference, change, lines, warnings)
    select c.tenant_id, ${run.id}::uuid, c.id, c.partner_id, c.name, c.number, 0, 0, 0, i.total, - i.total, 'gone', '[]', '[]'
    from (
      select customer_id, sum(total)::bigint as total
      from invoices
      where date < ${run.date}::date and date >= (${run.date}::date - interval '1 month')::date and billing_run_id is not null and status <> 'void'
      group by customer_id
    ) i
    join customers c on c.id = i.customer_id
    where c.next_billing_on is null and i.total > 0
    on conflict do nothing`)
  return ctx.db.one(sql<{
    customers: number
    invoices: number
    net_total: bigint
    tax_total: bigint
    total: bigint
    last_total: bigint
  }>`
    select count(*)::integer as customers, (count(*) filter (where lines <> '[]'))::integer as invoices,
      coalesce(sum(net), 0)::bigint as net_total, coalesce(sum(tax), 0)::bigint as tax_total, coalesce(sum(total), 0)::bigint as total,
      coalesce(sum(last_total), 0)::bigint as last_total
    from billing_run_previews
    where billing_run_id = ${run.id}`)
}

/** What each was last billed by a run before this date. */
async function lastTotals(
  ctx: Ctx,
  date: string,
  customer_ids: readonly string[],
): Promise<Map<string, bigint>> {
  const rows = await ctx.db.all(sql<{ customer_id: string; total: bigint }>`
    select c.id as customer_id, i.total
    from unnest(${customer_ids}::uuid[]) as c(id)
    cross join lateral (
      select total from invoices
      where customer_id = c.id and billing_run_id is not null and status <> 'void' and date < ${date}::date
      order by id desc
      limit 1
    ) i`)
  return new Map(rows.map((row) => [row.customer_id, row.total]))
}

function changeOf({ total, lines }: Bill, before: bigint | undefined): Change {
  if (before === undefined && total > 0n) return 'new'
  // With everything taken off it is still an invoice.
  if (lines.length === 0 && before !== undefined && before > 0n) return 'gone'
  const last = before ?? 0n
  return total > last ? 'up' : total < last ? 'down' : 'same'
}

/** As the API prints lines. */
export const printedLines = (bill: Pick<Bill, 'lines'>, digits: number) =>
  bill.lines.map((line) => ({
    service_id: line.service_id,
    sub_account_id: line.site?.id ?? null,
    tariff_id: line.tariff_id,
    description: line.description,
    quantity: line.quantity,
    unit_price: formatDecimal(line.unit_price, digits),
    net: formatDecimal(line.net, digits),
    tax: formatDecimal(line.tax, digits),
    total: formatDecimal(line.net + line.tax, digits),
    ...printedPeriod(line.days),
  }))
