import { invalidField } from '#kernel/refused.ts'
import type { Field } from '#kernel/resource.ts'

/**
 * How a customer is billed, reminded and blocked. Each is given to the customer itself, or inherited: from its partner's
 * `billing_defaults`, or from those of a partner above. The columns always hold what is in force.
 */
const term = { inherits: true, group: 'Billing' } as const

export const billingTerms = {
  billing_type: {
    ...term,
    kind: 'choice',
    values: ['recurring', 'prepaid', 'prepaid_daily'],
    filter: true,
    help: 'Recurring: invoiced. Prepaid: pays a period before it is served. Prepaid daily: pays each day from the balance',
  },
  prepaid_period: {
    ...term,
    kind: 'text',
    personal: false,
    max: 5,
    help: 'What prepaid customers pay at once, by ISO 8601: P1M is a month, P30D thirty days',
  },
  billing_day: {
    ...term,
    kind: 'integer',
    min: 1,
    max: 31,
    help: 'Day of the month; the last day where the month is shorter',
  },
  due_days: { ...term, kind: 'integer', min: 0, max: 90, unit: 'days' },
  auto_block: { ...term, kind: 'boolean', label: 'Block when unpaid' },
  blocking_days: {
    ...term,
    kind: 'integer',
    min: 0,
    max: 365,
    unit: 'days',
    help: 'After the due date, until access is blocked',
  },
  grace_days: {
    ...term,
    kind: 'integer',
    min: 0,
    max: 365,
    unit: 'days',
    help: 'Blocked for so long, the customer is disabled; 0: never',
  },
  min_balance: {
    ...term,
    kind: 'money',
    label: 'Minimum balance',
    help: 'Blocked only when the balance is below this',
  },
  payment_method: {
    ...term,
    kind: 'choice',
    values: ['bank_transfer', 'card', 'direct_debit', 'cash', 'other'],
    filter: true,
    help: 'How the customer means to pay. It is noted and filtered by; nothing is collected because of it',
  },
  invoice_delivery: {
    ...term,
    kind: 'choice',
    values: ['email', 'print', 'email_and_print', 'none'],
    help: 'Said with the event invoice.delivery_due when an invoice is made; nothing is sent by itself yet',
  },
  reminders: {
    ...term,
    kind: 'boolean',
    label: 'Remind of unpaid invoices',
    help: 'By the event invoice.reminder_due on the days below; nothing is sent by itself yet',
  },
  reminder_channel: { ...term, kind: 'choice', values: ['email', 'sms', 'email_and_sms'] },
  reminder_days: {
    ...term,
    kind: 'json',
    personal: false,
    help: 'Days after the due date, such as [-3, 3, 10]; negative: before it',
  },
} as const satisfies Record<string, Field>

export type BillingTerm = keyof typeof billingTerms
export const billingTermNames = Object.keys(billingTerms) as BillingTerm[]

/** A prepaid period as it is counted; the column is ISO 8601, which `::interval` in PostgreSQL and `Temporal.Duration` read too. */
export function prepaidPeriod(text: string): { months: number } | { days: number } {
  const [, count, unit] = /^P([1-9]\d{0,2})([MD])$/.exec(text) ?? []
  if (!count) throw new Error(`“${text}” is not a prepaid period.`)
  return unit === 'M' ? { months: Number(count) } : { days: Number(count) }
}

/** Refuses what the kinds of the fields let through. `values` are stored values by name. */
export function checkTerms(values: Record<string, unknown>): void {
  const { prepaid_period, reminder_days } = values
  if (typeof prepaid_period === 'string') {
    const [, count, unit] = /^P([1-9]\d{0,2})([MD])$/.exec(prepaid_period) ?? []
    if (!count || Number(count) > (unit === 'M' ? 24 : 365))
      throw invalidField(
        'prepaid_period',
        'not_a_period',
        'A prepaid period is 1 to 24 months, such as P1M, or 1 to 365 days, such as P30D.',
      )
  }
  if (reminder_days !== undefined && reminder_days !== null && !areDays(plain(reminder_days)))
    throw invalidField(
      'reminder_days',
      'not_days',
      'Reminders go out on at most 5 days between −60 and 365, in order, such as [-3, 3, 10].',
    )
}

const areDays = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= 5 &&
  value.every(
    (day, n) => Number.isInteger(day) && day >= -60 && day <= 365 && (n === 0 || day > value[n - 1]),
  )

/** A JSON document on its way to the store, or as it came from there. */
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'value' in value ? value.value : value
