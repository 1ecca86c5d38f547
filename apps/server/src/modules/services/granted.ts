import { today, type Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { mustBeAbleToBackdate } from './dates.ts'

/** Days on which a discount or surcharge counts; `to_date` is the last, null: for good. */
export type Granted = { from_date: string; to_date: string | null }

/** The first day of something new, as this actor may have it; today when left out. */
export function firstDay(
  ctx: Ctx,
  wanted: string | null | undefined,
  reason: string | null | undefined,
): string {
  const now = today(ctx).toString()
  const from = wanted ?? now
  if (from < now) mustBeAbleToBackdate(ctx, reason)
  return from
}

/** Refuses a last day before the first. */
export function mustFollow(from_date: string, to_date: string | null): void {
  if (to_date !== null && to_date < from_date)
    throw invalidField(
      'to_date',
      'before_start',
      `It begins on ${from_date}; its last day cannot be earlier.`,
    )
}

/** The last day of something that ends, today when left out; an earlier one than yesterday undoes what may have been billed. */
export function lastDay(
  ctx: Ctx,
  granted: Granted,
  wanted: string | null | undefined,
  reason: string | null | undefined,
): string {
  const now = today(ctx)
  const to = wanted ?? now.toString()
  if (to < now.subtract({ days: 1 }).toString()) mustBeAbleToBackdate(ctx, reason)
  if (to < granted.from_date)
    throw invalidField(
      'to_date',
      'before_start',
      `It begins on ${granted.from_date} only. Withdraw it to take it back altogether.`,
    )
  if (granted.to_date !== null && granted.to_date === to)
    throw new Refused(409, 'no_change', `It ends on ${to} already.`)
  return to
}

/**
 * Tells the services concerned that they cost something else from a day on (up to and without `until`; null: for good), so that what
 * was billed for those days is corrected: `service.price_changed`.
 */
export async function tellServices(
  ctx: Ctx,
  of: { customer_id: string; service_id: string | null },
  days: { from: string; until: string | null },
  reason: string | null,
): Promise<void> {
  const concerned = await ctx.db.all(sql<{ id: string }>`
    select id
    from services
    where customer_id = ${of.customer_id} and (${of.service_id}::uuid is null or id = ${of.service_id}) and status <> 'pending'
    order by id`)
  for (const { id } of concerned)
    record(ctx, {
      noun: 'service',
      row_id: id,
      action: 'price_changed',
      changes: {},
      reason,
      data: { ...days, customer_id: of.customer_id },
    })
}

/** The day after a last day; null where there is none. */
export const dayAfter = (to_date: string | null): string | null =>
  to_date === null ? null : Temporal.PlainDate.from(to_date).add({ days: 1 }).toString()

/** The days that two last days differ by, as a stretch; both begin on the same day. */
export function daysBetween(
  one: string | null,
  other: string | null,
): { from: string; until: string | null } {
  const [first, last] = [dayAfter(one), dayAfter(other)]
  if (first === null) return { from: last!, until: null }
  if (last === null) return { from: first, until: null }
  return first < last ? { from: first, until: last } : { from: last, until: first }
}
