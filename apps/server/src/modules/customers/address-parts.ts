import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import type { Address } from './addresses.ts'
import { mustBeFreeFor } from './claim-address.ts'

/** A customer has an address it is billed at, one it is served at, one it is written to. */
export const defaultAddresses = ['billing_address_id', 'service_address_id', 'postal_address_id'] as const

/** What documents print of an address. It stands on the customer itself. */
export const addressParts = ['street', 'city', 'postal_code', 'country'] as const
export type Parts = Record<(typeof addressParts)[number], string | null>

/** What a new billing address says goes onto the customer, unless the request says it otherwise. `customer` is the row as it was. */
export async function takeAddressParts(
  ctx: Ctx,
  customer: Record<string, unknown>,
  changes: Record<string, unknown>,
): Promise<void> {
  for (const field of defaultAddresses) {
    const address_id = changes[field]
    if (typeof address_id !== 'string') continue
    const address = await mustBeFreeFor(ctx, address_id, String(customer.id), field)
    if (field === 'billing_address_id') {
      for (const [part, value] of Object.entries(partsOf(address))) changes[part] ??= value
    }
  }
  const { billing_address_id } = { ...customer, ...changes }
  if (billing_address_id && changes.street === null)
    throw invalidField(
      'street',
      'required',
      'The street is that of the billing address. Change it, or take the billing address off the customer.',
    )
}

/** As documents print it: the flat beside the street. */
export const partsOf = ({ street, unit, city, postal_code, country }: Address): Parts => ({
  street: unit ? `${street}, ${unit}`.slice(0, 200) : street,
  city,
  postal_code,
  country,
})

/** The parts of `now` that are not as they were. */
export const differing = (was: Parts, now: Parts): Partial<Parts> =>
  Object.fromEntries(addressParts.filter((part) => was[part] !== now[part]).map((part) => [part, now[part]]))
