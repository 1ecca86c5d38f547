import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { newId } from '#kernel/ids.ts'
import { changeMany, insertMany } from '#kernel/many.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, type StoredRow } from '#kernel/store.ts'
import { addresses } from './addresses.ts'

/** An address of a customer in stored values; `main`: the customer is served there. */
export type ServedAt = {
  customer_id: string
  address: { street: string } & Record<string, unknown>
  main: boolean
}

const noun = asResource(addresses)

/**
 * Gives customers addresses, in a statement for all of them. One that a customer has already (the same street, flat and town) is
 * completed instead. Answers each one's id, and the customers for whom anything changed.
 */
export async function serveCustomersAt(
  ctx: Ctx,
  given: readonly ServedAt[],
): Promise<{ ids: string[]; changed: Set<string> }> {
  if (given.length === 0) return { ids: [], changed: new Set() }
  const had = await ctx.db.all(sql<StoredRow>`
    select ${everyColumn(noun)} from addresses
    where customer_id = any(${given.map(({ customer_id }) => customer_id)}::uuid[])
    order by id
    for no key update`)
  const known = new Map<string, StoredRow | { id: string }>(had.map((row) => [placeOf(row), row]))
  const fresh: Record<string, unknown>[] = []
  const changes: { row: StoredRow; changes: Record<string, unknown> }[] = []
  const ids: string[] = []
  const main: { customer_id: string; address_id: string }[] = []
  for (const { customer_id, address, main: served } of given) {
    const place = placeOf({ ...address, customer_id })
    const found = known.get(place)
    const id = found?.id ?? newId()
    if (!found) fresh.push({ ...address, customer_id, id })
    else if ('version' in found) changes.push({ row: found, changes: said(address) })
    known.set(place, found ?? { id })
    ids.push(id)
    if (served) main.push({ customer_id, address_id: id })
  }
  await insertMany(ctx, noun, fresh)
  const completed = await changeMany(ctx, noun, changes)
  const moved = await ctx.db.all(sql<{ id: string; was: string | null; now: string }>`
    with wanted as (
      select c.id, c.service_address_id as was, m.address_id as now
      from ${rowsOf('m', main, { customer_id: 'uuid', address_id: 'uuid' })}
      join customers c on c.id = m.customer_id
      where c.service_address_id is distinct from m.address_id
    )
    update customers c
    set service_address_id = w.now, version = version + 1, updated_at = ${ctx.now}
    from wanted w
    where c.id = w.id
    returning c.id, w.was, w.now`)
  for (const { id, was, now } of moved)
    record(ctx, {
      noun: 'customer',
      row_id: id,
      action: 'service_address_given',
      changes: { service_address_id: [was, now] },
    })
  const changed = new Set([
    ...fresh.map(({ customer_id }) => String(customer_id)),
    ...completed.flatMap((row) => (row ? [String(row.customer_id)] : [])),
    ...moved.map(({ id }) => id),
  ])
  return { ids, changed }
}

/** What is not said of an address stays as it is. */
const said = (address: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null))

const placeOf = (address: Record<string, unknown>): string =>
  ['customer_id', 'street', 'unit', 'city']
    .map((part) =>
      String(address[part] ?? '')
        .trim()
        .toLowerCase(),
    )
    .join('\n')
