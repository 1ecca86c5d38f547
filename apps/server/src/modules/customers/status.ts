import { command } from '#kernel/commands.ts'
import { today } from '#kernel/ctx.ts'
import type { Row } from '#kernel/resource.ts'
import { change } from '#kernel/store.ts'
import { customers } from './customers.ts'

export type Customer = Row<typeof customers>

const reason = { kind: 'text', max: 500 } as const
const optionalReason = { ...reason, nullable: true } as const

/** Brings a new or disabled customer into service. */
export const activateCustomer = command(
  customers,
  'activate',
  {
    input: { reason: optionalReason },
    unless: (customer) =>
      customer.status === 'active'
        ? 'This customer is active already.'
        : customer.status === 'blocked'
          ? 'This customer is blocked; unblock instead.'
          : null,
  },
  (ctx, customer, { reason: why = null }) =>
    change(
      ctx,
      customers,
      customer,
      {
        status: 'active',
        status_reason: why,
        status_since: ctx.now.toString(),
        activated_on: customer.activated_on ?? today(ctx).toString(),
        disabled_on: null,
      },
      { action: 'activated', reason: why, data: { from: customer.status } },
    ),
)

/** Access is denied; billing goes on. */
export const blockCustomer = command(
  customers,
  'block',
  {
    danger: true,
    input: { reason },
    unless: (customer) =>
      customer.status === 'active'
        ? null
        : `Only an active customer can be blocked; this one is ${customer.status}.`,
  },
  (ctx, customer, { reason: why }) =>
    change(
      ctx,
      customers,
      customer,
      {
        status: 'blocked',
        status_reason: why,
        status_since: ctx.now.toString(),
        blocked_on: today(ctx).toString(),
      },
      { action: 'blocked', reason: why },
    ),
)

export const unblockCustomer = command(
  customers,
  'unblock',
  {
    input: { reason: optionalReason },
    unless: (customer) =>
      customer.status === 'blocked' ? null : `This customer is not blocked but ${customer.status}.`,
  },
  (ctx, customer, { reason: why = null }) =>
    change(
      ctx,
      customers,
      customer,
      { status: 'active', status_reason: why, status_since: ctx.now.toString(), blocked_on: null },
      { action: 'unblocked', reason: why },
    ),
)

/** Services end and billing stops. */
export const disableCustomer = command(
  customers,
  'disable',
  {
    danger: true,
    input: { reason },
    unless: (customer) => (customer.status === 'disabled' ? 'This customer is disabled already.' : null),
  },
  (ctx, customer, { reason: why }) =>
    change(
      ctx,
      customers,
      customer,
      {
        status: 'disabled',
        status_reason: why,
        status_since: ctx.now.toString(),
        blocked_on: null,
        disabled_on: today(ctx).toString(),
        next_billing_on: null,
      },
      { action: 'disabled', reason: why, data: { from: customer.status } },
    ),
)
