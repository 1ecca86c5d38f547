import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import type { Field } from '#kernel/resource.ts'
import { judgeVatNumber } from './vat-numbers.ts'

/** What is known of a customer beside its name, as a person or a company. */
export const personFields = {
  first_name: { kind: 'text', personal: true, max: 100, nullable: true, group: 'Person' },
  last_name: { kind: 'text', personal: true, max: 100, nullable: true, group: 'Person' },
  birth_date: { kind: 'date', personal: true, nullable: true, group: 'Person' },
  legal_name: {
    kind: 'text',
    personal: true,
    max: 200,
    nullable: true,
    group: 'Company',
    help: 'As it is registered, where that is not the name',
  },
  company_number: {
    kind: 'text',
    personal: true,
    max: 40,
    nullable: true,
    filter: true,
    group: 'Company',
    help: 'In the register of companies',
  },
} as const satisfies Record<string, Field>

const onlyOf = {
  birth_date: { category: 'person', sentence: 'Only a person has a birth date.' },
  legal_name: { category: 'company', sentence: 'Only a company has a legal name.' },
  company_number: { category: 'company', sentence: 'Only a company has a number in the register.' },
} as const

/**
 * Refuses what a person or a company cannot have, and VAT numbers that cannot be right; keeps VAT numbers in one form. `customer` is
 * the row as it was, empty for a new one.
 */
export function checkWhoItIs(
  ctx: Ctx,
  customer: Record<string, unknown>,
  changes: Record<string, unknown>,
): void {
  const now = { category: 'person', ...customer, ...changes }
  for (const [field, { category, sentence }] of Object.entries(onlyOf)) {
    const touched = changes[field] !== undefined || changes.category !== undefined
    const value = (now as Record<string, unknown>)[field]
    if (touched && value && now.category !== category)
      throw invalidField(field, 'other_category', `${sentence} Empty the field, or change the category.`)
  }
  const { birth_date } = changes
  if (typeof birth_date === 'string' && (birth_date < '1900-01-01' || birth_date > today(ctx).toString()))
    throw invalidField('birth_date', 'out_of_range', 'A birth date lies between 1900 and today.')
  const { tax_id, country } = { tax_id: null, country: null, ...customer, ...changes } as {
    tax_id: unknown
    country: string | null
  }
  const asked = changes.tax_id !== undefined && changes.tax_id !== customer.tax_id
  if (!asked || typeof tax_id !== 'string') return
  const verdict = judgeVatNumber(tax_id, country)
  if ('number' in verdict) changes.tax_id = verdict.number
  else if (verdict.problem === 'form') throw invalidField('tax_id', 'not_a_vat_number', verdict.sentence)
  else throw invalidField('tax_id', 'wrong_check_digits', verdict.sentence)
}
