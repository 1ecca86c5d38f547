import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change, insert, lock } from '#kernel/store.ts'
import {
  activateCustomer,
  billWith,
  called,
  cancelScheduledChange,
  customers,
  type Customer,
} from '#modules/customers/index.ts'
import { post } from '#modules/ledger/index.ts'
import { followDiscounts } from '#modules/services/index.ts'
import { customerMoves, hoursToUndo, type Was } from './customer-moves.ts'
import { moveEverything, type Moved } from './move-rows.ts'

export type Merged = {
  customer_id: string
  from_customer_id: string
  customer_move_id: string
  undo_until: string
  /** What came over, by noun. */
  moved: Moved[]
  /** The balance that came over; the ledger shows it as a transfer. */
  balance_moved: string
  balance: string
  warnings: string[]
}

/**
 * Makes one customer of two: everything of the other comes here, its balance by a transfer in the ledger, where nothing is ever
 * rewritten; the other ends as a shell that points here. A dry run shows what would come over.
 */
export const mergeCustomer = command(
  customers,
  'merge',
  {
    label: 'Merge another customer into this',
    danger: true,
    answers: 'json',
    input: {
      from_customer_id: { kind: 'reference', to: 'customer', label: 'The other customer' },
      reason: { kind: 'text', max: 500, nullable: true },
    },
    help: 'Services, documents, payments, contacts and notes of the other come here. Can be undone within a day.',
    unless: (customer) =>
      customer.merged_into_id
        ? 'This customer was itself merged into another.'
        : customer.billed_by_id
          ? 'This account is billed with the one above it. Merge into that one, or take this one out first.'
          : null,
  },
  async (ctx, customer, { from_customer_id, reason = null }): Promise<Merged> => {
    if (from_customer_id === customer.id)
      throw invalidField('from_customer_id', 'itself', 'A customer cannot be merged into itself.')
    const other = await lock(ctx, customers, from_customer_id)
    await mustBeMergeable(ctx, customer, other)
    const labels_added = other.label_ids.filter((label) => !customer.label_ids.includes(label))
    const { status, status_reason, status_since, disabled_on, parent_id, next_billing_on } = other
    const { billing_address_id, service_address_id, postal_address_id } = other
    const was: Was = {
      status,
      status_reason,
      status_since,
      disabled_on,
      parent_id,
      next_billing_on,
      labels_added,
      billing_address_id,
      service_address_id,
      postal_address_id,
    }
    const move_id = newId()
    const undo_until = ctx.now.add({ hours: hoursToUndo }).toString()
    const between = { id: move_id, from: other.id, to: customer.id }
    const warnings = await leaveBehind(ctx, other)
    // The row first: what moved is written down below it.
    const move = await insert(
      ctx,
      customerMoves,
      {
        kind: 'merge',
        from_customer_id: other.id,
        to_customer_id: customer.id,
        partner_id: customer.partner_id,
        balance_moved: other.balance,
        reason,
        actor: new JsonValue(ctx.actor),
        undo_until,
      },
      { action: 'merged', reason, columns: { id: move_id, was: new JsonValue(was) } },
    )
    const moved = await moveEverything(ctx, between)
    const discounts_given = await followDiscounts(
      ctx,
      {
        from_customer_id: other.id,
        to_customer_id: customer.id,
        from_invoice: next_billing_on,
        invoices_used: await invoicesDiscounted(ctx, other.id),
      },
      sql`select row_id from customer_move_rows where customer_move_id = ${move.id} and noun = 'service'`,
    )
    await ctx.db.run(sql`
      update customer_moves
      set moved = ${JSON.stringify(moved)}::jsonb, was = was || ${JSON.stringify({ discounts_given })}::jsonb
      where id = ${move.id}`)
    await post(ctx, transferOf(ctx, other, customer, move.id))
    await change(
      ctx,
      customers,
      other,
      {
        merged_into_id: customer.id,
        parent_id: null,
        status: 'disabled',
        status_reason: `merged into ${called(customer)}`.slice(0, 500),
        ...(status === 'disabled' ? {} : { status_since: ctx.now.toString() }),
        disabled_on: disabled_on ?? today(ctx).toString(),
        next_billing_on: null,
        billing_address_id: null,
        service_address_id: null,
        postal_address_id: null,
      },
      {
        action: 'merged_away',
        reason,
        data: { customer_id: customer.id, customer_move_id: move.id, from: status },
        columns: { status_actor: new JsonValue(ctx.actor) },
      },
    )
    const now = await lock(ctx, customers, customer.id)
    const merged = await change(
      ctx,
      customers,
      now,
      { label_ids: [...now.label_ids, ...labels_added] },
      {
        action: 'merged',
        reason,
        data: { from_customer_id: other.id, customer_move_id: move.id, next_billing_on },
      },
    )
    if (moved.some(({ noun }) => noun === 'customer'))
      await billWith(ctx, merged, sql`select id from customers where billed_by_id = ${merged.id}`)
    if (merged.status === 'new' && status === 'active')
      await activateCustomer(asSystem(ctx), merged, { reason: `${called(other)} was active` })
    const printed = (amount: bigint) => formatDecimal(amount, currencyDigits(ctx.tenant.currency))
    return {
      customer_id: merged.id,
      from_customer_id: other.id,
      customer_move_id: move.id,
      undo_until,
      moved,
      balance_moved: printed(other.balance),
      balance: printed(merged.balance),
      warnings,
    }
  },
)

