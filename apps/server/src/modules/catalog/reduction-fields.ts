import { invalid, type FieldError } from '#kernel/refused.ts'
import type { Fields } from '#kernel/resource.ts'

/** How much a discount or coupon takes off, and of what. */
export const reductionFields = {
  applies_to: {
    kind: 'choice',
    values: ['line', 'invoice'],
    default: 'line',
    list: true,
    help: 'A service’s own lines, or the sum of a whole invoice',
  },
  kind: { kind: 'choice', values: ['percent', 'fixed'], list: true },
  percent: { kind: 'percent', min: 0.0001, max: 100, nullable: true, unit: '%', list: true },
  amount: {
    kind: 'money',
    min: 0,
    max: 100_000_000,
    nullable: true,
    list: true,
    unit: 'a month',
    help: 'Net. Off a whole invoice: of each',
  },
  position: {
    kind: 'integer',
    min: 0,
    max: 1000,
    default: 100,
    label: 'Order',
    help: 'Of several the lowest comes first; a percent is of what those before it left',
  },
} as const satisfies Fields

/** Refuses a reduction without its value (stored: 0n is none), or with the other kind's. */
export function checkReduction(values: Record<string, unknown>): void {
  const mistakes = [...reductionMistakes(values)]
  if (mistakes.length > 0) throw invalid(mistakes)
}

function* reductionMistakes({ kind, percent, amount }: Record<string, unknown>): Iterable<FieldError> {
  const [own, other] =
    kind === 'percent' ? (['percent', 'amount'] as const) : (['amount', 'percent'] as const)
  const given = { percent, amount }
  if (!given[own])
    yield {
      field: own,
      code: 'required',
      detail: kind === 'percent' ? 'Say how many percent it takes off.' : 'Say how much it takes off.',
    }
  if (given[other] !== null && given[other] !== undefined)
    yield {
      field: other,
      code: 'other_kind',
      detail: `A ${String(kind)} discount has no ${other}.`,
    }
}
