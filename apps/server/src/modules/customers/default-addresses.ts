import type { Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { change, find, lock } from '#kernel/store.ts'
import { addressParts, defaultAddresses, differing, partsOf } from './address-parts.ts'
import { addresses, type Address } from './addresses.ts'
import { claimAddress } from './claim-address.ts'
import { customers, type Customer } from './customers.ts'

/** Where the customer is served when a service says nothing else: its service address, else the one on the customer itself. */
export async function servedAt(ctx: Ctx, customer: Customer): Promise<Address | Customer> {
  const { service_address_id } = customer
  const address = service_address_id ? await find(ctx, addresses, service_address_id) : undefined
  return address ?? customer
}

/** Free addresses that a customer is given become its own; what it changes of its address is changed in the billing address. */
export const keepDefaultAddresses = inside(
  'customers.keep_default_addresses',
  ['customer.created', 'customer.updated'],
  async (ctx, event) => {
    const changed = Array.isArray(event.data.changed) ? event.data.changed : []
    const used = defaultAddresses.filter((field) => changed.includes(field))
    const moved = event.type === 'customer.updated' && addressParts.some((part) => changed.includes(part))
    if (used.length === 0 && !moved) return
    const customer = await find(ctx, customers, event.row_id)
    if (!customer) return
    for (const field of used) {
      if (customer[field]) await claimAddress(ctx, customer[field], customer.id, field)
    }
    if (!customer.billing_address_id) return
    const address = await lock(ctx, addresses, customer.billing_address_id)
    const { street, ...rest } = differing(partsOf(address), customer)
    const said = street ? { ...rest, street, unit: null } : rest
    if (Object.keys(said).length > 0)
      await change(ctx, addresses, address, said, {
        action: 'updated',
        reason: 'the customer’s address changed',
      })
  },
)

export const followBillingAddress = inside(
  'customers.follow_billing_address',
  ['address.updated'],
  async (ctx, event) => {
    const address = await find(ctx, addresses, event.row_id)
    if (!address) return
    const billed = await ctx.db.all(
      sql<{ id: string }>`select id from customers where billing_address_id = ${address.id}`,
    )
    for (const { id } of billed) {
      const customer = await lock(ctx, customers, id)
      const said = differing(customer, partsOf(address))
      if (Object.keys(said).length > 0)
        await change(ctx, customers, customer, said, {
          action: 'updated',
          reason: 'the billing address changed',
        })
    }
  },
)
