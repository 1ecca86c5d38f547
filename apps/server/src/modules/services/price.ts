import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import { find } from '#kernel/store.ts'
import { listPrice, periodsSold, tariffs, type Tariff } from '#modules/catalog/index.ts'

/** What a tariff costs for one unit and a period of so many months; refused where it is not sold for that period. */
export function priceFor(tariff: Tariff, period_months: number): bigint {
  const sold = tariff.service_type === 'one_time' ? [1] : periodsSold(tariff)
  const price = listPrice(tariff, period_months)
  if (price === undefined || !(sold as number[]).includes(period_months))
    throw invalidField(
      'period_months',
      'not_sold_for_period',
      `${tariff.title} is sold for ${sold.join(', ')} months at a time, not for ${period_months}.`,
    )
  return price
}

/** What is meant where no period is named. */
export const shortestPeriod = (tariff: Tariff): number =>
  tariff.service_type === 'one_time' ? 1 : (periodsSold(tariff)[0] ?? 1)

export async function tariffNamed(ctx: Ctx, tariff_id: string): Promise<Tariff> {
  const tariff = await find(ctx, tariffs, tariff_id)
  if (!tariff) throw noSuchTariff()
  return tariff
}

export const noSuchTariff = () =>
  invalidField('tariff_id', 'no_such_tariff', 'There is no tariff with this id, or you may not see it.')
