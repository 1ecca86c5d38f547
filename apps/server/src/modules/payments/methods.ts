import type { AccountName } from '#modules/ledger/index.ts'
import type { Payment } from './payments.ts'

export const methods = ['cash', 'bank_transfer', 'card', 'other'] as const

/** Where the money of each method lies. */
export const accountOf: Record<Payment['method'], AccountName> = {
  cash: 'cash',
  bank_transfer: 'bank',
  card: 'card_clearing',
  other: 'bank',
}