async function mustBeMergeable(ctx: Ctx, customer: Customer, other: Customer): Promise<void> {
  if (other.merged_into_id)
    throw new Refused(409, 'merged_already', `${called(other)} was merged into another already.`)
  if (other.partner_id !== customer.partner_id)
    throw new Refused(
      409,
      'other_partner',
      `${called(other)} belongs to another partner. Give both the same partner first.`,
    )
  if (other.billed_by_id)
    throw new Refused(
      409,
      'aggregated',
      `${called(other)} is billed with the account above it. Take it out with leave_parent first.`,
    )
  if (customer.status === 'disabled' && other.status !== 'disabled')
    throw new Refused(
      409,
      'customer_disabled',
      `${called(customer)} is disabled and ${called(other)} is not. Merge the other way round, or activate it first.`,
    )
  const { below } = await ctx.db.one(sql<{ below: boolean }>`
    with recursive above as (
      select parent_id as id, 1 as height from customers where id = ${customer.id}
      union all
      select c.parent_id, a.height + 1 from above a join customers c on c.id = a.id where a.height < 100
    )
    select exists (select from above where id = ${other.id}) as below`)
  if (below)
    throw new Refused(
      409,
      'hierarchy_loop',
      `${called(customer)} lies below ${called(other)}. Take it out with leave_parent first.`,
    )
}

/** What cannot come over; what was planned for the other ends. */
async function leaveBehind(ctx: Ctx, other: Customer): Promise<string[]> {
  const plans = await ctx.db.all(
    sql<{
      id: string
    }>`select id from scheduled_changes where customer_id = ${other.id} and status = 'planned'`,
  )
  for (const { id } of plans) await cancelScheduledChange(ctx, id, { reason: 'the customer is merged' })
  return plans.length > 0 ? [`Changes planned for ${called(other)} are cancelled: ${plans.length}.`] : []
}

/** Of discounts for so many invoices, on how many each was. */
async function invoicesDiscounted(ctx: Ctx, customer_id: string): Promise<Map<string, number>> {
  const used = await ctx.db.all(sql<{ id: string; invoices: number }>`
    select d.id, count(distinct i.id)::integer as invoices
    from discounts d
    join invoice_lines l on l.tenant_id = d.tenant_id and l.discount_id = d.id
    join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.status <> 'void'
    where d.customer_id = ${customer_id} and d.applies_to = 'invoice' and d.periods is not null
    group by d.id`)
  return new Map(used.map(({ id, invoices }) => [id, invoices]))
}

/** Out of the one balance and into the other, through an account that is nothing in sum. */
function transferOf(ctx: Ctx, from: Customer, to: Customer, move_id: string) {
  if (from.balance === 0n) return []
  const owed = from.balance < 0n
  const common = {
    date: today(ctx).toString(),
    kind: 'transfer',
    amount: owed ? -from.balance : from.balance,
    source_noun: 'customer_move',
    source_id: move_id,
  } as const
  const [raises, lowers] = [
    { debit: 'transfers', credit: 'receivables' },
    { debit: 'receivables', credit: 'transfers' },
  ] as const
  return [
    {
      ...common,
      ...(owed ? raises : lowers),
      description: `Balance carried over to ${called(to)}`.slice(0, 500),
      customer_id: from.id,
      partner_id: from.partner_id,
    },
    {
      ...common,
      ...(owed ? lowers : raises),
      description: `Balance taken over from ${called(from)}`.slice(0, 500),
      customer_id: to.id,
      partner_id: to.partner_id,
    },
  ]
}
