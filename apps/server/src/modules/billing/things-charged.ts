import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import type { BillableCustomer, BillableService, BillableSurcharge } from './bill.ts'
import type { ChargedThing } from './charges.ts'
import { surchargeOn } from './due-extras.ts'

/** A service and its surcharges, also those that were taken back but had been charged. */
export async function thingsCharged(
  ctx: Ctx,
  customer: BillableCustomer,
  service: BillableService,
  charged: readonly ChargedThing[],
): Promise<BillableService[]> {
  const surcharges = customer.services.filter(({ id, surcharge }) => id === service.id && surcharge)
  const gone = new Set(charged.map(({ surcharge_id }) => surcharge_id).filter((id) => id !== null))
  for (const { surcharge } of surcharges) gone.delete(surcharge!.id)
  if (gone.size === 0) return [service, ...surcharges]
  const rows = await ctx.db.all(sql<Omit<BillableSurcharge, 'from' | 'until'>>`
    select u.id, u.label, u.price, u.quantity, x.rate as tax_rate
    from surcharges u
    left join taxes x on x.tenant_id = u.tenant_id and x.id = u.tax_id
    where u.id = any(${[...gone]}::uuid[])
    order by u.id`)
  return [
    service,
    ...surcharges,
    ...rows.map((row) => ({ ...surchargeOn(service, { ...row, from: 0, until: 0 }), active: [] })),
  ]
}
