import type { Ctx } from '#kernel/ctx.ts'
import { sql, type Sql } from '#kernel/sql.ts'

/**
 * What these customers have with us and is put towards nothing yet: (source, id, customer_id, partner_id, open, date), one row a payment,
 * credit note or opening balance.
 */
export const openCredits = (customer_ids: readonly string[]): Sql => sql`
  select 'payment' as source, id, customer_id, partner_id, unallocated as open, date
  from payments
  where customer_id = any(${customer_ids}::uuid[]) and unallocated > 0
  union all
  select 'credit_note', id, customer_id, partner_id, unallocated, date
  from credit_notes
  where customer_id = any(${customer_ids}::uuid[]) and unallocated > 0
  union all
  select 'opening_balance', id, customer_id, partner_id, open, date
  from opening_balances
  where customer_id = any(${customer_ids}::uuid[]) and open > 0 and amount > 0`

/** The three columns in which an allocation says where its money comes from, of a row with `source` and `id`. */
export const sourceColumns: Sql = sql`
  case when source = 'payment' then source_id end,
  case when source = 'credit_note' then source_id end,
  case when source = 'opening_balance' then source_id end`

/** Takes from credits what `taken` (source, source_id, amount) says, as further parts of a statement. */
export const useCredits = (ctx: Ctx, taken: Sql): Sql => {
  const of = (source: string) =>
    sql`(select source_id, sum(amount)::bigint as amount from ${taken} where source = ${source} group by source_id) used`
  const written = sql`version = version + 1, updated_at = ${ctx.now}`
  return sql`
    used_payments as (
      update payments set unallocated = unallocated - used.amount, ${written}
      from ${of('payment')}
      where payments.id = used.source_id
    ), used_credit_notes as (
      update credit_notes set unallocated = unallocated - used.amount, ${written}
      from ${of('credit_note')}
      where credit_notes.id = used.source_id
    ), used_opening_balances as (
      update opening_balances set open = open - used.amount, ${written}
      from ${of('opening_balance')}
      where opening_balances.id = used.source_id
    )`
}
