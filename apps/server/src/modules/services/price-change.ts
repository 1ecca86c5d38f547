import { today, type Ctx } from '#kernel/ctx.ts'
import { job } from '#kernel/jobs.ts'
import { sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'
import { tariffs, tariffVersions, type Tariff, type TariffVersion } from '#modules/catalog/index.ts'
import { enterMany } from './enter.ts'
import { changesOf } from './history.ts'
import { planTerms } from './plan-terms.ts'
import { effectsOf, type Effect } from './price-change-effect.ts'
import type { Service } from './services.ts'

const atOnce = 500
/** What takes effect at once corrects what is billed, which takes its time; nobody's request waits for more of it. */
const correctedAtOnce = 50

/**
 * Plans a version's price on services it changes, a page of them; answers the last service looked at, null when that were all. How
 * many are done is counted on the version, in the same transaction.
 */
export async function planPrices(
  ctx: Ctx,
  version: TariffVersion,
  tariff: Tariff,
  after?: string,
): Promise<string | null> {
  const begins = version.effective_existing ?? version.effective_new
  const { effects, last } = await effectsOf(ctx, version, tariff, {
    limit: version.existing === 'date' && begins <= today(ctx).toString() ? correctedAtOnce : atOnce,
    ...(after ? { after } : {}),
  })
  const entered = await planTerms(
    ctx,
    effects.flatMap(({ service_id, from, price_after, period_months, kept }: Effect) =>
      from === null || kept
        ? []
        : [
            {
              service_id,
              date: from,
              price: price_after,
              period_months,
              for_tariff_id: tariff.id,
              group_id: version.id,
              // Null: whoever agreed on another price by then keeps it.
              price_is_custom: version.include_custom_prices ? false : null,
            },
          ],
    ),
    version.reason ?? 'the tariff’s price changed',
  )
  await ctx.db.run(sql`
    update tariff_versions set services_done = services_done + ${entered.length} where id = ${version.id}`)
  return last
}

/** Services of a large tariff, some hundreds a transaction. It may begin again at any point: who has the price is left out. */
export const planPricesLater = job<{ tariff_version_id: string }>(
  'services.plan_prices',
  { max_attempts: 12 },
  async (work) => {
    let after: string | null | undefined
    while (after !== null) {
      if (work.stopping.aborted) throw new Error('Stopping; the rest goes on after the restart.')
      const from: string | undefined = after
      after = await work.act(async (ctx) => {
        const version = await find(ctx, tariffVersions, work.payload.tariff_version_id)
        const tariff = version && (await find(ctx, tariffs, version.tariff_id))
        if (!version || !tariff || version.status === 'withdrawn') return null
        return planPrices(ctx, version, withPrices(tariff, version), from)
      })
    }
  },
)

/** Takes a version's planned prices off all services that have them. */
export async function unplanPrices(ctx: Ctx, version: TariffVersion, reason: string | null): Promise<number> {
  const services = await ctx.db.all(sql<Service>`
    select * from services
    where status <> 'terminated'
      and id in (select service_id from service_changes where group_id = ${version.id} and status = 'planned')
    order by id
    for no key update`)
  for (let n = 0; n < services.length; n += atOnce) {
    const some = services.slice(n, n + atOnce)
    const changes = await changesOf(
      ctx,
      some.map(({ id }) => id),
    )
    await enterMany(
      ctx,
      some.map((service) => ({
        service,
        takeBack: (changes.get(service.id) ?? []).filter(({ group_id }) => group_id === version.id),
      })),
      { reason },
    )
  }
  return services.length
}

/** A tariff as a version will make it. */
export const withPrices = (tariff: Tariff, version: Pick<TariffVersion, 'changes'>): Tariff => ({
  ...tariff,
  ...pricesIn(version),
})

/** Prices a version changes, in minor units; null: no longer sold for that period. */
export function pricesIn({ changes }: Pick<TariffVersion, 'changes'>): Partial<Tariff> {
  const given = Object.entries((changes ?? {}) as Record<string, number | null>)
  return Object.fromEntries(given.map(([name, minor]) => [name, minor === null ? null : BigInt(minor)]))
}
