import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { dateOf, dayOf, spanOf } from '#kernel/calendar.ts'
import { asSystem } from '#kernel/insiders.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { change, find } from '#kernel/store.ts'
import { mustBeAllowedChange, mustBeOffered, phasesOf, tariffs, type Tariff } from '#modules/catalog/index.ts'
import { addresses, customers } from '#modules/customers/index.ts'
import { dateField, dayOfChange, mustNotBeBeforeStart, reasonField } from './dates.ts'
import { enter } from './enter.ts'
import { timelineNow, type Entry, type StoredChange } from './history.ts'
import { phaseEntries } from './phases.ts'
import { priceFor, tariffNamed } from './price.ts'
import { partOfBundle, services, type Service } from './services.ts'
import { periodOn, type Terms, type Timeline } from './timeline.ts'

const priceField = { kind: 'money', min: 0, max: 100_000_000, nullable: true } as const
const quantityField = { kind: 'integer', min: 1, max: 10_000, nullable: true } as const

const living = (service: Service, ctx: Ctx): string | null =>
  ['active', 'stopped', 'pending'].includes(service.status)
    ? partOfBundle(service, ctx)
    : `This service is ${service.status}.`

export const changeTariff = command(
  services,
  'change_tariff',
  {
    label: 'Change tariff',
    input: {
      tariff_id: { kind: 'reference', to: 'tariff' },
      price: { ...priceField, help: 'Instead of the new tariff’s price' },
      quantity: quantityField,
      period_months: {
        kind: 'integer',
        min: 1,
        max: 24,
        nullable: true,
        unit: 'months',
        help: 'Paid for so many months at a time; as before when left out',
      },
      date: dateField,
      at: {
        kind: 'choice',
        values: ['now', 'period_end'],
        nullable: true,
        help: 'Instead of a date: when the period that is being paid for ends',
      },
      reason: reasonField,
    },
    help: 'What was paid in advance of the old tariff is credited by the day.',
    unless: living,
  },
  async (
    ctx,
    service,
    { tariff_id, price = null, quantity = null, period_months: wanted = null, date, at, reason },
  ) => {
    const tariff = await tariffNamed(ctx, tariff_id)
    if (date && at) throw invalidField('at', 'date_given', 'Say either a date or at, not both.')
    const timeline = await timelineNow(ctx, service.id)
    const from =
      at === 'period_end' ? await endOfPeriod(ctx, service, timeline) : dayOfChange(ctx, date, reason)
    const then = periodOn(timeline.periods, from) ?? timeline.periods[0] ?? timeline.terms
    await mustBeSold(ctx, service, tariff, then.tariff_id)
    const period_months = wanted ?? then.period_months
    const list_price = priceFor(tariff, period_months)
    const terms = {
      tariff_id,
      price: price ?? list_price,
      price_is_custom: price !== null,
      quantity: quantity ?? then.quantity,
      period_months,
    }
    if (sameTerms(terms, then))
      throw new Refused(409, 'same_tariff', 'The service has this tariff and price already.')
    const data = { tariff_change: { date: from, tariff_id, dearer: comparedPrice(terms, then) } }
    // Who comes to a tariff has its phases, as who begins with it.
    const phases =
      price === null && tariff_id !== then.tariff_id && tariff.service_type !== 'one_time'
        ? phaseEntries(await phasesOf(ctx, tariff_id), tariff, period_months, from)
        : []
    const dated = Boolean(date ?? at)
    return enterTerms(ctx, service, timeline, { from, dated, terms, reason, data, phases })
  },
)

export const changeTerms = command(
  services,
  'change_terms',
  {
    label: 'Change terms',
    input: {
      quantity: quantityField,
      price: { ...priceField, help: 'Instead of the tariff’s price, for one unit and period' },
      list_price: { kind: 'boolean', default: false, help: 'Back to the tariff’s price' },
      description: { kind: 'text', max: 500, nullable: true, help: 'On invoices, from now on' },
      date: dateField,
      reason: reasonField,
    },
    help: 'Another quantity, or a price agreed with the customer.',
    unless: living,
  },
  async (ctx, service, { quantity = null, price = null, list_price = false, description, date, reason }) => {
    if (price !== null && list_price)
      throw invalidField('price', 'two_prices', 'Say either a price or list_price, not both.')
    const described =
      description == null
        ? service
        : await change(ctx, services, service, { description }, { action: 'updated', reason })
    if (quantity === null && price === null && !list_price) {
      if (described === service)
        throw invalidField('quantity', 'required', 'Say what changes: a quantity, a price or a description.')
      return described
    }
    const timeline = await timelineNow(ctx, service.id)
    const from = dayOfChange(ctx, date, reason)
    const then = periodOn(timeline.periods, from) ?? timeline.periods[0] ?? timeline.terms
    const tariff = list_price ? await tariffNamed(asSystem(ctx), then.tariff_id) : undefined
    const terms: Terms = {
      tariff_id: then.tariff_id,
      price: price ?? (tariff ? priceFor(tariff, then.period_months) : then.price),
      price_is_custom: price !== null || (then.price_is_custom && !list_price),
      quantity: quantity ?? then.quantity,
      period_months: then.period_months,
    }
    if (sameTerms(terms, then))
      throw new Refused(409, 'no_change', `The service has these terms on ${from} already.`)
    return enterTerms(ctx, described, timeline, { from, dated: Boolean(date), terms, reason })
  },
)

