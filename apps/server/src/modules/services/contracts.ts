import { today, type Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { currencyDigits, scale } from '#kernel/money.ts'
import { change, find, lock } from '#kernel/store.ts'
import {
  contractEnd,
  earliestEnd,
  earlyTerminationFee,
  listPrice,
  tariffs,
  termOf,
  type EarlyFee,
  type Term,
} from '#modules/catalog/index.ts'
import { termsOn } from './history.ts'
import { services, type Service } from './services.ts'

/** A minimum term begins with the service's first day. */
export const startContract = inside('services.start_contract', ['service.activated'], async (ctx, event) => {
  const { from } = event.data
  if (typeof from !== 'string') return
  const service = await lock(ctx, services, event.row_id)
  if (service.contract_start !== null || service.minimum_months === null) return
  await change(
    ctx,
    services,
    service,
    { contract_start: from, contract_end: contractEnd({ ...service, contract_start: from }) },
    { action: 'contract_started' },
  )
})

export type ContractStanding = {
  date: string
  term: Term | null
  /** The first day without it, free of charge, for who gives notice on `date`. */
  earliest_end: string
  /** What ending on `date` costs, without tax. */
  early_fee: EarlyFee
}

/** How a service's contract stands on a day: its term, when it may end, and what ending on that day costs. */
export async function contractStanding(
  ctx: Ctx,
  service: Service,
  date = today(ctx).toString(),
): Promise<ContractStanding> {
  const [terms, tariff] = await Promise.all([
    termsOn(ctx, service.id, date),
    find(ctx, tariffs, service.tariff_id),
  ])
  if (!tariff) throw new Error('A service without its tariff.')
  const { quantity, period_months } = terms ?? service
  const price = terms?.price ?? service.price ?? listPrice(tariff, period_months) ?? tariff.price
  return {
    date,
    term: termOf(service, date),
    earliest_end: earliestEnd(service, date),
    early_fee: earlyTerminationFee(service, {
      date,
      price: scale(price * BigInt(quantity), 1n, BigInt(period_months)),
      setup_fee: tariff.setup_fee,
      digits: currencyDigits(ctx.tenant.currency),
    }),
  }
}
