import type { Customer } from '#modules/customers/index.ts'

/** Why no invoice is to come; `billed_by` is the account on whose document the customer's services come. */
export type NotBilled = { code: string; sentence: string; billed_by?: { id: string; name: string } }

export function whyNotBilled(customer: Customer): NotBilled | null {
  if (customer.merged_into_id)
    return { code: 'merged', sentence: 'This customer was merged into another, which is billed.' }
  if (customer.billed_by_id)
    return {
      code: 'billed_with_parent',
      sentence: 'This account is billed on the document of the one above it.',
    }
  if (customer.no_auto_billing)
    return { code: 'no_auto_billing', sentence: 'The control tag no_auto_billing keeps billing runs away.' }
  if (!customer.next_billing_on)
    return { code: 'nothing_to_bill', sentence: 'Nothing is to be billed: no service is active or planned.' }
  return null
}
