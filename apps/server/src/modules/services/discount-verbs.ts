import { collectionCommand, command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { change, find, insert, lock } from '#kernel/store.ts'
import { checkReduction, coupons, reductionFields } from '#modules/catalog/index.ts'
import { customers } from '#modules/customers/index.ts'
import { discounts, type Discount } from './discounts.ts'
import { dayAfter, daysBetween, firstDay, lastDay, mustFollow, tellServices } from './granted.ts'
import { services, type Service } from './services.ts'

const reason = { kind: 'text', max: 500, nullable: true } as const

export const createDiscount = collectionCommand(
  discounts,
  'create',
  {
    label: 'Give discount',
    help: 'For one service, for each of the customer’s, or off whole invoices.',
    input: {
      customer_id: { kind: 'reference', to: 'customer' },
      service_id: {
        kind: 'reference',
        to: 'service',
        nullable: true,
        help: 'Empty: each service of the customer',
      },
      label: { kind: 'text', max: 120, help: 'As the invoice says it' },
      ...reductionFields,
      from_date: { kind: 'date', nullable: true, help: 'Today when left out' },
      to_date: { kind: 'date', nullable: true, help: 'The last day; empty: for good' },
      periods: {
        kind: 'integer',
        min: 1,
        max: 120,
        nullable: true,
        help: 'Instead of a last day: so many periods, or invoices',
      },
      reason,
    },
  },
  async (ctx, { reason: why = null, from_date, to_date = null, periods = null, ...input }) => {
    checkReduction(input)
    await lock(ctx, customers, input.customer_id)
    const service = await serviceOf(ctx, input.customer_id, input.service_id ?? null)
    if (input.applies_to === 'invoice' && service)
      throw invalidField(
        'service_id',
        'for_whole_invoice',
        'A discount on whole invoices is the customer’s; leave the service out.',
      )
    if (to_date !== null && periods !== null)
      throw invalidField('periods', 'two_ends', 'Say either a last day or for how many periods, not both.')
    const from = firstDay(ctx, from_date, why)
    mustFollow(from, to_date)
    return giveDiscount(ctx, { ...input, from_date: from, to_date, periods }, why, service)
  },
)

/** A discount from its first day on; one for some periods of lines, months where it is for every service, ends with the last of them. */
export async function giveDiscount(
  ctx: Ctx,
  given: Parameters<typeof insert<(typeof discounts)['fields']>>[2],
  reason: string | null,
  service?: Service,
): Promise<Discount> {
  const { from_date, periods = null } = given
  const to_date =
    periods !== null && given.applies_to !== 'invoice'
      ? lastOf(from_date, periods * (service?.period_months ?? 1))
      : (given.to_date ?? null)
  const discount = await insert(ctx, discounts, { ...given, to_date, status: 'given' }, { reason })
  await told(ctx, discount, { from: from_date, until: dayAfter(to_date) }, reason)
  return discount
}

export const endDiscount = command(
  discounts,
  'end',
  {
    input: { to_date: { kind: 'date', nullable: true, help: 'The last day; today when left out' }, reason },
    help: 'What was billed for days after it is corrected.',
    unless: refusedWhenWithdrawn,
  },
  async (ctx, discount, { to_date: wanted, reason: why = null }) => {
    const to_date = lastDay(ctx, discount, wanted, why)
    const ended = await change(ctx, discounts, discount, { to_date }, { action: 'ended', reason: why })
    await told(ctx, discount, daysBetween(discount.to_date, to_date), why)
    return ended
  },
)

export const withdrawDiscount = command(
  discounts,
  'withdraw',
  {
    danger: true,
    input: { reason: { kind: 'text', max: 500 } },
    help: 'As if it had never been given: what was billed with it is corrected.',
    unless: refusedWhenWithdrawn,
  },
  async (ctx, discount, { reason: why }) => {
    if (discount.coupon_id) {
      const coupon = await lock(ctx, coupons, discount.coupon_id)
      await change(
        ctx,
        coupons,
        coupon,
        { redeemed: coupon.redeemed - 1 },
        { action: 'given_back', reason: why },
      )
    }
    const withdrawn = await change(
      ctx,
      discounts,
      discount,
      { status: 'withdrawn' },
      { action: 'withdrawn', reason: why },
    )
    await told(ctx, discount, { from: discount.from_date, until: dayAfter(discount.to_date) }, why)
    return withdrawn
  },
)

/** A service of this customer; undefined when none is asked for. */
export async function serviceOf(
  ctx: Ctx,
  customer_id: string,
  service_id: string | null,
): Promise<Service | undefined> {
  if (service_id === null) return undefined
  const service = await find(ctx, services, service_id)
  if (service?.customer_id !== customer_id)
    throw invalidField('service_id', 'no_such_service', 'This customer has no service with this id.')
  if (service.status === 'terminated') throw new Refused(409, 'service_ended', 'This service has ended.')
  return service
}

/** Invoices are discounted as they are made; only lines have days that may be billed already. */
async function told(
  ctx: Ctx,
  discount: Discount,
  days: { from: string; until: string | null },
  why: string | null,
): Promise<void> {
  if (discount.applies_to === 'line') await tellServices(ctx, discount, days, why)
}

/** The last day of so many months. */
export const lastOf = (from_date: string, months: number): string =>
  Temporal.PlainDate.from(from_date).add({ months }).subtract({ days: 1 }).toString()

function refusedWhenWithdrawn({ status }: { status: string }): string | null {
  return status === 'withdrawn' ? 'It was withdrawn.' : null
}
