export { accounts, chart, type AccountName } from './accounts.ts'
export { journalEntries, transactions } from './journal.ts'
export { post, reverse, type Entry } from './posting.ts'
