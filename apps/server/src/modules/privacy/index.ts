export { erasures, type Erasure } from './erasures.ts'
export { eraseCustomer } from './erase.ts'
export { eraseAgain, forgotten } from './journal.ts'
export { writtenOnce } from './erase-rows.ts'
