import { Refused } from '#kernel/refused.ts'
import type { Customer } from './customers.ts'
import { merged } from './status-rules.ts'

/** What a plain change of fields may not do to an account that stands in a hierarchy, or is the shell of one that was merged. */
export function mustKeepPlace(customer: Customer, changes: Record<string, unknown>): void {
  if (customer.merged_into_id) throw new Refused(409, 'merged', merged)
  const changed = (name: keyof Customer) => name in changes && changes[name] !== customer[name]
  if (changed('parent_id') && customer.billed_by_id)
    throw new Refused(
      409,
      'aggregated',
      'This account is billed with the one above it. Take it out with leave_parent first.',
    )
  if (changed('billing_day') && customer.billed_by_id)
    throw new Refused(
      409,
      'aggregated',
      'This account is billed with the one above it, on that one’s billing day.',
    )
  if (changed('partner_id') && customer.parent_id && !changed('parent_id'))
    throw new Refused(
      409,
      'has_parent',
      'This account lies below another and goes with it to another partner. Take it out first to move it alone.',
    )
}
