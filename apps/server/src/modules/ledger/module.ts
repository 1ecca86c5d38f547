import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { accounts, createChart } from './accounts.ts'
import { journalEntries, transactions } from './journal.ts'
import { keepRevenueAccounts } from './revenue-accounts.ts'

export const ledger: Module = {
  name: 'ledger',
  nouns: [asResource(accounts), asResource(journalEntries), asResource(transactions)],
  insiders: [keepRevenueAccounts],
  newTenant: createChart,
}
