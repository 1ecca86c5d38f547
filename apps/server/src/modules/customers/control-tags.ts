import { command } from '#kernel/commands.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change } from '#kernel/store.ts'
import { customers } from './customers.ts'
import { merged } from './status-rules.ts'

/**
 * Switches on a customer that hold an engine back. Taking one off makes that engine catch up at once (billing and payments react to
 * `customer.tag_removed`).
 *
 * - `no_auto_billing`: billing runs leave the customer out; its billing day waits.
 * - `no_auto_payment`: credit is not put towards invoices by itself, nothing is collected.
 * - `never_block`: nobody and nothing blocks the customer.
 * - `test`: counts in no report.
 */
export const controlTags = ['no_auto_billing', 'no_auto_payment', 'never_block', 'test'] as const

/**
 * `customer_id not in ${uncounted}`: whom reports leave out. Who was merged into another was that one all along, and neither came nor
 * left.
 */
export const uncounted = sql`(select id from customers where test or merged_into_id is not null)`

const input = {
  tag: { kind: 'choice', values: controlTags },
  reason: { kind: 'text', max: 500, nullable: true },
} as const

export const addTag = command(
  customers,
  'add_tag',
  {
    label: 'Add control tag',
    help: 'Holds back billing runs, payments or blocking.',
    input,
    unless: (customer) => (customer.merged_into_id ? merged : null),
  },
  (ctx, customer, { tag, reason = null }) => {
    if (customer[tag]) throw new Refused(409, 'tagged_already', `This customer bears the tag ${tag} already.`)
    if (tag === 'no_auto_billing' && customer.billed_by_id)
      throw new Refused(
        409,
        'aggregated',
        'This account is billed with the one above it. Set the tag on that account, or take this one out first.',
      )
    return change(
      ctx,
      customers,
      customer,
      { [tag]: true },
      { action: 'tag_added', reason, data: { tag, customer_id: customer.id } },
    )
  },
)

export const removeTag = command(
  customers,
  'remove_tag',
  {
    label: 'Remove control tag',
    help: 'What was held back is made up for at once.',
    input,
    unless: (customer) => (customer.merged_into_id ? merged : null),
  },
  (ctx, customer, { tag, reason = null }) => {
    if (!customer[tag]) throw new Refused(409, 'not_tagged', `This customer does not bear the tag ${tag}.`)
    return change(
      ctx,
      customers,
      customer,
      { [tag]: false },
      { action: 'tag_removed', reason, data: { tag, customer_id: customer.id } },
    )
  },
)
