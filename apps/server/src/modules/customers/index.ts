export { activateNewCustomers } from './activate-new.ts'
export { addresses, type Address } from './addresses.ts'
export { billingAccountOf } from './billing-accounts.ts'
export { billingTermNames, billingTerms, prepaidPeriod, type BillingTerm } from './billing-terms.ts'
export { addTag, controlTags, uncounted } from './control-tags.ts'
export { claimAddress, mustBeFreeFor } from './claim-address.ts'
export { servedAt } from './default-addresses.ts'
export {
  agreed,
  consents,
  consentsInForce,
  recordConsent,
  type Consent,
  type ConsentPurpose,
} from './consents.ts'
export { contactRoles, contacts, type Contact } from './contacts.ts'
export { fieldsOnDocuments, customers, labels, type Customer } from './customers.ts'
export { billWith, leaveParent, setParent } from './hierarchy.ts'
export { called } from './hierarchy-rules.ts'
export { cancelScheduledChange } from './scheduled-changes.ts'
export { recipientsOf, type Recipient } from './recipients.ts'
export { serveCustomersAt, type ServedAt } from './serve-at.ts'
export { activateCustomer, blockCustomer, disableCustomer, unblockCustomer } from './status.ts'
export { statusChanges } from './status-changes.ts'
export { whyNotErased } from './status-rules.ts'
