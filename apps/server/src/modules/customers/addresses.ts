import type { Ctx } from '#kernel/ctx.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'

/**
 * A place that is served, billed or written to. It may be known before anybody lives there, so that it can be asked what is sold
 * there; from when a customer or one of its services uses it, it is that customer's.
 */
export const addresses = resource('address', {
  plural: 'addresses',
  title: 'street',
  sort: 'street',
  scope: 'partner',
  search: true,
  fields: {
    customer_id: {
      kind: 'reference',
      to: 'customer',
      nullable: true,
      filter: true,
      list: true,
      help: 'Empty: nobody’s yet',
    },
    partner_id: { kind: 'reference', to: 'partner', nullable: true, filter: true },
    street: {
      kind: 'text',
      personal: true,
      max: 200,
      filter: true,
      sort: true,
      list: true,
      help: 'Street and number, or what the place is called',
    },
    unit: {
      kind: 'text',
      personal: true,
      max: 60,
      nullable: true,
      list: true,
      help: 'Staircase, floor, flat',
    },
    city: { kind: 'text', personal: true, max: 100, nullable: true, filter: true, sort: true, list: true },
    postal_code: {
      kind: 'text',
      personal: true,
      max: 20,
      nullable: true,
      filter: true,
      sort: true,
      list: true,
    },
    region: { kind: 'text', personal: true, max: 100, nullable: true },
    country: {
      kind: 'text',
      personal: false,
      min: 2,
      max: 2,
      nullable: true,
      help: 'ISO 3166 code, such as PL',
    },
    latitude: {
      kind: 'decimal',
      personal: true,
      min: -90,
      max: 90,
      nullable: true,
      group: 'Position',
      help: 'Degrees, WGS 84',
    },
    longitude: { kind: 'decimal', personal: true, min: -180, max: 180, nullable: true, group: 'Position' },
    building_id: {
      kind: 'reference',
      to: 'address',
      nullable: true,
      filter: true,
      help: 'The address of the building that this flat or office is in',
    },
    directions: {
      kind: 'long_text',
      personal: true,
      max: 2000,
      nullable: true,
      help: 'How to get in: keys, codes, dogs',
    },
    external_id: { kind: 'text', personal: true, max: 100, nullable: true, filter: true },
  },
  before: {
    async create(ctx, address) {
      // A customer's address is of the customer's partner.
      if (address.customer_id) delete address.partner_id
      await check(ctx, address, {})
    },
    async update(ctx, address, changes) {
      if (changes.partner_id === null) delete changes.partner_id
      if (changes.partner_id && (changes.customer_id ?? address.customer_id))
        throw invalidField(
          'partner_id',
          'of_the_customer',
          'A customer’s address goes with the customer to another partner.',
        )
      await check(ctx, changes, address)
      const leaves = changes.customer_id !== undefined && changes.customer_id !== address.customer_id
      if (leaves && address.customer_id) await mustBeUnused(ctx, String(address.id))
    },
  },
})
export type Address = Row<typeof addresses>

async function check(
  ctx: Ctx,
  values: Record<string, unknown>,
  before: Record<string, unknown>,
): Promise<void> {
  if (typeof values.country === 'string') values.country = values.country.toUpperCase()
  const { latitude = null, longitude = null } = { ...before, ...values }
  if ((latitude === null) !== (longitude === null))
    throw invalidField(
      latitude === null ? 'latitude' : 'longitude',
      'required',
      'A position has both a latitude and a longitude.',
    )
  const { building_id } = values
  if (!building_id) return
  const building = await ctx.db.maybe(
    sql<{ building_id: string | null }>`select building_id from addresses where id = ${building_id}`,
  )
  const inside = before.id
    ? await ctx.db.maybe(sql`select 1 from addresses where building_id = ${before.id} limit 1`)
    : undefined
  if (building?.building_id || inside || building_id === before.id)
    throw invalidField('building_id', 'not_a_building', 'A building cannot itself lie in a building.')
}

/** What is the default of its customer stays the customer's. */
async function mustBeUnused(ctx: Ctx, address_id: string): Promise<void> {
  const used = await ctx.db.maybe(sql<{ name: string }>`
    select name from customers
    where billing_address_id = ${address_id} or service_address_id = ${address_id} or postal_address_id = ${address_id}
    limit 1`)
  if (used)
    throw new Refused(
      409,
      'address_in_use',
      `${used.name} is billed, served or written to at this address. Give the customer another address first.`,
    )
}
