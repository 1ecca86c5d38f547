export { accounts, chart, type AccountName, type AccountRef } from './accounts.ts'
export { journalEntries, transactions } from './journal.ts'
export { post, postings, reverse, type AlsoSet, type Entry } from './posting.ts'
