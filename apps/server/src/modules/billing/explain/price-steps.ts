import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { amountOf as reduced, forMonths } from '#modules/catalog/index.ts'
import { listPrice, phasesFrom, phasesOf, type Tariff } from '#modules/catalog/index.ts'
import type { Discount, EnteredChange, Service, Standing, Surcharge } from '#modules/services/index.ts'
import { amountOf, per, percent, reason, type Reason } from './reason.ts'
import type { TariffOnDay } from './speed.ts'
import type { OnDay } from './standing.ts'
import { entered } from './status.ts'

/** From what the tariff lists to what one unit of the service costs for a period: each step in a sentence. */
export async function unitPriceSteps(
  ctx: Ctx,
  day: OnDay,
  { tariff, version }: TariffOnDay,
): Promise<Reason[]> {
  const { price, price_is_custom, period_months } = day.standing
  const list = listPrice(tariff, period_months) ?? tariff.price
  const decider = day.decider(
    (one) => `${one.price} ${one.price_is_custom} ${one.tariff_id} ${one.period_months}`,
  )
  const links = [{ noun: 'service_change', id: decider.id }]
  const costs = `${amountOf(ctx, price)}${once(tariff) ? ' once' : per(period_months)}`
  const steps = [
    reason(
      ctx,
      'list_price',
      `The tariff ${tariff.title} lists ${amountOf(ctx, list)}${once(tariff) ? ' once' : per(period_months)}${version ? ` (version ${version.number}, since ${version.since})` : ''}.`,
      {
        amount: list,
        links: [
          { noun: 'tariff', id: tariff.id },
          version ? { noun: 'tariff_version', id: version.id } : null,
        ],
      },
    ),
  ]
  if (price_is_custom)
    steps.push(
      reason(ctx, 'custom_price', `${costs} was agreed with the customer instead. ${entered(ctx, decider)}`, {
        amount: price,
        links,
      }),
    )
  else if (decider.kind === 'terms' && decider.for_tariff_id !== null)
    steps.push(await plannedStep(ctx, day, tariff, decider, costs))
  else if (price !== list)
    steps.push(
      reason(
        ctx,
        'kept_price',
        `It keeps ${costs}, as it was sold; later changes of the tariff’s price do not touch it.`,
        { amount: price, links },
      ),
    )
  const next = day.periods.find(({ from, price: other }) => from > day.date && other !== price)
  if (next)
    steps.push(
      reason(
        ctx,
        'next',
        `From ${next.from} on it costs ${amountOf(ctx, next.price)}${per(next.period_months)}.`,
        {
          links: day.changes
            .filter(({ date }) => date === next.from)
            .map(({ id }) => ({ noun: 'service_change', id })),
        },
      ),
    )
  return steps
}

/** A price that comes with the tariff: of a phase, or of a change of the tariff’s price. */
async function plannedStep(
  ctx: Ctx,
  day: OnDay,
  tariff: Tariff,
  decider: EnteredChange,
  costs: string,
): Promise<Reason> {
  const { price, period_months } = day.standing
  const links = [{ noun: 'service_change', id: decider.id }]
  const version = decider.group_id
    ? await ctx.db.maybe(sql<{ id: string; number: number | null }>`
        select id, number from tariff_versions where id = ${decider.group_id}`)
    : undefined
  if (version)
    return reason(
      ctx,
      'price_change',
      `A change of the tariff’s price${version.number === null ? '' : ` (version ${version.number})`} made it ${costs} from ${decider.date} on.`,
      { amount: price, links: [...links, { noun: 'tariff_version', id: version.id }] },
    )
  const began = day.changes
    .filter(
      ({ kind, date, tariff_id }) => (kind === 'activate' || tariff_id !== null) && date <= decider.date,
    )
    .sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : b.seq - a.seq))[0]
  const phases = await phasesOf(ctx, tariff.id)
  const laid = began
    ? phasesFrom(phases, began.date, listPrice(tariff, period_months) ?? tariff.price, period_months)
    : []
  const at = laid.findIndex(({ from }) => from === decider.date)
  const phase = phases[at]
  const until =
    laid[at]?.until ?? day.periods.find(({ from, price: other }) => from > day.date && other !== price)?.from
  if (at >= 0 && !phase)
    return reason(ctx, 'phases_over', `Its phases are over: it costs ${costs} since ${decider.date}.`, {
      amount: price,
      links,
    })
  return reason(
    ctx,
    'phase',
    `${phase ? `The phase ${phase.name}` : 'An introductory price'} makes it ${costs}${until ? ` until ${until}` : ''}.`,
    { amount: price, links: [...links, phase ? { noun: 'tariff_phase', id: phase.id } : null] },
  )
}

