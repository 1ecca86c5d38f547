import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import type { Service } from '#modules/services/index.ts'

/** The address that goes to another customer with a service: its own, unless the customer it comes from has more there. */
export async function addressGoesAlong(
  ctx: Ctx,
  { id, customer_id, service_address_id }: Service,
): Promise<string | null> {
  if (!service_address_id) return null
  const used = await ctx.db.maybe(sql`
    select 1 from services where service_address_id = ${service_address_id} and id <> ${id}
    union all
    select 1 from customers
    where id = ${customer_id} and ${service_address_id}::uuid in (billing_address_id, service_address_id, postal_address_id)
    limit 1`)
  return used ? null : service_address_id
}
