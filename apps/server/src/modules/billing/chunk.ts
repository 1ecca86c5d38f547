import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { rowsOf } from '#kernel/rows.ts'
import { json, sql, type Sql } from '#kernel/sql.ts'
import { drawUp, isInvoiced, type Bill, type Catalog } from './bill.ts'
import { dateOf, dayOf, type Day } from '#kernel/calendar.ts'
import { customersDue, withServices } from './due.ts'
import type { AlsoSet } from '#modules/ledger/index.ts'
import { finalize, type Draft, type Finalized } from './finalize.ts'

export const chunkSize = 1000

export type ChunkOf = { billing_run_id: string; date: string; catalog: Catalog; except: readonly string[] }

/**
 * Bills the next customers that are due, in one transaction: whoever is billed has its next billing day moved past the run's date,
 * so a chunk is done wholly or not at all, and a run that was cut off goes on where it stopped. Answers how many customers it took.
 */
export async function billChunk(
  ctx: Ctx,
  of: ChunkOf,
  take: { limit?: number; only?: string; locked: 'wait' | 'skip' },
): Promise<number> {
  const date = dayOf(of.date)
  const due = await customersDue(ctx, date, take.limit ?? chunkSize, {
    locked: take.locked,
    except: of.except,
    ...(take.only ? { only: take.only } : {}),
  })
  if (due.length === 0) return 0
  const customers = await withServices(ctx, due)
  const bills = customers.map((customer) => drawUp(customer, of.catalog, date))
  const charged = bills.filter(isInvoiced)
  await moveOn(
    ctx,
    bills.filter((bill) => bill.total === 0n),
  )
  const finalized = await finalize(ctx, charged, {
    date,
    billing_run_id: of.billing_run_id,
    alsoSet: nextDays(charged.filter((bill) => bill.total > 0n)),
    also: (drafts, numbers) => [
      eventsOf(ctx, drafts, numbers, of.billing_run_id),
      progress(of.billing_run_id, bills),
    ],
  })
  if (finalized.length > 0) tellOf(ctx, finalized, of.billing_run_id)
  else await ctx.db.run(progress(of.billing_run_id, bills))
  return due.length
}

const nextDays = (bills: readonly Bill[]): AlsoSet => ({
  next_billing_on: new Map(bills.map((bill) => [bill.customer.id, printed(bill.next_billing)])),
  unbilled_from: new Map(bills.map((bill) => [bill.customer.id, printed(bill.billed_until)])),
})

/** Customers with nothing to pay only get their next billing day. */
async function moveOn(ctx: Ctx, bills: readonly Bill[]): Promise<void> {
  if (bills.length === 0) return
  const rows = bills.map((bill) => ({
    id: bill.customer.id,
    next: printed(bill.next_billing),
    until: printed(bill.billed_until),
  }))
  await ctx.db.run(sql`
    update customers set next_billing_on = m.next, unbilled_from = coalesce(m.until, unbilled_from)
    from ${rowsOf('m', rows, { id: 'uuid', next: 'date', until: 'date' })}
    where customers.id = m.id`)
}

/** `invoice.finalized` for each, written straight to the outbox. */
const eventsOf = (
  ctx: Ctx,
  drafts: readonly Draft[],
  numbers: () => readonly string[],
  billing_run_id: string,
): Sql => sql`
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor, cause)
    select uuidv7(), ${ctx.tenant.id}::uuid, ${ctx.now}::timestamptz, 'invoice.finalized', 'invoice', e.id,
      jsonb_build_object('number', e.number, 'customer_id', e.customer_id, 'due_date', e.due_date, 'total', e.total, 'billing_run_id', ${billing_run_id}::uuid),
      ${json(ctx.actor)}, ${json(ctx.cause)}
    from ${rowsOf('e', drafts, { id: 'uuid', customer_id: 'uuid', due_date: 'repeated date', total: 'text' }, { number: numbers })}`

/** Reactions inside the transaction get one event for all invoices: `billing_run.invoiced`, with the customers who had money with us before. */
function tellOf(ctx: Ctx, finalized: readonly Finalized[], billing_run_id: string): void {
  const customer_ids = finalized
    .filter(({ bill }) => bill.customer.balance > 0n)
    .map((invoice) => invoice.customer_id)
  ctx.effects.events.push({
    id: newId(),
    type: 'billing_run.invoiced',
    noun: 'billing_run',
    row_id: billing_run_id,
    data: { invoices: finalized.length, customer_ids },
    actor: ctx.actor,
    cause: ctx.cause,
  })
}

const progress = (billing_run_id: string, bills: readonly Bill[]): Sql => {
  const sum = (of: (bill: Bill) => bigint) => bills.reduce((total, bill) => total + of(bill), 0n)
  return sql`
    update billing_runs
    set progress_done = progress_done + ${bills.length}, invoices = invoices + ${bills.filter(isInvoiced).length},
      net_total = net_total + ${sum((bill) => bill.net)}, tax_total = tax_total + ${sum((bill) => bill.tax)}, total = total + ${sum((bill) => bill.total)}
    where id = ${billing_run_id}`
}

const printed = (day: Day | null): string | null => (day === null ? null : dateOf(day))
