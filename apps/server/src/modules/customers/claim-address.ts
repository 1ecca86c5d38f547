import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import { change, find, lock } from '#kernel/store.ts'
import { addresses, type Address } from './addresses.ts'

/** Refuses an address that is another customer's, on `field`; answers it. A free one may become the customer's. */
export async function mustBeFreeFor(
  ctx: Ctx,
  address_id: string,
  customer_id: string,
  field: string,
): Promise<Address> {
  const address = await find(ctx, addresses, address_id)
  if (!address)
    throw invalidField(field, 'no_such_address', 'There is no address with this id, or you may not see it.')
  if (address.customer_id && address.customer_id !== customer_id)
    throw invalidField(field, 'of_another_customer', `${address.street} is another customer’s address.`)
  return address
}

/**
 * The customer, or a service of it, is at this address from now on: a free address becomes the customer's, another customer's is
 * refused on `field`. Records `address.claimed`.
 */
export async function claimAddress(
  ctx: Ctx,
  address_id: string,
  customer_id: string,
  field: string,
): Promise<Address> {
  await mustBeFreeFor(ctx, address_id, customer_id, field)
  const address = await lock(ctx, addresses, address_id)
  if (address.customer_id === customer_id) return address
  await mustBeFreeFor(ctx, address_id, customer_id, field)
  return change(ctx, addresses, address, { customer_id }, { action: 'claimed', data: { customer_id } })
}
