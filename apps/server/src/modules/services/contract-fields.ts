import { invalid } from '#kernel/refused.ts'
import type { Fields } from '#kernel/resource.ts'
import { contractEnd, contractFields, contractMistakes, type Contract } from '#modules/catalog/index.ts'

/** A service's own contract: its tariff's at first. The last day follows from the first and the minimum term. */
export const serviceContractFields = {
  ...contractFields,
  contract_start: {
    kind: 'date',
    nullable: true,
    group: 'Contract',
    help: 'Of the minimum term: the service’s first day, if nothing else is agreed',
  },
  contract_end: {
    kind: 'date',
    nullable: true,
    readonly: true,
    filter: true,
    group: 'Contract',
    help: 'The last day of the minimum term',
  },
} as const satisfies Fields

/** Refuses a contract that does not fit together, and reckons when it ends anew. Called before a service is updated. */
export function keepContract(service: Record<string, unknown>, changes: Record<string, unknown>): void {
  const touched = Object.keys(serviceContractFields).some((name) => name in changes)
  if (!touched) return
  const mistakes = [...contractMistakes({ ...service, ...changes })]
  if (mistakes.length > 0) throw invalid(mistakes)
  const agreed = { ...service, ...changes }
  // A term that is agreed for a service that works already counts from its first day.
  if (agreed.minimum_months !== null && agreed.contract_start === null && agreed.status !== 'pending')
    changes.contract_start = agreed.start_date
  changes.contract_end = contractEnd({ ...(service as Contract), ...changes })
}