/** A service moves where the tariff it is on then allows, to what is offered to its customer. */
async function mustBeSold(ctx: Ctx, service: Service, tariff: Tariff, from_tariff_id: string): Promise<void> {
  const [present, customer] = await Promise.all([
    find(asSystem(ctx), tariffs, from_tariff_id),
    find(ctx, customers, service.customer_id),
  ])
  if (!present || !customer) throw new Error('A service without its tariff or customer.')
  mustBeAllowedChange(present, tariff)
  if (tariff.id === present.id) return
  const place = service.service_address_id
    ? await find(asSystem(ctx), addresses, service.service_address_id)
    : undefined
  await mustBeOffered(ctx, tariff, customer, place ? { place } : {})
}

/** Only what differs is entered, so that another change of another thing stands beside it. A service that has not begun has new terms from its start. */
async function enterTerms(
  ctx: Ctx,
  service: Service,
  timeline: Timeline & { changes: StoredChange[] },
  wanted: {
    from: string
    dated: boolean
    terms: Terms
    reason: string | null | undefined
    data?: Record<string, unknown>
    /** What the price is later, or at first. */
    phases?: readonly Entry[]
  },
): Promise<Service> {
  const { from, dated, terms, reason, data = {}, phases = [] } = wanted
  const start = timeline.periods[0]?.from
  if (service.status === 'pending' && (!dated || !start || from <= start)) {
    const created = timeline.changes.filter(({ kind }) => kind === 'create')
    const add: Entry[] = [{ kind: 'create', date: service.start_date, ...terms }]
    return enter(ctx, service, { add, takeBack: created }, { reason })
  }
  mustNotBeBeforeStart(service, timeline.periods, from)
  const then = periodOn(timeline.periods, from) ?? timeline.terms
  const add: Entry = {
    kind: 'terms',
    date: from,
    ...(terms.tariff_id === then.tariff_id ? {} : { tariff_id: terms.tariff_id }),
    ...(terms.tariff_id === then.tariff_id && terms.price === then.price
      ? {}
      : { price: terms.price, price_is_custom: terms.price_is_custom }),
    ...(terms.price_is_custom === then.price_is_custom ? {} : { price_is_custom: terms.price_is_custom }),
    ...(terms.quantity === then.quantity ? {} : { quantity: terms.quantity }),
    ...(terms.period_months === then.period_months ? {} : { period_months: terms.period_months }),
  }
  return enter(ctx, service, { add: [add, ...phases] }, { reason, data })
}

/** The day after the last of the period that today is part of. */
async function endOfPeriod(ctx: Ctx, service: Service, { periods, terms }: Timeline): Promise<string> {
  const customer = await find(ctx, customers, service.customer_id)
  const now = today(ctx).toString()
  const { period_months, anchor } = periodOn(periods, now) ?? { ...terms, anchor: null }
  const span = spanOf(dayOf(now), {
    billing_day: customer?.billing_day ?? 1,
    months: period_months,
    anchor: anchor === null ? null : dayOf(anchor),
  })
  return dateOf(span.first + span.length)
}

/** 1: it costs more a month than before, -1: less, 0: as much. */
function comparedPrice(now: Terms, before: Terms): number {
  const monthly = (one: Terms, other: Terms) => one.price * BigInt(one.quantity) * BigInt(other.period_months)
  const difference = monthly(now, before) - monthly(before, now)
  return difference > 0n ? 1 : difference < 0n ? -1 : 0
}

const sameTerms = (a: Terms, b: Terms): boolean =>
  a.tariff_id === b.tariff_id &&
  a.price === b.price &&
  a.price_is_custom === b.price_is_custom &&
  a.quantity === b.quantity &&
  a.period_months === b.period_months
