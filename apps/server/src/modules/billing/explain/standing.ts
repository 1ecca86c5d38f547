import { today, type Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import type { Customer } from '#modules/customers/index.ts'
import {
  changesWithReasons,
  decidedBy,
  standingOn,
  timelineOf,
  type EnteredChange,
  type Period,
  type Service,
  type Standing,
} from '#modules/services/index.ts'

/** A service on a day: how it stands, the days around, and everything that was entered about it. */
export type OnDay = {
  date: string
  standing: Standing
  periods: Period[]
  changes: EnteredChange[]
  /** The change that made it so in a respect. */
  decider: (respect: (standing: Standing) => string) => EnteredChange
}

export async function onDay(ctx: Ctx, service: Service, date: string): Promise<OnDay> {
  const changes = await changesWithReasons(ctx, service.id)
  return {
    date,
    changes,
    standing: standingOn(changes, date),
    periods: timelineOf(changes).periods,
    decider: (respect) => decidedBy(changes, date, respect),
  }
}

/** How the customer stands on a day: as the log has it, as it is, or as it is planned. */
export type CustomerOnDay = {
  status: Customer['status']
  since: string
  reason: string | null
  planned: boolean
}

export async function customerOn(ctx: Ctx, customer: Customer, date: string): Promise<CustomerOnDay> {
  const now = today(ctx).toString()
  const since = Temporal.Instant.from(customer.status_since)
    .toZonedDateTimeISO(ctx.tenant.time_zone)
    .toPlainDate()
  const current = {
    status: customer.status,
    since: since.toString(),
    reason: customer.status_reason,
    planned: false,
  }
  if (date > now) {
    const planned = await ctx.db.maybe(sql<{ verb: string; date: string; reason: string | null }>`
      select verb, date, reason
      from scheduled_changes
      where customer_id = ${customer.id} and status = 'planned' and date <= ${date}::date
      order by date desc, id desc
      limit 1`)
    const status = planned && becomes[planned.verb]
    return status ? { status, since: planned.date, reason: planned.reason, planned: true } : current
  }
  if (date >= current.since) return current
  const was = await ctx.db.maybe(sql<{ status: Customer['status']; date: string; reason: string | null }>`
    select to_status as status, date, reason
    from customer_status_changes
    where customer_id = ${customer.id} and date <= ${date}::date
    order by date desc, id desc
    limit 1`)
  return was
    ? { status: was.status, since: was.date, reason: was.reason, planned: false }
    : { status: 'new', since: date, reason: null, planned: false }
}

const becomes: Readonly<Record<string, Customer['status']>> = {
  activate: 'active',
  unblock: 'active',
  block: 'blocked',
  disable: 'disabled',
}
