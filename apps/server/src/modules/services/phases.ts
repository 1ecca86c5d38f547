import type { Ctx } from '#kernel/ctx.ts'
import { listPrice, phasesFrom, phasesOf, type Tariff, type TariffPhase } from '#modules/catalog/index.ts'
import type { Entry } from './history.ts'
import type { Service } from './services.ts'

/**
 * The phases of a service's tariff (trial, promotion, then the regular price) from its first day on, as changes of its terms. They say
 * nothing to whom agreed on another price, nor to who is on another tariff by then.
 */
export async function phasesOfService(
  ctx: Ctx,
  service: Service,
  tariff: Tariff,
  from: string,
): Promise<Entry[]> {
  if (service.price !== null || tariff.service_type === 'one_time') return []
  return phaseEntries(await phasesOf(ctx, tariff.id), tariff, service.period_months, from)
}

/** The same for phases that were read already. */
export function phaseEntries(
  phases: readonly TariffPhase[],
  tariff: Tariff,
  period_months: number,
  from: string,
): Entry[] {
  const list_price = listPrice(tariff, period_months)
  if (phases.length === 0 || list_price === undefined) return []
  return phasesFrom(phases, from, list_price, period_months).map(({ from: date, price }) => ({
    kind: 'terms',
    date,
    price,
    period_months,
    for_tariff_id: tariff.id,
  }))
}
