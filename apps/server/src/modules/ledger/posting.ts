import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import { rowsOf } from '#kernel/rows.ts'
import { empty, sql, type Sql } from '#kernel/sql.ts'
import { chart, codeOf, type AccountRef } from './accounts.ts'

/** One amount, in minor units, from `credit` to `debit`. Whoever touches receivables names the customer. */
export type Entry = {
  date: string
  kind: string
  description: string
  debit: AccountRef
  credit: AccountRef
  amount: bigint
  customer_id: string
  /** The customer's when left to the database. */
  partner_id: string | null
  source_noun: string
  source_id: string
}

/** One whose description is not known yet: it names a number that is taken last. */
export type Undescribed = Omit<Entry, 'description'>

/** Further columns of the customers whom the postings touch, each with its date by customer. */
export type AlsoSet = Partial<Record<'next_billing_on' | 'unbilled_from', ReadonlyMap<string, string | null>>>

/** Posts entries and moves the customers' balances by them. */
export async function post(ctx: Ctx, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  // The customers first: what this transaction has written itself, the entries need not hold.
  await Promise.all([
    ctx.db.run(balances(entries)),
    ctx.db.run(journal(ctx, entries, () => entries.map(({ description }) => description))),
  ])
}

/**
 * The statement that writes entries down, whatever their number; `balances` comes before it. `descriptions`, in the order of the
 * entries, are asked for when it is sent.
 */
export function journal(
  ctx: Ctx,
  entries: readonly Undescribed[],
  descriptions: () => readonly string[],
): Sql {
  const books = [...new Set(entries.flatMap(({ debit, credit }) => [debit, credit]))]
  const rows = entries.map((entry) => ({
    ...entry,
    // Places in PostgreSQL's arrays count from one.
    debit: books.indexOf(entry.debit) + 1,
    credit: books.indexOf(entry.credit) + 1,
  }))
  return sql`
    insert into journal_entries (tenant_id, date, kind, description, debit_account_id, credit_account_id, amount, customer_id, partner_id, source_noun, source_id, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, e.date, e.kind, e.description, books.ids[e.debit], books.ids[e.credit], e.amount, e.customer_id, e.partner_id, e.source_noun, e.source_id, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
    from (
      select array_agg(a.id order by b.place) as ids
      from unnest(${books.map(codeOf)}::text[]) with ordinality as b(code, place)
      left join accounts a on a.code = b.code
    ) books,
    ${rowsOf('e', rows, { date: 'repeated date', kind: 'repeated text', debit: 'integer', credit: 'integer', amount: 'bigint', customer_id: 'repeated uuid', partner_id: 'repeated uuid', source_noun: 'repeated text', source_id: 'repeated uuid' }, { description: descriptions })}`
}

/**
 * The statement that moves balances. What entries do to one is their receivables side: what is debited there is owed to us. `alsoSet`
 * saves a run from writing each customer twice.
 */
export function balances(
  entries: readonly Undescribed[],
  { next_billing_on, unbilled_from }: AlsoSet = {},
): Sql {
  const effects = new Map<string, bigint>()
  for (const { customer_id, debit, credit, amount } of entries) {
    const effect = (credit === 'receivables' ? amount : 0n) - (debit === 'receivables' ? amount : 0n)
    effects.set(customer_id, (effects.get(customer_id) ?? 0n) + effect)
  }
  const rows = Array.from(effects, ([id, effect]) => ({
    id,
    effect,
    next_billing_on: next_billing_on?.get(id),
    unbilled_from: unbilled_from?.get(id),
  }))
  const columns = {
    id: 'uuid',
    effect: 'bigint',
    ...(next_billing_on ? { next_billing_on: 'repeated date' as const } : {}),
    ...(unbilled_from ? { unbilled_from: 'repeated date' as const } : {}),
  } as const
  return sql`
    update customers
    set balance = balance + m.effect
      ${next_billing_on ? sql`, next_billing_on = m.next_billing_on` : empty}
      ${unbilled_from ? sql`, unbilled_from = m.unbilled_from` : empty}
    from ${rowsOf('m', rows, columns)}
    where customers.id = m.id`
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
    ), moved as (
      select p.customer_id, sum(case when p.debit_account_id = r.id then - p.amount else p.amount end)::bigint as effect
      from posted p
      join accounts r on r.code = ${chart.receivables.code} and r.id in (p.debit_account_id, p.credit_account_id)
      where p.customer_id is not null
      group by p.customer_id
    ), balanced as (
      update customers set balance = balance + moved.effect from moved where customers.id = moved.customer_id
    )
    select coalesce(sum(amount), 0)::bigint as amount from posted`)
  return amount
}
