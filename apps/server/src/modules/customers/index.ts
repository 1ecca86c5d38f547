export { contacts, customers, labels } from './customers.ts'
export { activateCustomer, blockCustomer, disableCustomer, unblockCustomer, type Customer } from './status.ts'
