import type { Module } from '#kernel/app.ts'
import { createSeries } from '#kernel/numbers.ts'
import { daily } from '#kernel/schedules.ts'
import { asResource } from '#kernel/store.ts'
import { addresses } from './addresses.ts'
import { applyScheduled } from './apply-scheduled.ts'
import { billingDefaults } from './billing-defaults.ts'
import { addTag, removeTag } from './control-tags.ts'
import { consents, recordConsent } from './consents.ts'
import { contacts } from './contacts.ts'
import { customers, labels } from './customers.ts'
import { followBillingAddress, keepDefaultAddresses } from './default-addresses.ts'
import { leaveParent, setParent } from './hierarchy.ts'
import { holdWithAccount } from './hold-with-account.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'
import { cancelScheduledChange, scheduledChanges } from './scheduled-changes.ts'
import { sharedBillingDay } from './share-billing-day.ts'
import { passTermsDown } from './inherit-billing.ts'
import { setBilling } from './set-billing.ts'
import { statusChanges } from './status-changes.ts'
import { activateCustomer, blockCustomer, disableCustomer, unblockCustomer } from './status.ts'

export const customersModule: Module = {
  name: 'customers',
  nouns: [
    asResource(customers),
    asResource(contacts),
    asResource(labels),
    asResource(addresses),
    asResource(consents),
    asResource(billingDefaults),
    asResource(statusChanges),
    asResource(scheduledChanges),
  ],
  verbs: [
    activateCustomer,
    blockCustomer,
    unblockCustomer,
    disableCustomer,
    addTag,
    removeTag,
    setParent,
    leaveParent,
    setBilling,
    recordConsent,
    cancelScheduledChange,
  ],
  insiders: [holdWithAccount, sharedBillingDay, passTermsDown, keepDefaultAddresses, followBillingAddress],
  routes,
  paths,
  schedules: [daily('customers.apply_scheduled', '00:00', applyScheduled)],
  newTenant: (ctx) => createSeries(ctx, 'customer', '{next|5}', 10_001n),
}