/** What discounts leave of a period’s price, each with what it takes off, in their order. */
export async function discountSteps(ctx: Ctx, service: Service, { date, standing }: OnDay) {
  const found = await ctx.db.all(sql<Discount>`
    select * from discounts
    where customer_id = ${service.customer_id} and status = 'given' and (service_id is null or service_id = ${service.id})
      and from_date <= ${date}::date and (to_date is null or to_date >= ${date}::date)
    order by applies_to desc, position, id
    limit 200`)
  let left = standing.price * BigInt(standing.quantity)
  const steps: Reason[] = []
  const taken: { label: string; amount: bigint }[] = []
  for (const discount of found) {
    const links = [{ noun: 'discount', id: discount.id }]
    const label = ctx.access.can('discount', 'get') ? discount.label : 'A discount'
    const days = `from ${discount.from_date}${discount.to_date ? ` to ${discount.to_date}` : ' on'}`
    const size =
      discount.kind === 'percent' ? percent(discount.percent ?? 0n) : amountOf(ctx, discount.amount ?? 0n)
    if (discount.applies_to === 'invoice') {
      steps.push(
        reason(ctx, 'invoice_discount', `${label} takes ${size} off whole invoices ${days}.`, { links }),
      )
      continue
    }
    const [reduction] = forMonths([discount], standing.period_months)
    const after = reduced(left, 1, [reduction!]).amount
    steps.push(
      reason(
        ctx,
        'discount',
        `${label} takes ${size}${discount.kind === 'fixed' ? ' a month' : ''} off what is left, ${amountOf(ctx, left - after)}, ${days}.`,
        { amount: after - left, links },
      ),
    )
    taken.push({ label, amount: after - left })
    left = after
  }
  return { left, taken, steps }
}

/** What is charged beside the price for the same period. */
export async function surchargeSteps(ctx: Ctx, service: Service, { date, standing }: OnDay) {
  const found = await ctx.db.all(sql<Surcharge & { rate: bigint | null }>`
    select u.*, x.rate
    from surcharges u
    left join taxes x on x.tenant_id = u.tenant_id and x.id = u.tax_id
    where u.service_id = ${service.id} and u.status = 'given'
      and u.from_date <= ${date}::date and (u.to_date is null or u.to_date >= ${date}::date)
    order by u.id
    limit 200`)
  const charged = found.map((one) => ({
    label: ctx.access.can('surcharge', 'get') ? one.label : 'A surcharge',
    rate: one.rate,
    net: one.price * BigInt(one.quantity * standing.period_months),
    id: one.id,
    days: `from ${one.from_date}${one.to_date ? ` to ${one.to_date}` : ' on'}`,
  }))
  const steps = charged.map(({ label, net, id, days }) =>
    reason(
      ctx,
      'surcharge',
      `${label} costs ${amountOf(ctx, net)}${per(standing.period_months)} beside it, ${days}.`,
      {
        amount: net,
        links: [{ noun: 'surcharge', id }],
      },
    ),
  )
  return { charged, steps }
}

export const unitsStep = (ctx: Ctx, { quantity, price }: Standing): Reason[] =>
  quantity === 1
    ? []
    : [
        reason(ctx, 'quantity', `${quantity} units make ${amountOf(ctx, price * BigInt(quantity))}.`, {
          amount: price * BigInt(quantity),
        }),
      ]

export const once = ({ service_type }: Pick<Tariff, 'service_type'>): boolean => service_type === 'one_time'
