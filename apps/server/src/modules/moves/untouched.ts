import type { Ctx } from '#kernel/ctx.ts'
import { Refused } from '#kernel/refused.ts'
import type { Row } from '#kernel/resource.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { called, type Customer } from '#modules/customers/index.ts'
import type { customerMoves } from './customer-moves.ts'

type Move = Row<typeof customerMoves>

/** What was moved can go back only as long as the books were not carried on with it; each refusal names what stands in the way. */
export async function mustBeUntouched(ctx: Ctx, move: Move, holder: Customer): Promise<void> {
  if (holder.merged_into_id)
    throw new Refused(
      409,
      'merged_since',
      `${called(holder)} was itself merged into another customer since. Undo that first.`,
    )
  const moved = (noun: string): Sql =>
    sql`select row_id from customer_move_rows where customer_move_id = ${move.id} and noun = ${noun}`
  await mustHoldServices(ctx, moved('service'), holder)
  const billed = await ctx.db.maybe(sql<{ number: string }>`
    select i.number
    from invoice_lines l
    join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.service_id in (${moved('service')}) and i.id > ${move.id} and i.status <> 'void'
      and i.customer_id = coalesce(${holder.billed_by_id}::uuid, ${holder.id})
    limit 1`)
  if (billed)
    throw new Refused(
      409,
      'billed_since',
      `Invoice ${billed.number} charges for what was moved. Void it first.`,
    )
  const credited = await ctx.db.maybe(sql<{ number: string }>`
    select n.number
    from credit_note_lines l
    join credit_notes n on n.tenant_id = l.tenant_id and n.id = l.credit_note_id
    where n.id > ${move.id} and (l.service_id in (${moved('service')}) or l.invoice_id in (${moved('invoice')}))
    limit 1`)
  if (credited)
    throw new Refused(
      409,
      'credited_since',
      `Credit note ${credited.number} gave back money for what was moved, so it stays where it is.`,
    )
  if (move.kind === 'merge') await mustBeApart(ctx, move, holder, moved)
}

async function mustHoldServices(ctx: Ctx, service_ids: Sql, holder: Customer): Promise<void> {
  const gone = await ctx.db.maybe(sql<{ login: string | null }>`
    select login from services where id in (${service_ids}) and customer_id <> ${holder.id} limit 1`)
  if (gone)
    throw new Refused(
      409,
      'moved_since',
      `A service that came over${gone.login ? ` (${gone.login})` : ''} was moved on since. Undo that first.`,
    )
}

/** No document of the one was settled with money of the other, nor taken back. */
async function mustBeApart(
  ctx: Ctx,
  move: Move,
  holder: Customer,
  moved: (noun: string) => Sql,
): Promise<void> {
  const reversed = await ctx.db.maybe(sql<{ description: string }>`
    select description
    from journal_entries
    where customer_id = ${holder.id} and id > ${move.id} and reverses_id is not null
      and source_id in (${moved('invoice')} union all ${moved('payment')} union all ${moved('opening_balance')})
    limit 1`)
  if (reversed)
    throw new Refused(
      409,
      'reversed_since',
      `What came over was taken back since (${reversed.description}), so it stays where it is.`,
    )
  const paidOut = await ctx.db.maybe(sql`
    select from refunds where customer_id = ${holder.id} and id > ${move.id} and status = 'paid_out' limit 1`)
  if (paidOut)
    throw new Refused(
      409,
      'paid_out_since',
      `Credit of ${called(holder)} was paid out since. If it came back, say so first.`,
    )
  const shared = await ctx.db.maybe(sql<{ number: string | null }>`
    select i.number
    from allocations a
    left join invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
    where a.customer_id = ${holder.id} and a.refund_id is null
      and (coalesce(a.invoice_id in (${moved('invoice')}), false) or coalesce(a.opening_debt_id in (${moved('opening_balance')}), false))
        <> (coalesce(a.payment_id in (${moved('payment')}), false) or coalesce(a.credit_note_id in (${moved('credit_note')}), false)
          or coalesce(a.opening_credit_id in (${moved('opening_balance')}), false))
    limit 1`)
  if (shared)
    throw new Refused(
      409,
      'paid_since',
      `${shared.number ? `Invoice ${shared.number}` : 'The opening balance'} of the one was paid with money of the other since. Undo that allocation first.`,
    )
}
