import type { Fields } from '#kernel/resource.ts'
import type { FieldError } from '#kernel/refused.ts'
import { FormulaMistake, readFormula } from './formula.ts'

const contract = 'Contract'

/** For how long it is agreed and what leaving early costs: a tariff's are what its services begin with, each may have its own. */
export const contractFields = {
  minimum_months: {
    kind: 'integer',
    min: 1,
    max: 120,
    nullable: true,
    group: contract,
    unit: 'months',
    label: 'Minimum term',
    help: 'Empty: it may end any day',
  },
  renewal: {
    kind: 'choice',
    values: ['none', 'monthly', 'same_term'],
    default: 'none',
    group: contract,
    help: 'After the minimum term: it may end any day, at the end of a month, or at the end of another term',
  },
  notice_days: {
    kind: 'integer',
    min: 0,
    max: 366,
    default: 0,
    group: contract,
    unit: 'days',
    label: 'Notice',
  },
  early_fee: {
    kind: 'choice',
    values: ['none', 'fixed', 'remaining', 'formula'],
    default: 'none',
    group: contract,
    label: 'Fee for leaving early',
    help: 'A fixed amount, a part of the months that remain, or by formula',
  },
  early_fee_amount: {
    kind: 'money',
    min: 0,
    max: 100_000_000,
    nullable: true,
    group: contract,
    when: { early_fee: ['fixed'] },
  },
  early_fee_percent: {
    kind: 'percent',
    min: 0.0001,
    max: 100,
    nullable: true,
    group: contract,
    unit: '% of what the remaining months cost',
    when: { early_fee: ['remaining'] },
  },
  early_fee_formula: {
    kind: 'text',
    personal: false,
    max: 200,
    nullable: true,
    group: contract,
    when: { early_fee: ['formula'] },
    help: 'Such as max(50, remaining_months * price * 0.5)',
  },
} as const satisfies Fields

/** What a formula may name: months of the term that remain, of the whole term, served; a month's price of all units; the set-up fee. */
export const formulaNames = [
  'remaining_months',
  'minimum_months',
  'served_months',
  'price',
  'setup_fee',
] as const

/** What is wrong with the contract of a tariff or service. `values` are stored ones. */
export function* contractMistakes(values: Record<string, unknown>): Iterable<FieldError> {
  const given = (name: string) => values[name] !== null && values[name] !== undefined
  if (!given('minimum_months')) {
    if (values.renewal !== 'none' && values.renewal !== undefined)
      yield {
        field: 'renewal',
        code: 'no_term',
        detail: 'Without a minimum term nothing renews; say for how many months it is agreed.',
      }
    if (values.early_fee !== 'none' && values.early_fee !== undefined)
      yield {
        field: 'early_fee',
        code: 'no_term',
        detail: 'Without a minimum term nobody leaves early; say for how many months it is agreed.',
      }
  }
  for (const [mode, name] of Object.entries(feeFieldOf)) {
    if (values.early_fee === mode && !given(name))
      yield { field: name, code: 'required', detail: `Say ${asked[mode]}.` }
    if (values.early_fee !== mode && given(name))
      yield {
        field: name,
        code: 'not_in_mode',
        detail: `This counts only where the fee for leaving early is “${mode}”.`,
      }
  }
  if (values.early_fee === 'formula' && typeof values.early_fee_formula === 'string') {
    const mistake = formulaMistake(values.early_fee_formula)
    if (mistake) yield { field: 'early_fee_formula', code: 'not_a_formula', detail: mistake }
  }
}

/** Which field says how much leaving early costs, by the kind of the fee. */
const feeFieldOf: Record<string, string> = {
  fixed: 'early_fee_amount',
  remaining: 'early_fee_percent',
  formula: 'early_fee_formula',
}
const asked: Record<string, string> = {
  fixed: 'what leaving early costs',
  remaining: 'how many percent of the remaining months leaving early costs',
  formula: 'by which formula leaving early is paid for',
}

function formulaMistake(text: string): string | undefined {
  try {
    readFormula(text, formulaNames)
    return undefined
  } catch (error) {
    if (error instanceof FormulaMistake) return error.message
    throw error
  }
}
