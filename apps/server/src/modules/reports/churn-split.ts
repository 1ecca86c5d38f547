import type { Ctx } from '#kernel/ctx.ts'
import type { ListQuery } from '#kernel/filters.ts'
import { mustBeAbleTo, visiblePartners } from '#kernel/permissions.ts'
import { invalidField } from '#kernel/refused.ts'
import { empty, sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { statusChanges, uncounted } from '#modules/customers/index.ts'
import { periodsOf } from './periods.ts'

/** Of one partner, or for one reason: who came, who was blocked and who left. `id` and `title` are null where nothing was said. */
type Share = {
  id: string | null
  title: string | null
  new: number
  activated: number
  returned: number
  blocked: number
  disabled: number
}

const most = 200

/**
 * `GET /reports/churn/by/{partner|reason}?from=&to=`: the churn of a stretch of time as a whole, by the customers' partner or by the
 * reason that was given, those who lost most in front. The last twelve months when left out.
 */
export async function churnBy(ctx: Ctx, of: string, query: ListQuery, now: Temporal.PlainDate) {
  mustBeAbleTo(ctx, asResource(statusChanges), 'list')
  if (of !== 'partner' && of !== 'reason')
    throw invalidField('of', 'not_a_choice', 'Churn is told by partner or by reason.')
  const { by: _, ...days } = query
  const { list } = periodsOf({ ...days, by: 'year' }, now)
  const partners = visiblePartners(ctx)
  const group =
    of === 'partner'
      ? sql`s.partner_id as id, (select p.name from partners p where p.id = s.partner_id) as title`
      : sql`null::uuid as id, nullif(trim(s.reason), '') as title`
  const data = await ctx.db.all(sql<Share>`
    select ${group},
      (count(*) filter (where s.from_status is null))::integer as new,
      (count(*) filter (where s.to_status = 'active' and coalesce(s.from_status, 'new') = 'new'))::integer as activated,
      (count(*) filter (where s.to_status = 'active' and s.from_status = 'disabled'))::integer as returned,
      (count(*) filter (where s.to_status = 'blocked'))::integer as blocked,
      (count(*) filter (where s.to_status = 'disabled' and s.from_status in ('active', 'blocked')))::integer as disabled
    from customer_status_changes s
    where s.date >= ${list[0]!.from}::date and s.date < ${list.at(-1)!.until}::date
      ${of === 'reason' ? sql`and s.to_status in ('blocked', 'disabled')` : empty}
      ${partners ? sql`and s.partner_id = any(${partners}::uuid[])` : empty}
      and s.customer_id not in ${uncounted}
    group by 1, 2
    order by disabled desc, blocked desc, new desc, title
    limit ${most}`)
  return {
    of,
    from: list[0]!.from,
    to: Temporal.PlainDate.from(list.at(-1)!.until).subtract({ days: 1 }).toString(),
    data,
  }
}
