import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound } from '#kernel/refused.ts'
import { and, scope, type ListQuery } from '#kernel/filters.ts'
import { isId } from '#kernel/ids.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, find } from '#kernel/store.ts'
import { addresses, customers, servedAt, type Address, type Customer } from '#modules/customers/index.ts'
import { locations, type Location, type Place } from './locations.ts'
import { reasonAgainstChange, reasonsAgainst, type Asked, type Reason } from './offer.ts'
import { periodsSold, priceFieldOf } from './prices.ts'
import { partnersAbove } from './sight.ts'
import { tariffs, type Tariff } from './tariffs.ts'

const parameters = new Set([
  'customer_id',
  'address_id',
  'country',
  'city',
  'postal_code',
  'date',
  'service_type',
  'changing_from',
])

/**
 * `GET /tariffs/offered?customer_id=&address_id=&postal_code=&city=&country=&date=&service_type=&changing_from=`: what may be sold to this customer
 * or at this place on this day, and of the rest why not. Without a place it is where the customer is served.
 */
export async function offeredTariffs(ctx: Ctx, query: ListQuery) {
  mustBeAbleTo(ctx, asResource(tariffs), 'list')
  const strange = Object.keys(query).find((name) => !parameters.has(name))
  if (strange)
    throw invalidField(
      strange,
      'unknown_field',
      `“${strange}” is not asked for here; ${[...parameters].join(', ')} are.`,
    )
  const date = dateIn(query.date) ?? today(ctx).toString()
  const customer = query.customer_id === undefined ? undefined : await customerNamed(ctx, query.customer_id)
  const place = await placeOf(ctx, query, customer)
  const from = query.changing_from === undefined ? undefined : await tariffNamed(ctx, query.changing_from)
  const noun = asResource(tariffs)
  const [all, areas] = await Promise.all([
    ctx.db.all(sql<Tariff>`
      select ${everyColumn(noun)}
      from tariffs
      ${and([...scope(ctx, noun), ...(query.service_type ? [sql`service_type = ${query.service_type}`] : [])])}
      order by title, id
      limit 5000`),
    everyLocation(ctx),
  ])
  const { present } = shapeOf(ctx, noun)
  const asked = askedBy(ctx, date, customer, place)
  const data: Record<string, unknown>[] = []
  const not_offered: { id: string; title: string; service_type: string; reasons: Reason[] }[] = []
  for (const tariff of all) {
    const change = from && reasonAgainstChange(from, tariff)
    const reasons = [...reasonsAgainst(tariff, asked, areas), ...(change ? [change] : [])]
    if (reasons.length === 0) data.push(withPrices(tariff, present(tariff)))
    else not_offered.push({ id: tariff.id, title: tariff.title, service_type: tariff.service_type, reasons })
  }
  return { date, customer_id: customer?.id ?? null, place: place ?? null, data, not_offered }
}

/** Refuses the sale of a tariff to a customer to whom it is not offered, on the field `tariff_id`. */
export async function mustBeOffered(
  ctx: Ctx,
  tariff: Tariff,
  customer: Customer,
  at: { place?: Place; date?: string } = {},
): Promise<void> {
  const somewhere = tariff.location_ids.length > 0
  const place = at.place ?? (somewhere ? await servedAt(ctx, customer) : customer)
  const asked = askedBy(ctx, at.date ?? today(ctx).toString(), customer, place)
  const areas = somewhere ? await everyLocation(ctx) : new Map<string, Location>()
  const [reason] = reasonsAgainst(tariff, asked, areas)
  if (reason) throw invalidField('tariff_id', reason.code, reason.sentence)
}

/** Refuses a change of tariff that the old tariff does not allow, on the field `tariff_id`. */
export function mustBeAllowedChange(from: Tariff, to: Tariff): void {
  const reason = reasonAgainstChange(from, to)
  if (reason) throw invalidField('tariff_id', reason.code, reason.sentence)
}

const askedBy = (ctx: Ctx, date: string, customer?: Customer, place?: Place): Asked => ({
  date,
  place,
  customer: customer && {
    category: customer.category,
    label_ids: customer.label_ids,
    partners_above: customer.partner_id ? partnersAbove(ctx, customer.partner_id) : [],
  },
})

const everyLocation = async (ctx: Ctx): Promise<ReadonlyMap<string, Location>> => {
  const rows = await ctx.db.all(sql<Location>`select ${everyColumn(asResource(locations))} from locations`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** The printed row with its prices as a list; a price the actor may not see is in neither. */
const withPrices = (tariff: Tariff, printed: Record<string, unknown>) => ({
  ...printed,
  prices: periodsSold(tariff).flatMap((period_months) => {
    const price = printed[priceFieldOf[period_months]]
    return price === undefined ? [] : [{ period_months, price }]
  }),
})

async function placeOf(
  ctx: Ctx,
  query: ListQuery,
  customer: Customer | undefined,
): Promise<Place | undefined> {
  const { country = null, city = null, postal_code = null, address_id } = query
  if (address_id !== undefined) return whereIs(await addressNamed(ctx, address_id))
  if (country || city || postal_code) return { country, city, postal_code }
  return customer && whereIs(await servedAt(ctx, customer))
}

const whereIs = ({ country, city, postal_code }: Place): Place => ({ country, city, postal_code })

async function addressNamed(ctx: Ctx, id: string): Promise<Address> {
  mustBeAbleTo(ctx, asResource(addresses), 'get')
  const address = isId(id) ? await find(ctx, addresses, id) : undefined
  if (!address) throw notFound('Address')
  return address
}

async function customerNamed(ctx: Ctx, id: string): Promise<Customer> {
  mustBeAbleTo(ctx, asResource(customers), 'get')
  const customer = isId(id) ? await find(ctx, customers, id) : undefined
  if (!customer) throw notFound('Customer')
  return customer
}

async function tariffNamed(ctx: Ctx, id: string): Promise<Tariff> {
  const tariff = isId(id) ? await find(asSystem(ctx), tariffs, id) : undefined
  if (!tariff) throw notFound('Tariff')
  return tariff
}

function dateIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    return Temporal.PlainDate.from(text).toString()
  } catch {
    throw invalidField('date', 'not_a_date', 'Date is not a date in the form YYYY-MM-DD.')
  }
}
