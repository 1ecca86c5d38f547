import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contractEnd, earliestEnd, earlyTerminationFee, termOf, type Contract } from './contract.ts'

const year: Contract = {
  contract_start: '2027-03-15',
  minimum_months: 12,
  renewal: 'none',
  notice_days: 30,
  early_fee: 'remaining',
  early_fee_amount: null,
  early_fee_percent: 500_000n,
  early_fee_formula: null,
}
const of = (date: string, more: object = {}) => ({ date, price: 2999n, setup_fee: 4900n, digits: 2, ...more })

test('a year from the 15th of March lasts to the 14th of March', () => {
  expect(contractEnd(year)).toBe('2028-03-14')
  expect(termOf(year, '2028-03-14')).toEqual({ number: 1, from: '2027-03-15', to: '2028-03-14' })
  expect(termOf(year, '2028-03-15')).toBeNull()
  expect(termOf({ ...year, renewal: 'monthly' }, '2028-04-20')).toEqual({
    number: 3,
    from: '2028-04-15',
    to: '2028-05-14',
  })
  expect(termOf({ ...year, renewal: 'same_term' }, '2028-03-15')).toEqual({
    number: 2,
    from: '2028-03-15',
    to: '2029-03-14',
  })
})

test('notice of 30 days: within the year it ends with the year, after it 30 days later', () => {
  expect(earliestEnd(year, '2027-06-01')).toBe('2028-03-15')
  expect(earliestEnd(year, '2028-02-14')).toBe('2028-03-15')
  expect(earliestEnd(year, '2028-02-15')).toBe('2028-03-16')
  expect(earliestEnd({ ...year, renewal: 'same_term' }, '2028-02-15')).toBe('2029-03-15')
  expect(earliestEnd({ ...year, renewal: 'monthly' }, '2028-02-15')).toBe('2028-04-15')
  expect(earliestEnd({ ...year, minimum_months: null }, '2027-06-01')).toBe('2027-07-01')
})

test('leaving after eight months and a day costs half of four months', () => {
  expect(earlyTerminationFee(year, of('2027-11-16'))).toEqual({
    amount: 5998n,
    remaining_months: 4,
    sentence: 'It is agreed until 2028-03-14: 4 months remain.',
  })
  expect(earlyTerminationFee(year, of('2028-03-14')).remaining_months).toBe(1)
  expect(earlyTerminationFee(year, of('2028-03-15')).amount).toBe(0n)
})

test('fixed, by formula, or for nothing', () => {
  const fixed: Contract = { ...year, early_fee: 'fixed', early_fee_amount: 10_000n, early_fee_percent: null }
  expect(earlyTerminationFee(fixed, of('2027-11-16')).amount).toBe(10_000n)
  const formula = (early_fee_formula: string): Contract => ({
    ...year,
    early_fee: 'formula',
    early_fee_percent: null,
    early_fee_formula,
  })
  const fee = (text: string, digits = 2) =>
    earlyTerminationFee(formula(text), of('2027-11-16', { digits })).amount
  expect(fee('remaining_months * price * 0.5')).toBe(5998n)
  expect(fee('max(100, price) + 20')).toBe(12_000n)
  expect(fee('(minimum_months - served_months) / minimum_months * setup_fee')).toBe(1633n)
  expect(fee('20 - price')).toBe(0n)
  expect(fee('remaining_months * 1000', 0)).toBe(4000n)
  expect(earlyTerminationFee({ ...fixed, early_fee: 'none' }, of('2027-11-16')).amount).toBe(0n)
})

test('a term that renewed by the month is left without a fee, one that renewed as a whole is not', () => {
  expect(earlyTerminationFee({ ...year, renewal: 'monthly' }, of('2028-05-01')).amount).toBe(0n)
  expect(earlyTerminationFee({ ...year, renewal: 'same_term' }, of('2028-05-01')).remaining_months).toBe(11)
})

test('who gives notice in time pays nothing, and every day lies in the term it is said to lie in', () => {
  const day = fc
    .integer({ min: 0, max: 4000 })
    .map((days) => Temporal.PlainDate.from('2026-01-01').add({ days }).toString())
  fc.assert(
    fc.property(
      day,
      day,
      fc.integer({ min: 1, max: 36 }),
      fc.constantFrom('none' as const, 'monthly' as const, 'same_term' as const),
      fc.integer({ min: 0, max: 90 }),
      (contract_start, noticed, minimum_months, renewal, notice_days) => {
        fc.pre(noticed >= contract_start)
        const contract = { ...year, contract_start, minimum_months, renewal, notice_days }
        const end = earliestEnd(contract, noticed)
        expect(end >= Temporal.PlainDate.from(noticed).add({ days: notice_days }).toString()).toBe(true)
        const free = earlyTerminationFee(contract, of(end))
        if (end > contract_start) expect(free.amount).toBe(0n)
        const term = termOf(contract, noticed)
        if (term) {
          expect(term.from <= noticed && noticed <= term.to).toBe(true)
          expect(termOf(contract, term.from)).toEqual(term)
          expect(termOf(contract, term.to)).toEqual(term)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
