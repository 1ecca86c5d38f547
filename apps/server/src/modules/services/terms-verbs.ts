import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { dateOf, dayOf, spanOf } from '#kernel/calendar.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { change } from '#kernel/store.ts'
import { mustBeAllowedChange, mustBeOffered, type Tariff } from '#modules/catalog/index.ts'
import type { Customer } from '#modules/customers/index.ts'
import { dateField, dayOfChange, mustNotBeBeforeStart, reasonField } from './dates.ts'
import { enter } from './enter.ts'
import type { Entry, StoredChange } from './history.ts'
import { enterDecided, knownOf, type Decided, type Known } from './known.ts'
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
    async many(ctx, services, input) {
      const tariff = await tariffNamed(ctx, input.tariff_id)
      const known = await knownOf(ctx, services, tariff.id)
      return enterDecided(
        ctx,
        services,
        (service) => toTariff(ctx, service, known, tariff, input),
        input.reason,
      )
    },
  },
  async (ctx, service, input) => {
    const tariff = await tariffNamed(ctx, input.tariff_id)
    const known = await knownOf(ctx, [service], tariff.id)
    return enter(ctx, service, await toTariff(ctx, service, known, tariff, input), {
      reason: input.reason ?? null,
    })
  },
)

type ToTariff = {
  tariff_id: string
  price?: bigint | null
  quantity?: number | null
  period_months?: number | null
  date?: string | null
  at?: 'now' | 'period_end' | null
  reason?: string | null
}

/** The changes by which a service comes to another tariff; refused where it may not. */
async function toTariff(
  ctx: Ctx,
  service: Service,
  known: Known,
  tariff: Tariff,
  { price = null, quantity = null, period_months: wanted = null, date, at, reason }: ToTariff,
): Promise<Decided> {
  if (date && at) throw invalidField('at', 'date_given', 'Say either a date or at, not both.')
  const timeline = known.timelineOf(service)
  const customer = known.customerOf(service)
  const from = at === 'period_end' ? endOfPeriod(ctx, customer, timeline) : dayOfChange(ctx, date, reason)
  const then = periodOn(timeline.periods, from) ?? timeline.periods[0] ?? timeline.terms
  // A service moves where the tariff it is on then allows, to what is offered to its customer where it is.
  const present = known.tariff(then.tariff_id)
  mustBeAllowedChange(present, tariff)
  if (tariff.id !== present.id) await mustBeOffered(ctx, tariff, customer, { place: known.placeOf(service) })
  const period_months = wanted ?? then.period_months
  const list_price = priceFor(tariff, period_months)
  const terms = {
    tariff_id: tariff.id,
    price: price ?? list_price,
    price_is_custom: price !== null,
    quantity: quantity ?? then.quantity,
    period_months,
  }
  if (sameTerms(terms, then))
    throw new Refused(409, 'same_tariff', 'The service has this tariff and price already.')
  const { partner_id } = service
  const data = {
    tariff_change: { date: from, tariff_id: tariff.id, dearer: comparedPrice(terms, then), partner_id },
  }
  // Who comes to a tariff has its phases, as who begins with it.
  const phases =
    price === null && tariff.id !== then.tariff_id && tariff.service_type !== 'one_time'
      ? phaseEntries(known.phasesOf(tariff.id), tariff, period_months, from)
      : []
  return termsEntered(service, timeline, { from, dated: Boolean(date ?? at), terms, data, phases })
}

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
    async many(ctx, services, input) {
      const known = await knownOf(ctx, services)
      return enterDecided(ctx, services, (service) => toTerms(ctx, service, known, input), input.reason)
    },
  },
  async (ctx, service, input) => {
    const { service: described, ...decided } = await toTerms(
      ctx,
      service,
      await knownOf(ctx, [service]),
      input,
    )
    return decided.add ? enter(ctx, described, decided, { reason: input.reason ?? null }) : described
  },
)

type ToTerms = {
  quantity?: number | null
  price?: bigint | null
  list_price?: boolean
  description?: string | null
  date?: string | null
  reason?: string | null
}

/** The changes by which a service has other terms; what is to be read on invoices is changed at once. */
async function toTerms(
  ctx: Ctx,
  service: Service,
  known: Known,
  { quantity = null, price = null, list_price = false, description, date, reason }: ToTerms,
): Promise<Decided & { service: Service }> {
  if (price !== null && list_price)
    throw invalidField('price', 'two_prices', 'Say either a price or list_price, not both.')
  const entered = quantity !== null || price !== null || list_price
  if (!entered && description == null)
    throw invalidField('quantity', 'required', 'Say what changes: a quantity, a price or a description.')
  const decided = entered ? termsOf() : {}
  const described =
    description == null
      ? service
      : await change(ctx, services, service, { description }, { action: 'updated', reason: reason ?? null })
  return { ...decided, service: described }

  function termsOf(): Decided {
    const timeline = known.timelineOf(service)
    const from = dayOfChange(ctx, date, reason)
    const then = periodOn(timeline.periods, from) ?? timeline.periods[0] ?? timeline.terms
    const terms: Terms = {
      tariff_id: then.tariff_id,
      price: price ?? (list_price ? priceFor(known.tariff(then.tariff_id), then.period_months) : then.price),
      price_is_custom: price !== null || (then.price_is_custom && !list_price),
      quantity: quantity ?? then.quantity,
      period_months: then.period_months,
    }
    if (sameTerms(terms, then))
      throw new Refused(409, 'no_change', `The service has these terms on ${from} already.`)
    return termsEntered(service, timeline, { from, dated: Boolean(date), terms })
  }
}

/** Only what differs is entered, so that another change of another thing stands beside it. A service that has not begun has new terms from its start. */
function termsEntered(
  service: Service,
  timeline: Timeline & { changes: StoredChange[] },
  wanted: {
    from: string
    dated: boolean
    terms: Terms
    data?: Record<string, unknown>
    /** What the price is later, or at first. */
    phases?: readonly Entry[]
  },
): Decided {
  const { from, dated, terms, data = {}, phases = [] } = wanted
  const start = timeline.periods[0]?.from
  if (service.status === 'pending' && (!dated || !start || from <= start)) {
    const created = timeline.changes.filter(({ kind }) => kind === 'create')
    return { add: [{ kind: 'create', date: service.start_date, ...terms }], takeBack: created }
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
  return { add: [add, ...phases], data }
}

/** The day after the last of the period that today is part of. */
function endOfPeriod(ctx: Ctx, customer: Customer, { periods, terms }: Timeline): string {
  const now = today(ctx).toString()
  const { period_months, anchor } = periodOn(periods, now) ?? { ...terms, anchor: null }
  const span = spanOf(dayOf(now), {
    billing_day: customer.billing_day,
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
