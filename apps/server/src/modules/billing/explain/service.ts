import { today, type Ctx } from '#kernel/ctx.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound } from '#kernel/refused.ts'
import { asResource, find } from '#kernel/store.ts'
import { asSystem } from '#kernel/insiders.ts'
import { tariffs } from '#modules/catalog/index.ts'
import { customers } from '#modules/customers/index.ts'
import { services } from '#modules/services/index.ts'
import { explainAccess } from './access.ts'
import { explainPrice } from './price.ts'
import { explainSpeed, tariffOn } from './speed.ts'
import { onDay } from './standing.ts'
import { explainStatus } from './status.ts'

/**
 * Why a service stands as it does on a day (today when left out), may or may not be used, costs what it costs and is as fast as it is:
 * the decisions themselves, each step of them in a sentence with the rows that decided.
 */
export async function explainService(ctx: Ctx, service_id: string, wanted?: string) {
  mustBeAbleTo(ctx, asResource(services), 'get')
  const service = await find(ctx, services, service_id)
  if (!service) throw notFound('Service')
  const date = dateIn(wanted) ?? today(ctx).toString()
  const day = await onDay(ctx, service, date)
  const [customer, tariff] = await Promise.all([
    find(asSystem(ctx), customers, service.customer_id),
    find(asSystem(ctx), tariffs, day.standing.tariff_id),
  ])
  if (!customer || !tariff) throw new Error('A service without its customer or tariff.')
  const on = await tariffOn(ctx, tariff, date)
  const access = await explainAccess(ctx, service, customer, day)
  const priceHidden = ctx.access.hidden('service').has('price') || ctx.access.hidden('tariff').has('price')
  return {
    date,
    status: explainStatus(ctx, service, day),
    access,
    price: priceHidden ? null : await explainPrice(ctx, service, customer, on, day),
    speed: explainSpeed(ctx, on, day, access),
  }
}

function dateIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : ''
  try {
    return Temporal.PlainDate.from(date).toString()
  } catch {
    throw invalidField('date', 'not_a_date', 'Date is not a date in the form YYYY-MM-DD.')
  }
}
