import type { Ctx } from '#kernel/ctx.ts'
import { visiblePartners } from '#kernel/permissions.ts'
import { invalidField, Refused } from '#kernel/refused.ts'

/** Partners whose tariffs the actor sees: its subtree's, and those sold from above to everybody below. Null: all. */
export function partnersOfSight(ctx: Ctx): readonly string[] | null {
  const below = visiblePartners(ctx)
  const own = ctx.access.partner_id
  if (!below || !own) return null
  return [...below, ...partnersAbove(ctx, own)]
}

/** The partner itself and whoever stands above it. */
export const partnersAbove = (ctx: Ctx, partner_id: string): string[] =>
  [...ctx.tenant.subtrees].filter(([, subtree]) => subtree.includes(partner_id)).map(([above]) => above)

/**
 * A partner's staff makes tariffs and coupons for its own partners only, and changes no others: what others sell too is not its to
 * change. `row` is the tariff as it stands, none when it is being made.
 */
export function mustBeTheirs(
  ctx: Ctx,
  values: Record<string, unknown>,
  row?: Record<string, unknown>,
  what: 'tariff' | 'coupon' = 'tariff',
): void {
  const below = visiblePartners(ctx)
  if (!below) return
  if (row && !areAmong(row.partner_ids, below))
    throw what === 'tariff'
      ? new Refused(
          403,
          'not_your_tariff',
          'This tariff is sold by others too; only the ISP itself may change it.',
        )
      : new Refused(403, 'not_your_coupon', 'This coupon is others’ too; only the ISP itself may change it.')
  if (!row && !areAmong(values.partner_ids, below)) values.partner_ids = [ctx.access.partner_id]
  if (values.partner_ids !== undefined && !areAmong(values.partner_ids, below))
    throw invalidField(
      'partner_ids',
      'required',
      `Name the partners it is for; only the ISP itself makes ${what}s for everybody.`,
    )
}

const areAmong = (ids: unknown, partners: readonly string[]): boolean =>
  Array.isArray(ids) && ids.length > 0 && ids.every((id) => partners.includes(id))
