import { today, type Ctx } from '#kernel/ctx.ts'
import { dateOf, dayOf, overlap } from '#kernel/calendar.ts'
import { find } from '#kernel/store.ts'
import { taxes } from '#modules/catalog/index.ts'
import type { Customer } from '#modules/customers/index.ts'
import type { Service } from '#modules/services/index.ts'
import { printedPeriod } from '../bill.ts'
import { nextBill } from '../next-bill.ts'
import { periodAt, priceOfDays, taxOn } from '../pricing.ts'
import type { Proration } from '../proration.ts'
import { prorationOf, ruleSteps } from './rules.ts'
import { discountSteps, once, surchargeSteps, unitPriceSteps, unitsStep } from './price-steps.ts'
import { amountOf, money, per, percent, reason, type Reason } from './reason.ts'
import type { TariffOnDay } from './speed.ts'
import type { OnDay } from './standing.ts'

/** Why a service costs what it costs on a day, from the tariff's list price to what is paid with tax, and of which days. */
export async function explainPrice(
  ctx: Ctx,
  service: Service,
  customer: Customer,
  on: TariffOnDay,
  day: OnDay,
) {
  const { tariff } = on
  const { price, quantity, period_months, price_is_custom, status } = day.standing
  const net = price * BigInt(quantity)
  const proration = await prorationOf(ctx, service.id)
  const [unit, discounts, surcharges, rules] = await Promise.all([
    unitPriceSteps(ctx, day, on),
    discountSteps(ctx, service, day),
    surchargeSteps(ctx, service, day),
    ruleSteps(ctx, service, tariff, proration),
  ])
  const tax = tariff.tax_id && !customer.tax_exempt ? await find(ctx, taxes, tariff.tax_id) : undefined
  const rate = tax ? percent(tax.rate) : null
  const taxed = (amount: bigint, own: bigint | null = null) =>
    amount + taxOn(amount, customer.tax_exempt ? 0n : (own ?? tax?.rate ?? 0n))
  const gross = taxed(discounts.left)
  const beside = surcharges.charged.reduce((sum, one) => sum + one.net, 0n)
  const total = surcharges.charged.reduce((sum, one) => sum + taxed(one.net, one.rate), gross)
  const next = day.date === today(ctx).toString() ? await nextLines(ctx, service, customer) : []
  const of = price_is_custom ? 'Agreed price' : `Price of the tariff ${tariff.title}`
  const lines = [
    { label: of, amount: money(ctx, price) },
    ...(quantity > 1 ? [{ label: `Quantity ${quantity}`, amount: money(ctx, net) }] : []),
    ...discounts.taken.map(({ label, amount }) => ({ label, amount: money(ctx, amount) })),
    ...(tax
      ? [
          { label: `${tax.name} ${rate}`, amount: money(ctx, gross - discounts.left) },
          { label: 'With tax', amount: money(ctx, gross) },
        ]
      : []),
    ...(customer.tax_exempt
      ? [{ label: `No tax: ${customer.tax_exempt_reason ?? 'exempt'}`, amount: money(ctx, 0n) }]
      : []),
    ...surcharges.charged.map((one) => ({ label: one.label, amount: money(ctx, one.net) })),
    ...next,
  ]
  const whole = once(tariff) ? ' once' : per(period_months)
  const less = discounts.taken.map(({ label, amount }) => `${label} ${amountOf(ctx, -amount)}`).join(' and ')
  const charged = [
    `${amountOf(ctx, discounts.left)}${whole}`,
    price_is_custom ? ', as agreed with the customer' : `, the price of the tariff ${tariff.title}`,
    quantity > 1 ? ` for ${quantity} units` : '',
    less ? ` less ${less}` : '',
    tax ? `, plus ${rate} ${tax.name}: ${amountOf(ctx, gross)}` : '',
    beside > 0n ? `, and ${amountOf(ctx, beside)} of surcharges without tax` : '',
  ].join('')
  const because: Reason[] = [
    ...unit,
    ...unitsStep(ctx, day.standing),
    ...discounts.steps,
    ...surcharges.steps,
    ...(tax
      ? [
          reason(ctx, 'tax', `${rate} ${tax.name} make ${amountOf(ctx, gross - discounts.left)} of tax.`, {
            amount: gross - discounts.left,
            links: [{ noun: 'tax', id: tax.id }],
          }),
        ]
      : []),
    ...(customer.tax_exempt
      ? [
          reason(
            ctx,
            'tax_exempt',
            `No tax is charged: ${customer.tax_exempt_reason ?? 'the customer is exempt'}.`,
            {
              links: [{ noun: 'customer', id: customer.id }],
            },
          ),
        ]
      : []),
    ...(once(tariff) ? [] : periodStep(ctx, customer, day, discounts.left, proration)),
    ...rules,
  ]
  return {
    amount: money(ctx, discounts.left),
    gross: money(ctx, gross),
    surcharges: money(ctx, beside),
    total: money(ctx, total),
    currency: ctx.tenant.currency,
    next_billing_on: customer.next_billing_on,
    sentence:
      status === 'active'
        ? `It costs ${charged}.`
        : `Nothing is charged while the service is ${status}; active it costs ${charged}.`,
    lines,
    because,
  }
}

/** The period that the day is part of, and what the days of it cost on which the service is active. */
function periodStep(
  ctx: Ctx,
  customer: Customer,
  day: OnDay,
  amount: bigint,
  proration: Proration | null,
): Reason[] {
  const at = day.periods.findLast(({ from }) => from <= day.date)
  const anchor = at?.anchor ? dayOf(at.anchor) : null
  const rhythm = { period_months: day.standing.period_months, anchor, proration }
  const period = periodAt(dayOf(day.date), customer.billing_day, rhythm)
  const days = period.until - period.from
  const active = day.periods.flatMap(({ status, from, until }) => {
    const both =
      status === 'active'
        ? overlap(period, { from: dayOf(from), until: until === null ? Infinity : dayOf(until) })
        : undefined
    return both ? [both] : []
  })
  const used = active.reduce((sum, one) => sum + one.until - one.from, 0)
  const cost = active.reduce((sum, one) => sum + priceOfDays(amount, one, customer.billing_day, rhythm), 0n)
  const span = `The period from ${dateOf(period.from)} to ${dateOf(period.until - 1)} has ${days} days`
  return [
    reason(
      ctx,
      'period',
      used === days
        ? `${span}, and all of them are charged.`
        : used === 0
          ? `${span}, and none of them is charged.`
          : `${span}; the service is active on ${used} of them, which cost ${amountOf(ctx, cost)} at this price.`,
      { amount: cost, links: [{ noun: 'customer', id: customer.id }] },
    ),
  ]
}

/** What the customer's next invoice will say of this service. */
async function nextLines(ctx: Ctx, service: Service, customer: Customer) {
  const next = await nextBill(ctx, customer)
  return (next?.bill.lines ?? [])
    .filter((line) => line.service_id === service.id)
    .map((line) => {
      const { period_from, period_to } = printedPeriod(line.days)
      const days = line.days ? line.days.until - line.days.from : 0
      const when = period_from ? `, ${period_from} to ${period_to} (${days} days)` : ''
      // Its own days need no further word; what is taken off, added or charged once says what it is.
      const what = line.charge && line.days && !line.surcharge_id ? '' : `: ${line.description}`
      return {
        label: `Next invoice${when}${what}`,
        amount: money(ctx, line.net + line.tax),
      }
    })
}
