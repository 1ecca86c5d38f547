import type { Ctx } from '#kernel/ctx.ts'
import { dateOf, dayOf, spanOf } from '#kernel/calendar.ts'
import { scale } from '#kernel/money.ts'
import { empty, sql } from '#kernel/sql.ts'
import { listPrice, type Tariff, type TariffVersion } from '#modules/catalog/index.ts'
import type { ServiceStatus } from './services.ts'

/** What a new price does to one service. Prices are for one unit and period, in minor units. */
export type Effect = {
  service_id: string
  customer_id: string
  customer_name: string
  login: string | null
  status: ServiceStatus
  quantity: number
  period_months: number
  price_is_custom: boolean
  price_before: bigint
  price_after: bigint
  /** The day from which it pays that; null where it keeps its price. */
  from: string | null
  kept: null | 'custom_price' | 'not_sold_for_period'
}

export type Standing = Omit<Effect, 'price_after' | 'from' | 'kept'> & {
  anchor: string | null
  billing_day: number
  /** Last day on which another planned price of this tariff, such as a phase's, begins. */
  planned_until: string | null
}

/**
 * Services that are on a tariff on the day a version begins and whose price it changes, in order of id; those it was planned for already
 * are left out. `tariff` has the version's prices.
 */
export async function effectsOf(
  ctx: Ctx,
  version: TariffVersion,
  tariff: Tariff,
  page: { after?: string; limit: number },
): Promise<{ effects: Effect[]; last: string | null }> {
  const begins = version.effective_existing ?? version.effective_new
  const said = dayAt(ctx, version.created_at)
  const standing = await ctx.db.all(sql<Standing>`
    select s.id as service_id, s.customer_id, c.name as customer_name, s.login, coalesce(p.status, s.status) as status,
      coalesce(p.quantity, s.quantity) as quantity, coalesce(p.period_months, s.period_months) as period_months, p.anchor,
      coalesce(p.price_is_custom, s.price is not null) as price_is_custom, c.billing_day,
      coalesce(p.price, s.price, first.price) as price_before,
      (select max(h.date) from service_changes h
        where h.tenant_id = s.tenant_id and h.service_id = s.id and h.status = 'planned' and h.for_tariff_id = ${tariff.id} and h.price is not null
          and not exists (select from tariff_versions v where v.tenant_id = h.tenant_id and v.id = h.group_id)) as planned_until
    from services s
    join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    left join lateral (
      select * from service_periods p
      where p.tenant_id = s.tenant_id and p.service_id = s.id and p.during @> ${begins}::date
    ) p on true
    left join lateral (
      select h.price from service_changes h
      where h.tenant_id = s.tenant_id and h.service_id = s.id and h.kind = 'create' and h.status <> 'withdrawn'
      order by h.seq desc
      limit 1
    ) first on true
    where s.status <> 'terminated' and coalesce(p.status, s.status) <> 'terminated'
      and coalesce(p.tariff_id, s.tariff_id) = ${tariff.id}
      and (s.tariff_id = ${tariff.id} or s.id in (select h.service_id from service_changes h where h.status = 'planned' and h.tariff_id = ${tariff.id}))
      and not exists (select from service_changes h where h.tenant_id = s.tenant_id and h.service_id = s.id and h.group_id = ${version.id})
      ${page.after ? sql`and s.id > ${page.after}` : empty}
    order by s.id
    limit ${page.limit}`)
  return {
    effects: standing.flatMap((one) => effectOn(one, version, tariff, begins, said) ?? []),
    last: standing.length < page.limit ? null : (standing.at(-1)?.service_id ?? null),
  }
}

/** A month's worth of a price, of all units, rounded half away from zero. */
export const monthly = (
  price: bigint,
  { quantity, period_months }: Pick<Effect, 'quantity' | 'period_months'>,
) => scale(price * BigInt(quantity), 1n, BigInt(period_months))

const dayAt = (ctx: Ctx, at: string): string =>
  Temporal.Instant.from(at).toZonedDateTimeISO(ctx.tenant.time_zone).toPlainDate().toString()

/**
 * What a version does to a service as it stands on the day the version begins; undefined where it changes nothing. A period that
 * begins on the very day on which the change is entered (`said`) is no next one: it is being paid for already.
 */
export function effectOn(
  { anchor, billing_day, planned_until, ...service }: Standing,
  version: Pick<TariffVersion, 'existing' | 'include_custom_prices'>,
  tariff: Parameters<typeof listPrice>[0],
  begins: string,
  said = '',
): Effect | undefined {
  const after = listPrice(tariff, service.period_months)
  const keeps = (kept: Effect['kept']): Effect => ({
    ...service,
    price_after: service.price_before,
    from: null,
    kept,
  })
  if (after === undefined) return keeps('not_sold_for_period')
  if (service.price_is_custom && !version.include_custom_prices) return keeps('custom_price')
  if (after === service.price_before && planned_until === null && !service.price_is_custom) return undefined
  const span = spanOf(dayOf(begins), {
    billing_day,
    months: service.period_months,
    anchor: anchor === null ? null : dayOf(anchor),
  })
  const wanted =
    version.existing !== 'next_period' || (span.first === dayOf(begins) && said < begins)
      ? begins
      : dateOf(span.first + span.length)
  // A promotional price stays to its end; what comes after it is what changes.
  const from = planned_until !== null && planned_until > wanted ? planned_until : wanted
  return { ...service, price_after: after, from, kept: null }
}
