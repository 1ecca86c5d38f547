import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { enterMany } from './enter.ts'
import type { Entry } from './history.ts'
import type { Service } from './services.ts'

/** Terms for one service from a day on; what is left out stays as it is. See `DatedChange` for what `for_tariff_id` means; `group_id` names what it was entered for. */
export type PlannedTerms = { service_id: string } & Omit<Entry, 'kind'>

/**
 * Enters terms for many services at once, each from its own day on: a price change of a tariff, say. Services that have ended are left
 * out. Answers those that were entered. Callers bring a few thousand at a time.
 */
export async function planTerms(
  ctx: Ctx,
  planned: readonly PlannedTerms[],
  reason: string | null,
): Promise<Service[]> {
  if (planned.length === 0) return []
  const byService = new Map<string, Entry[]>()
  for (const { service_id, ...terms } of planned) {
    const entry: Entry = { kind: 'terms', group_id: null, ...terms }
    byService.set(service_id, [...(byService.get(service_id) ?? []), entry])
  }
  const services = await ctx.db.all(sql<Service>`
    select * from services
    where id = any(${[...byService.keys()]}::uuid[]) and status <> 'terminated'
    order by id
    for no key update`)
  const many = services.map((service) => ({ service, add: byService.get(service.id) ?? [] }))
  return enterMany(ctx, many, { reason })
}
