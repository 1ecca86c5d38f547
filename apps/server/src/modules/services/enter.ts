import { dayOf, without, type Days } from '#kernel/calendar.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { follow, type Told } from './follow.ts'
import {
  changesOf,
  completed,
  insertChanges,
  lastSeqs,
  periodsOf,
  writePeriods,
  type Entry,
  type StoredChange,
} from './history.ts'
import type { Service } from './services.ts'
import { difference, timelineOf, type Period } from './timeline.ts'

/** Changes to enter together, and others to take back as if they had never been entered. */
export type Given = { add?: readonly Entry[]; takeBack?: readonly StoredChange[] }

/** `unlessSame`: the sentence with which it is refused where it would change nothing. */
export type Asked = Told & { unlessSame?: string }

/** `enterMany` for one service. */
export async function enter(ctx: Ctx, service: Service, given: Given, asked: Asked = {}): Promise<Service> {
  const [entered] = await enterMany(ctx, [{ service, ...given }], asked)
  return entered!
}

/**
 * Enters changes of locked services, at whatever dates, in a statement for all of them. Today's rows follow at once, planned changes
 * wait for their day. Records what became of each service, with the days that differ now (`from`, `until`), on which billing
 * reprices.
 */
export async function enterMany(
  ctx: Ctx,
  many: readonly ({ service: Service; data?: Record<string, unknown> } & Given)[],
  asked: Asked = {},
): Promise<Service[]> {
  const ids = many.map(({ service }) => service.id)
  const [changes, periods, seqs] = await Promise.all([
    changesOf(ctx, ids),
    periodsOf(ctx, ids),
    lastSeqs(ctx, ids),
  ])
  const now = today(ctx).toString()
  const entered = many.map(({ service, add = [], takeBack = [], data: own = {} }) => {
    const group_id = add.length > 1 ? newId() : null
    const last = seqs.get(service.id) ?? 0
    const fresh = add.map((entry, n) => completed({ group_id, ...entry }, last + n + 1))
    const kept = (changes.get(service.id) ?? []).filter(({ id }) => !takeBack.some((one) => one.id === id))
    const before = periods.get(service.id) ?? []
    const timeline = timelineOf([...kept, ...fresh])
    if (asked.unlessSame && !difference(before, timeline.periods))
      throw new Refused(409, 'no_change', asked.unlessSame)
    return { service, fresh, takeBack, before, timeline, own }
  })
  await takeBackAll(
    ctx,
    entered.flatMap(({ takeBack }) => takeBack),
  )
  await insertChanges(
    ctx,
    entered.flatMap(({ service, fresh }) =>
      fresh.map((entry) => ({
        ...entry,
        service_id: service.id,
        partner_id: service.partner_id,
        status: entry.kind !== 'create' && entry.date > now ? 'planned' : 'in_force',
        reason: asked.reason ?? null,
      })),
    ),
  )
  await writePeriods(
    ctx,
    entered.map(({ service, before, timeline }) => ({
      service_id: service.id,
      before,
      now: timeline.periods,
    })),
  )
  return Promise.all(
    entered.map(({ service, fresh, takeBack, before, timeline, own }) => {
      const entry = { adds: fresh.length > 0, takesBack: takeBack.length > 0 }
      const { action, data } = whatHappened(before, timeline.periods, entry, now)
      return follow(ctx, service, timeline, { ...asked, action, data: { ...data, ...asked.data, ...own } })
    }),
  )
}

/**
 * What is told of a service whose days were `before` and are `after` an entry, by name and data: the days that differ, whether it is
 * active on days on which it was not, and, where something was taken back, how it stood: that may have been billed already, and is to
 * be corrected although its day has not come.
 */
export function whatHappened(
  before: readonly Period[],
  after: readonly Period[],
  { adds, takesBack }: { adds: boolean; takesBack: boolean },
  now: string,
): { action: string; data: Record<string, unknown> } {
  const differs = difference(before, after)
  return {
    action: adds ? nameOf(differs, now) : 'change_withdrawn',
    data: {
      ...differs,
      activates: activeDays(after).some((days) => without(days, activeDays(before)).length > 0),
      ...(takesBack ? { withdrawn: before.filter(({ status }) => status === 'active').map(printed) } : {}),
    },
  }
}

async function takeBackAll(ctx: Ctx, changes: readonly StoredChange[]): Promise<void> {
  if (changes.length === 0) return
  await ctx.db.run(sql`
    update service_changes
    set status = 'withdrawn', withdrawn_at = ${ctx.now}, withdrawn_by = ${JSON.stringify(ctx.actor)}::jsonb, version = version + 1, updated_at = ${ctx.now}
    where id = any(${changes.map(({ id }) => id)}::uuid[])`)
}

/** What it is called where neither the status nor the tariff of today changes. */
function nameOf(differs: { from: string; until: string | null } | null, now: string): string {
  if (!differs) return 'terms_agreed'
  if (differs.from > now) return 'change_planned'
  return differs.until === null || differs.until > now ? 'terms_changed' : 'history_corrected'
}

const activeDays = (periods: readonly Period[]): Days[] =>
  periods
    .filter(({ status }) => status === 'active')
    .map(({ from, until }) => ({ from: dayOf(from), until: until === null ? Infinity : dayOf(until) }))

/** As it travels in an event. */
const printed = ({ from, until, tariff_id, price, quantity, period_months, anchor }: Period) => ({
  from,
  until,
  tariff_id,
  price: String(price),
  quantity,
  period_months,
  anchor,
})
