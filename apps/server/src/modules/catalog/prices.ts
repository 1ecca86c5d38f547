import type { Tariff } from './tariffs.ts'

export const periods_months = [1, 3, 6, 12, 24] as const
export type PeriodMonths = (typeof periods_months)[number]

export const priceFieldOf = {
  1: 'price',
  3: 'price_3_months',
  6: 'price_6_months',
  12: 'price_12_months',
  24: 'price_24_months',
} as const satisfies Record<PeriodMonths, keyof Tariff>

type Prices = Pick<Tariff, (typeof priceFieldOf)[PeriodMonths] | 'sold_monthly'>

/** What a tariff costs for one unit and a whole period, in minor units; undefined where it is not sold for that period. */
export function listPrice(tariff: Prices, period_months: number): bigint | undefined {
  if (!isPeriod(period_months)) return undefined
  return tariff[priceFieldOf[period_months]] ?? undefined
}

/** The periods a tariff is sold for, shortest first. A one-time tariff has its one price. */
export const periodsSold = (tariff: Prices): PeriodMonths[] =>
  periods_months.filter((months) =>
    months === 1 ? tariff.sold_monthly : tariff[priceFieldOf[months]] !== null,
  )

const isPeriod = (months: number): months is PeriodMonths =>
  (periods_months as readonly number[]).includes(months)
