import { resource } from '#kernel/resource.ts'

export const journalEntries = resource('journal_entry', {
  plural: 'journal_entries',
  title: 'description',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'One amount from one account to another. Entries are never changed; a reversal is another entry.',
  fields: {
    date: { kind: 'date', filter: true, sort: true, list: true },
    kind: { kind: 'text', personal: false, list: true },
    description: { kind: 'text', personal: 'kept', max: 500, list: true },
    debit_account_id: { kind: 'reference', to: 'account', list: true },
    credit_account_id: { kind: 'reference', to: 'account', list: true },
    amount: { kind: 'money', list: true },
    customer_id: { kind: 'reference', to: 'customer', nullable: true, filter: true, list: true, stays: true },
    partner_id: { kind: 'reference', to: 'partner', nullable: true, readonly: true },
    source_noun: { kind: 'text', personal: false, nullable: true },
    source_id: { kind: 'reference', nullable: true, filter: true },
    reverses_id: { kind: 'reference', to: 'journal_entry', nullable: true, filter: true },
  },
})

/** The customer's statement, a view of the journal. */
export const transactions = resource('transaction', {
  title: 'description',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'A debit raises what the customer owes; a credit lowers it. balance_effect is the same with its sign.',
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true, stays: true },
    partner_id: { kind: 'reference', to: 'partner', nullable: true, readonly: true },
    date: { kind: 'date', filter: true, sort: true, list: true },
    type: { kind: 'choice', values: ['debit', 'credit'], list: true },
    kind: { kind: 'text', personal: false },
    amount: { kind: 'money', list: true },
    balance_effect: { kind: 'money', list: true },
    description: { kind: 'text', personal: 'kept', max: 500, list: true },
    invoice_id: { kind: 'reference', to: 'invoice', nullable: true, list: true },
    payment_id: { kind: 'reference', to: 'payment', nullable: true, list: true },
    credit_note_id: { kind: 'reference', to: 'credit_note', nullable: true },
    reverses_id: { kind: 'reference', to: 'journal_entry', nullable: true },
  },
})
