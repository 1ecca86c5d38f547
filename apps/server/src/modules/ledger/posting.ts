import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { rowsOf } from '#kernel/rows.ts'
import { empty, sql, type Sql } from '#kernel/sql.ts'
import { chart, type AccountName } from './accounts.ts'

/** One amount, in minor units, from `credit` to `debit`. Whoever touches receivables names the customer. */
export type Entry = {
  date: string
  kind: string
  description: string
  debit: AccountName
  credit: AccountName
  amount: bigint
  customer_id: string
  /** The customer's when left to the database. */
  partner_id: string | null
  source_noun: string
  source_id: string
}

/**
 * Posts entries and moves the customers' balances by them, in one statement whatever their number. `alsoSet` are further assignments
 * (`, next_billing_on = …`) to the same customers, for a run that would otherwise write each of them twice.
 */
export async function post(ctx: Ctx, entries: readonly Entry[], alsoSet: Sql = empty): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map((entry) => ({
    // In the order given: a statement reads net before tax.
    id: newId(),
    ...entry,
    debit: chart[entry.debit].code,
    credit: chart[entry.credit].code,
  }))
  await ctx.db.run(sql`
    with posted as (
      insert into journal_entries (id, tenant_id, date, kind, description, debit_account_id, credit_account_id, amount, customer_id, partner_id, source_noun, source_id, created_at, updated_at)
      select e.id, ${ctx.tenant.id}::uuid, e.date, e.kind, e.description, d.id, c.id, e.amount, e.customer_id, e.partner_id, e.source_noun, e.source_id, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
      from ${rowsOf('e', rows, { id: 'uuid', date: 'date', kind: 'text', description: 'text', debit: 'text', credit: 'text', amount: 'bigint', customer_id: 'uuid', partner_id: 'uuid', source_noun: 'text', source_id: 'uuid' })}
      join accounts d on d.tenant_id = ${ctx.tenant.id} and d.code = e.debit
      join accounts c on c.tenant_id = ${ctx.tenant.id} and c.code = e.credit
      returning customer_id, debit_account_id, credit_account_id, amount
    ), ${moved}
    update customers set balance = balance + moved.effect${alsoSet}
    from moved
    where customers.id = moved.customer_id`)
}

/**
 * Reverses everything posted for a source and not reversed yet; answers how much that was, in minor units. `customer_id` is whose
 * document the source is now, where it may have come over from another customer.
 */
export async function reverse(
  ctx: Ctx,
  source_id: string,
  told: { kind: string; description: string; customer_id?: string },
): Promise<bigint> {
  const { amount } = await ctx.db.one(sql<{ amount: bigint }>`
    with posted as (
      insert into journal_entries (tenant_id, date, kind, description, debit_account_id, credit_account_id, amount, customer_id, partner_id, source_noun, source_id, reverses_id, created_at, updated_at)
      select e.tenant_id, ${today(ctx)}::date, ${told.kind}, ${told.description}, e.credit_account_id, e.debit_account_id, e.amount, coalesce(${told.customer_id ?? null}::uuid, e.customer_id), case when ${told.customer_id ?? null}::uuid is null then e.partner_id end, e.source_noun, e.source_id, e.id, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
      from journal_entries e
      where e.source_id = ${source_id} and e.reverses_id is null
        and not exists (select from journal_entries r where r.tenant_id = e.tenant_id and r.reverses_id = e.id)
      returning customer_id, debit_account_id, credit_account_id, amount
    ), ${moved}, balanced as (
      update customers set balance = balance + moved.effect from moved where customers.id = moved.customer_id
    )
    select coalesce(sum(amount), 0)::bigint as amount from posted`)
  return amount
}

/** What `posted` does to each customer's balance: the receivables side of it. */
const moved = sql`
  moved as (
    select p.customer_id, sum(case when p.debit_account_id = r.id then - p.amount else p.amount end)::bigint as effect
    from posted p
    join accounts r on r.code = ${chart.receivables.code} and r.id in (p.debit_account_id, p.credit_account_id)
    where p.customer_id is not null
    group by p.customer_id
  )`
