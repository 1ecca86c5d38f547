export { accounts, chart, type AccountName, type AccountRef } from './accounts.ts'
export { journalEntries, transactions } from './journal.ts'
export { balances, journal, post, reverse, type AlsoSet, type Entry, type Undescribed } from './posting.ts'
