import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { and, scope } from '#kernel/filters.ts'
import { invalidField } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change, lock } from '#kernel/store.ts'
import {
  codeOf,
  coupons,
  partnersAbove,
  reasonAgainstRedeeming,
  type Coupon,
} from '#modules/catalog/index.ts'
import { customers } from '#modules/customers/index.ts'
import { giveDiscount, serviceOf } from './discount-verbs.ts'
import { discounts } from './discounts.ts'

/** `POST /customers/{id}/redeem_coupon {code, service_id?}`: the coupon's discount, for one service or for all the customer has. */
export const redeemCoupon = command(
  customers,
  'redeem_coupon',
  {
    label: 'Redeem coupon',
    input: {
      code: { kind: 'text', max: 60 },
      service_id: {
        kind: 'reference',
        to: 'service',
        nullable: true,
        help: 'Empty: each service of the customer',
      },
    },
    answers: asResource(discounts),
    unless: (customer) => (customer.status === 'disabled' ? 'A disabled customer redeems nothing.' : null),
  },
  async (ctx, customer, { code, service_id = null }) => {
    const service = await serviceOf(ctx, customer.id, service_id)
    // Locked until the commit: of two who redeem the last one, the second is told so.
    const coupon = await couponNamed(ctx, code)
    const date = today(ctx).toString()
    const reason = reasonAgainstRedeeming(coupon, {
      date,
      category: customer.category,
      label_ids: customer.label_ids,
      partners_above: customer.partner_id ? partnersAbove(ctx, customer.partner_id) : [],
      tariff_id: service?.tariff_id ?? null,
      redeemed_before: await redeemedBefore(ctx, coupon.id, customer.id),
    })
    if (reason)
      throw invalidField(
        reason.code === 'service_required' ? 'service_id' : 'code',
        reason.code,
        reason.sentence,
      )
    const from_date = service && service.start_date > date ? service.start_date : date
    await change(ctx, coupons, coupon, { redeemed: coupon.redeemed + 1 }, { action: 'redeemed' })
    const { label, applies_to, kind, percent, amount, position, duration } = coupon
    return giveDiscount(
      ctx,
      {
        customer_id: customer.id,
        service_id: applies_to === 'invoice' ? null : service_id,
        label,
        applies_to,
        kind,
        percent,
        amount,
        position,
        from_date,
        periods: duration === 'once' ? 1 : coupon.periods,
        coupon_id: coupon.id,
      },
      `coupon ${coupon.code}`,
      service,
    )
  },
)

async function couponNamed(ctx: Ctx, code: string): Promise<Coupon> {
  const found = await ctx.db.maybe(sql<{ id: string }>`
    select id from coupons ${and([sql`code = ${codeOf(code)}`, ...scope(ctx, asResource(coupons))])}`)
  if (!found) throw invalidField('code', 'no_such_coupon', 'There is no such coupon.')
  return lock(ctx, coupons, found.id)
}

async function redeemedBefore(ctx: Ctx, coupon_id: string, customer_id: string): Promise<number> {
  const { n } = await ctx.db.one(sql<{ n: bigint }>`
    select count(*) as n
    from discounts
    where coupon_id = ${coupon_id} and customer_id = ${customer_id} and status <> 'withdrawn'`)
  return Number(n)
}
