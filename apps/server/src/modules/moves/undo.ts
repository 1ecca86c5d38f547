import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { Refused } from '#kernel/refused.ts'
import type { Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { change, lock } from '#kernel/store.ts'
import { billWith, called, customers, type Customer } from '#modules/customers/index.ts'
import { reverse } from '#modules/ledger/index.ts'
import { services, withdrawDiscounts } from '#modules/services/index.ts'
import { customerMoves, type CustomerMove, type Was } from './customer-moves.ts'
import { moveBack } from './move-rows.ts'
import { mustBeUntouched } from './untouched.ts'

type Move = Row<typeof customerMoves>

const reason = { kind: 'text', max: 500, nullable: true } as const
const help = 'Everything goes back where it was. Possible within a day, as long as nothing was built on it.'

/** Why a move cannot be taken back by now; null when it can. */
const tooLate = (move: Move, ctx: Ctx): string | null =>
  move.status === 'undone'
    ? `This was undone on ${move.undone_at?.slice(0, 10)}.`
    : Temporal.Instant.compare(ctx.now, Temporal.Instant.from(move.undo_until)) > 0
      ? `This could be undone until ${move.undo_until.slice(0, 16).replace('T', ' ')} UTC.`
      : null

export const undoMove = command(
  customerMoves,
  'undo',
  { label: 'Undo move', danger: true, input: { reason }, help, unless: tooLate },
  (ctx, move, { reason: why = null }) => undo(ctx, move, why),
)

/** On the shell that a merge left: it is a customer again. */
export const undoMerge = command(
  customers,
  'undo_merge',
  {
    label: 'Undo merge',
    danger: true,
    input: { reason },
    help,
    unless: (customer) => (customer.merged_into_id ? null : 'This customer was not merged into another.'),
  },
  async (ctx, customer, { reason: why = null }) => {
    await undo(
      ctx,
      await lastMove(ctx, sql`kind = 'merge' and from_customer_id = ${customer.id}`, 'undo_merge'),
      why,
    )
    return lock(ctx, customers, customer.id)
  },
)

/** The service goes back to the customer from whom it was moved last. */
export const undoServiceMove = command(
  services,
  'undo_move',
  { label: 'Undo move to this customer', danger: true, input: { reason }, help },
  async (ctx, service, { reason: why = null }) => {
    await undo(
      ctx,
      await lastMove(ctx, sql`kind = 'service' and service_id = ${service.id}`, 'undo_move'),
      why,
    )
    return lock(ctx, services, service.id)
  },
)

async function lastMove(ctx: Ctx, which: ReturnType<typeof sql>, verb: string): Promise<Move> {
  const move = await ctx.db.maybe(sql<Move>`
    select * from customer_moves
    where ${which} and status = 'done'
    order by id desc
    limit 1
    for no key update`)
  const problem = move ? tooLate(move, ctx) : 'Nothing of this was moved.'
  if (!move || problem) throw new Refused(409, `cannot_${verb}`, problem ?? '')
  return move
}

async function undo(ctx: Ctx, move: Move, why: string | null): Promise<Move> {
  const to = await lock(ctx, customers, move.to_customer_id)
  const from = await lock(ctx, customers, move.from_customer_id)
  await mustBeUntouched(ctx, move, to)
  const between = { id: move.id, from: from.id, to: to.id }
  const { was } = await ctx.db.one(
    sql<Pick<CustomerMove, 'was'>>`select was from customer_moves where id = ${move.id}`,
  )
  if (move.kind === 'merge') {
    await withdrawDiscounts(ctx, was.discounts_given ?? [], 'the merge was undone')
    await standAsBefore(ctx, from, was)
    await moveBack(ctx, between)
    await reverse(ctx, move.id, {
      kind: 'transfer',
      description: `Merge of ${called(from)} undone`.slice(0, 500),
    })
    await billWith(ctx, from, sql`select id from customers where billed_by_id = ${from.id}`)
    const labels = to.label_ids.filter((label) => !was.labels_added?.includes(label))
    await change(
      ctx,
      customers,
      to,
      { label_ids: labels },
      { action: 'merge_undone', reason: why, data: { from_customer_id: from.id, customer_move_id: move.id } },
    )
  } else {
    // What it was given meanwhile is the other customer's.
    await ctx.db.run(
      sql`update services set service_address_id = ${was.service_address_id ?? null} where id = ${move.service_id}`,
    )
    await moveBack(ctx, between)
  }
  return change(
    ctx,
    customerMoves,
    move,
    { status: 'undone', undone_at: ctx.now.toString(), undo_reason: why },
    {
      action: 'undone',
      reason: why,
      data: { kind: move.kind, customer_id: from.id, from_customer_id: to.id, service_id: move.service_id },
      columns: { undone_by: new JsonValue(ctx.actor) },
    },
  )
}

/** The shell is a customer again, of the status it had. */
const standAsBefore = (ctx: Ctx, shell: Customer, was: Was): Promise<Customer> =>
  change(
    ctx,
    customers,
    shell,
    {
      merged_into_id: null,
      status: (was.status ?? 'disabled') as Customer['status'],
      status_reason: was.status_reason ?? null,
      status_since: was.status === 'disabled' ? (was.status_since ?? shell.status_since) : ctx.now.toString(),
      disabled_on: was.disabled_on ?? null,
      parent_id: was.parent_id ?? null,
      next_billing_on: was.next_billing_on ?? null,
      billing_address_id: was.billing_address_id ?? null,
      service_address_id: was.service_address_id ?? null,
      postal_address_id: was.postal_address_id ?? null,
    },
    { action: 'merge_undone', columns: { status_actor: new JsonValue(ctx.actor) } },
  )
