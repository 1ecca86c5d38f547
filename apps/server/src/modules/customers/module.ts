import type { Module } from '#kernel/app.ts'
import { createSeries } from '#kernel/numbers.ts'
import { asResource } from '#kernel/store.ts'
import { contacts, customers, labels } from './customers.ts'
import { activateCustomer, blockCustomer, disableCustomer, unblockCustomer } from './status.ts'

export const customersModule: Module = {
  name: 'customers',
  nouns: [asResource(customers), asResource(contacts), asResource(labels)],
  verbs: [activateCustomer, blockCustomer, unblockCustomer, disableCustomer],
  newTenant: (ctx) => createSeries(ctx, 'customer', '{next|5}', 10_001n),
}
