import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import type { Update } from '#kernel/resource.ts'
import { change } from '#kernel/store.ts'
import { customers, type Customer } from './customers.ts'
import { isPlanned, planStatus } from './plan-status.ts'
import { leadsTo, merged, whyNot, type StatusVerb } from './status-rules.ts'

const reason = { kind: 'text', max: 500 } as const
const optionalReason = { ...reason, nullable: true } as const
const date = {
  kind: 'date',
  nullable: true,
  help: 'Today when left out; a later day plans the change for its midnight',
} as const

/** A change for a later day is judged by how the customer will stand then. */
const unless =
  (verb: StatusVerb) =>
  (customer: Customer, ctx: Ctx, input?: { date?: string | null }): string | null => {
    if (customer.merged_into_id) return merged
    if (isPlanned(ctx, input?.date)) return null
    if (verb === 'block' && customer.never_block) return neverBlocked
    return whyNot(verb, customer.status)
  }
const neverBlocked = 'This customer bears the tag never_block. Remove the tag first.'

/** Brings a new or disabled customer into service. */
export const activateCustomer = command(
  customers,
  'activate',
  { input: { reason: optionalReason, date }, unless: unless('activate') },
  (ctx, customer, { reason: why = null, date: on }) =>
    isPlanned(ctx, on)
      ? planStatus(ctx, customer, 'activate', on, why)
      : move(
          ctx,
          customer,
          'activate',
          why,
          { activated_on: customer.activated_on ?? today(ctx).toString(), disabled_on: null },
          'activated',
        ),
)

/** Access is denied; billing goes on. */
export const blockCustomer = command(
  customers,
  'block',
  { danger: true, input: { reason, date }, unless: unless('block') },
  (ctx, customer, { reason: why, date: on }) =>
    isPlanned(ctx, on)
      ? planStatus(ctx, customer, 'block', on, why)
      : move(ctx, customer, 'block', why, { blocked_on: today(ctx).toString() }, 'blocked'),
)

export const unblockCustomer = command(
  customers,
  'unblock',
  { input: { reason: optionalReason, date }, unless: unless('unblock') },
  (ctx, customer, { reason: why = null, date: on }) =>
    isPlanned(ctx, on)
      ? planStatus(ctx, customer, 'unblock', on, why)
      : move(ctx, customer, 'unblock', why, { blocked_on: null }, 'unblocked'),
)

/** Services end and billing stops. */
export const disableCustomer = command(
  customers,
  'disable',
  { danger: true, input: { reason, date }, unless: unless('disable') },
  (ctx, customer, { reason: why, date: on }) =>
    isPlanned(ctx, on)
      ? planStatus(ctx, customer, 'disable', on, why)
      : move(
          ctx,
          customer,
          'disable',
          why,
          { blocked_on: null, disabled_on: today(ctx).toString(), next_billing_on: null },
          'disabled',
        ),
)

/** The row's own trigger writes the dated log from what is set here. */
const move = (
  ctx: Ctx,
  customer: Customer,
  verb: StatusVerb,
  why: string | null,
  more: Update<typeof customers>,
  action: string,
): Promise<Customer> =>
  change(
    ctx,
    customers,
    customer,
    { status: leadsTo[verb], status_reason: why, status_since: ctx.now.toString(), ...more },
    {
      action,
      reason: why,
      data: { from: customer.status },
      columns: { status_actor: new JsonValue(ctx.actor) },
    },
  )
