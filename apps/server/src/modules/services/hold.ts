import { today, type Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { enterMany } from './enter.ts'
import type { Service } from './services.ts'

/**
 * Stops whatever of a customer is active from today on, beside the stops that the customer wants: the hold is known by `group_id` and
 * ends by it. Answers the services it stopped.
 */
export async function holdServices(
  ctx: Ctx,
  customer_id: string,
  { group_id, reason }: { group_id: string; reason: string },
): Promise<Service[]> {
  const services = await ctx.db.all(sql<Service>`
    select * from services
    where customer_id = ${customer_id} and status = 'active' and service_type <> 'one_time'
    order by id
    for no key update`)
  const date = today(ctx).toString()
  const many = services.map((service) => ({
    service,
    add: [{ kind: 'stop', date, group_id, held: true } as const],
  }))
  return many.length === 0 ? [] : enterMany(ctx, many, { reason })
}

/** Ends a hold today; what the customer itself has stopped stays so. */
export async function releaseServices(
  ctx: Ctx,
  customer_id: string,
  { group_id, reason }: { group_id: string; reason: string },
): Promise<Service[]> {
  const services = await ctx.db.all(sql<Service>`
    select s.* from services s
    where s.customer_id = ${customer_id} and s.status <> 'terminated'
      and exists (select from service_changes c where c.tenant_id = s.tenant_id and c.service_id = s.id and c.group_id = ${group_id} and c.status <> 'withdrawn')
    order by s.id
    for no key update of s`)
  const date = today(ctx).toString()
  const many = services.map((service) => ({
    service,
    add: [{ kind: 'resume', date, group_id, held: true } as const],
  }))
  return many.length === 0 ? [] : enterMany(ctx, many, { reason })
}
