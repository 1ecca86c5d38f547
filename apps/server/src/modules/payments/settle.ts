import { today, type Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { empty, sql } from '#kernel/sql.ts'
import { openCredits, sourceColumns, useCredits } from './open-credits.ts'

/**
 * Puts what these customers have with us (payments, credit notes and what they brought along, oldest first) towards what they owe,
 * earliest due first; in one statement for all of them. Laid end to end, credits and dues are two rulers: where a credit and a due lie
 * side by side, that much is allocated. `only` limits it to one payment and one invoice.
 */
export async function settle(
  ctx: Ctx,
  customer_ids: readonly string[],
  only: { payment_id?: string; invoice_id?: string } = {},
): Promise<void> {
  if (customer_ids.length === 0) return
  const changed = await ctx.db.all(sql<SettledInvoice>`
    with open_credits as (
      ${openCredits(customer_ids)}
    ), credits as (
      select *, (sum(open) over w)::bigint as upto
      from open_credits
      ${only.payment_id ? sql`where id = ${only.payment_id}` : empty}
      window w as (partition by customer_id order by date, id)
    ), open_dues as (
      select 'invoice' as due, id, customer_id, due_total as open, due_date
      from invoices
      where customer_id = any(${customer_ids}::uuid[]) and status = any('{final,partially_paid,overdue}'::text[]) and due_total > 0
      union all
      select 'opening_balance', id, customer_id, open, date
      from opening_balances
      where customer_id = any(${customer_ids}::uuid[]) and open > 0 and amount < 0
    ), dues as (
      select *, (sum(open) over w)::bigint as upto
      from open_dues
      ${only.invoice_id ? sql`where id = ${only.invoice_id}` : empty}
      window w as (partition by customer_id order by due_date, id)
    ), pairs as (
      select c.source, c.id as source_id, c.customer_id, c.partner_id, d.due, d.id as due_id,
        least(c.upto, d.upto) - greatest(c.upto - c.open, d.upto - d.open) as amount
      from credits c
      join dues d on d.customer_id = c.customer_id and d.upto > c.upto - c.open and c.upto > d.upto - d.open
    ), allocated as (
      insert into allocations (tenant_id, customer_id, partner_id, payment_id, credit_note_id, opening_credit_id, invoice_id, opening_debt_id, amount, date, created_at, updated_at)
      select ${ctx.tenant.id}::uuid, customer_id, partner_id, ${sourceColumns},
        case when due = 'invoice' then due_id end, case when due = 'opening_balance' then due_id end, amount, ${today(ctx)}::date, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
      from pairs
    ), ${useCredits(ctx, sql`pairs`)}, paid_debts as (
      update opening_balances set open = open - p.amount, version = version + 1, updated_at = ${ctx.now}
      from (select due_id, sum(amount)::bigint as amount from pairs where due = 'opening_balance' group by due_id) p
      where opening_balances.id = p.due_id
    )
    update invoices i
    set paid_total = i.paid_total + p.amount, status = invoice_standing(i.paid_total + p.amount, i.total, i.due_date, ${today(ctx)}::date),
      version = i.version + 1, updated_at = ${ctx.now}
    from (select due_id, sum(amount)::bigint as amount from pairs where due = 'invoice' group by due_id) p
    where i.id = p.due_id
    returning i.id, i.customer_id, i.number, i.status, i.paid_total, p.amount`)
  for (const invoice of changed) tellOf(ctx, invoice)
}

/**
 * The same the other way: allocations of a payment, a refund or an opening balance, or one of them, are taken back and what they paid
 * stands open again.
 */
export async function unsettle(
  ctx: Ctx,
  of:
    | { payment_id: string }
    | { allocation_id: string }
    | { refund_id: string }
    | { opening_balance_id: string },
): Promise<void> {
  const those =
    'allocation_id' in of
      ? sql`id = ${of.allocation_id}`
      : 'refund_id' in of
        ? sql`refund_id = ${of.refund_id}`
        : 'opening_balance_id' in of
          ? sql`(opening_credit_id = ${of.opening_balance_id} or opening_debt_id = ${of.opening_balance_id})`
          : sql`payment_id = ${of.payment_id}`
  const changed = await ctx.db.all(sql<SettledInvoice>`
    with removed as (
      delete from allocations where ${those}
      returning payment_id, credit_note_id, opening_credit_id, opening_debt_id, invoice_id, amount
    ), freed_payments as (
      update payments set unallocated = unallocated + r.amount, version = version + 1, updated_at = ${ctx.now}
      from (select payment_id, sum(amount)::bigint as amount from removed group by payment_id) r
      where payments.id = r.payment_id
    ), freed_credit_notes as (
      update credit_notes set unallocated = unallocated + r.amount, version = version + 1, updated_at = ${ctx.now}
      from (select credit_note_id, sum(amount)::bigint as amount from removed group by credit_note_id) r
      where credit_notes.id = r.credit_note_id
    ), freed_opening_balances as (
      update opening_balances set open = open + r.amount, version = version + 1, updated_at = ${ctx.now}
      from (
        select id, sum(amount)::bigint as amount
        from removed, unnest(array[opening_credit_id, opening_debt_id]) as id
        group by id
      ) r
      where opening_balances.id = r.id
    )
    update invoices i
    set paid_total = i.paid_total - r.amount, status = invoice_standing(i.paid_total - r.amount, i.total, i.due_date, ${today(ctx)}::date),
      version = i.version + 1, updated_at = ${ctx.now}
    from (select invoice_id, sum(amount)::bigint as amount from removed group by invoice_id) r
    where i.id = r.invoice_id
    returning i.id, i.customer_id, i.number, i.status, i.paid_total, - r.amount as amount`)
  for (const invoice of changed) tellOf(ctx, invoice)
}

type SettledInvoice = {
  id: string
  customer_id: string
  number: string
  status: string
  paid_total: bigint
  amount: bigint
}

function tellOf(ctx: Ctx, { id, customer_id, number, status, paid_total, amount }: SettledInvoice): void {
  const digits = currencyDigits(ctx.tenant.currency)
  record(ctx, {
    noun: 'invoice',
    row_id: id,
    action: status === 'paid' ? 'paid' : amount > 0n ? 'partially_paid' : 'reopened',
    changes: { paid_total: [formatDecimal(paid_total - amount, digits), formatDecimal(paid_total, digits)] },
    data: { customer_id, number, status },
  })
}
