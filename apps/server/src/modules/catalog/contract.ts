import { scale } from '#kernel/money.ts'
import { formulaNames, type contractFields } from './contract-terms.ts'
import { readFormula, whole } from './formula.ts'
import type { Row, Resource } from '#kernel/resource.ts'

/** What was agreed about a service. `contract_start` is the day it began; null before. */
export type Contract = Pick<Row<Resource<typeof contractFields>>, keyof typeof contractFields> & {
  contract_start: string | null
}

/** A stretch for which it is agreed: from its first day to its last. The first is number 1. */
export type Term = { number: number; from: string; to: string }

/** The last day of the minimum term; null where there is none. */
export const contractEnd = ({
  contract_start,
  minimum_months,
}: Pick<Contract, 'contract_start' | 'minimum_months'>): string | null =>
  contract_start === null || minimum_months === null ? null : endOf(contract_start, minimum_months)

/** The term a day lies in; null where it may end any day: without a minimum term, before it, and after one that does not renew. */
export function termOf(contract: Contract, date: string): Term | null {
  const { contract_start: start, minimum_months: minimum, renewal } = contract
  if (start === null || minimum === null || date < start) return null
  const first = { number: 1, from: start, to: endOf(start, minimum) }
  if (date <= first.to) return first
  if (renewal === 'none') return null
  const length = renewal === 'monthly' ? 1 : minimum
  // Counted from the first day, so that months of different length do not shift the others.
  const months = monthsBegun(start, date) - 1 - minimum
  const renewed = Math.floor(months / length)
  const until = minimum + (renewed + 1) * length
  return { number: renewed + 2, from: after(endOf(start, until - length)), to: endOf(start, until) }
}

/** The first day on which it may end free of charge when notice is given on `date`: the day on which it no longer works. */
export function earliestEnd(contract: Contract, date: string): string {
  const noticed = Temporal.PlainDate.from(date).add({ days: contract.notice_days }).toString()
  // On the day after a term it ends with that term.
  const term = termOf(contract, before(noticed))
  return term ? after(term.to) : noticed
}

export type EarlyFee = { amount: bigint; remaining_months: number; sentence: string }

/**
 * What ending on `date` (the first day on which it no longer works) costs, in minor units without tax. Nothing once the term is over,
 * and nothing in months it renewed by. `price` is a month's, of all units, in minor units; `digits` are the currency's. A month begun
 * counts as a whole one. A formula reckons in the currency's own units, exactly, and is rounded half away from zero; never below 0.
 */
export function earlyTerminationFee(
  contract: Contract,
  of: { date: string; price: bigint; setup_fee: bigint; digits: number },
): EarlyFee {
  const none = (sentence: string): EarlyFee => ({ amount: 0n, remaining_months: 0, sentence })
  const { contract_start: start } = contract
  if (contract.minimum_months === null || start === null) return none('It has no minimum term.')
  // Who never had a day of it leaves on its first day.
  const last = of.date <= start ? start : before(of.date)
  const term = termOf(contract, last)
  const begins = of.date <= start ? start : of.date
  if (!term || begins > term.to) return none('The term is over.')
  if (term.number > 1 && contract.renewal === 'monthly') return none('It goes on by the month.')
  const remaining_months = monthsBegun(begins, term.to)
  const term_months = contract.minimum_months
  const amount = feeOf(contract, {
    ...of,
    remaining_months,
    served_months: Math.max(0, term_months - remaining_months),
  })
  const plural = remaining_months === 1 ? '' : 's'
  return {
    amount,
    remaining_months,
    sentence: `It is agreed until ${term.to}: ${remaining_months} month${plural} remain${plural ? '' : 's'}.`,
  }
}

function feeOf(
  contract: Contract,
  of: { price: bigint; setup_fee: bigint; digits: number; remaining_months: number; served_months: number },
): bigint {
  switch (contract.early_fee) {
    case 'none':
      return 0n
    case 'fixed':
      return contract.early_fee_amount ?? 0n
    case 'remaining':
      return scale(of.price * BigInt(of.remaining_months), contract.early_fee_percent ?? 0n, 1_000_000n)
    case 'formula': {
      const unit = 10n ** BigInt(of.digits)
      const { over, under } = readFormula(
        contract.early_fee_formula ?? '0',
        formulaNames,
      )({
        remaining_months: whole(BigInt(of.remaining_months)),
        minimum_months: whole(BigInt(contract.minimum_months ?? 0)),
        served_months: whole(BigInt(of.served_months)),
        price: { over: of.price, under: unit },
        setup_fee: { over: of.setup_fee, under: unit },
      })
      const fee = scale(unit, over, under)
      return fee > 0n ? fee : 0n
    }
  }
}

/** Months from a day to another, the last one begun counting as whole. */
function monthsBegun(from: string, to: string): number {
  const first = Temporal.PlainDate.from(from)
  let months = first.until(to, { largestUnit: 'months' }).months
  // Counted from the first day, as terms are: the 31st clamps to the end of shorter months.
  while (first.add({ months }).toString() <= to) months++
  return months
}

const endOf = (start: string, months: number): string =>
  Temporal.PlainDate.from(start).add({ months }).subtract({ days: 1 }).toString()
const after = (date: string): string => Temporal.PlainDate.from(date).add({ days: 1 }).toString()
const before = (date: string): string => Temporal.PlainDate.from(date).subtract({ days: 1 }).toString()
