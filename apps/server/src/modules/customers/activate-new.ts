import { today, type Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, diff, everyColumn } from '#kernel/store.ts'
import { customers, type Customer } from './customers.ts'

/**
 * What `activate` does, for all of these customers that are new, in one statement. Records `customer.activated` for each, as `activate`
 * does; whoever is not new stays as it is.
 */
export async function activateNewCustomers(ctx: Ctx, ids: readonly string[], reason: string): Promise<void> {
  if (ids.length === 0) return
  const noun = asResource(customers)
  const before = await ctx.db.all(sql<Customer>`
    select ${everyColumn(noun)} from customers
    where id = any(${[...ids].sort()}::uuid[]) and status = 'new'
    order by id
    for no key update`)
  if (before.length === 0) return
  const changes = {
    status: 'active',
    status_reason: reason,
    status_since: ctx.now.toString(),
    activated_on: today(ctx).toString(),
    disabled_on: null,
  } as const
  await ctx.db.run(sql`
    update customers
    set status = 'active', status_reason = ${reason}, status_since = ${ctx.now}, activated_on = coalesce(activated_on, ${changes.activated_on}::date),
      disabled_on = null, status_actor = ${JSON.stringify(ctx.actor)}::jsonb, version = version + 1, updated_at = ${ctx.now}
    where id = any(${before.map(({ id }) => id)}::uuid[])`)
  for (const customer of before)
    record(ctx, {
      noun: 'customer',
      row_id: customer.id,
      action: 'activated',
      reason,
      changes: diff(
        ctx,
        noun,
        customer,
        { ...customer, ...changes, activated_on: customer.activated_on ?? changes.activated_on },
        Object.keys(changes),
      ),
      data: { from: 'new' },
    })
}
