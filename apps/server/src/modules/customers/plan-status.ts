import { today, type Ctx } from '#kernel/ctx.ts'
import { causedBy, record } from '#kernel/effects.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { insert } from '#kernel/store.ts'
import type { Customer } from './customers.ts'
import { scheduledChanges } from './scheduled-changes.ts'
import { leadsTo, whyNot, type Status, type StatusVerb } from './status-rules.ts'

const most = 20
const farthest = { years: 5 }

/** Whether a verb speaks of a later day. A day that has passed is refused: what happened then is written already. */
export function isPlanned(ctx: Ctx, date: string | null | undefined): date is string {
  if (!date) return false
  const now = today(ctx)
  if (date < now.toString())
    throw invalidField(
      'date',
      'in_past',
      `A status cannot change on a day that has passed; today is ${now}. Leave the date out for today.`,
    )
  if (date > now.add(farthest).toString())
    throw invalidField(
      'date',
      'too_far_away',
      `A change can be planned at most ${farthest.years} years ahead.`,
    )
  return date > now.toString()
}

/** Notes what is to happen at the midnight that begins `date`; the customer stays as it is until then. */
export async function planStatus(
  ctx: Ctx,
  customer: Customer,
  verb: StatusVerb,
  date: string,
  reason: string | null,
): Promise<Customer> {
  const plans = await ctx.db.all(sql<{ verb: StatusVerb; date: string }>`
    select verb, date from scheduled_changes
    where customer_id = ${customer.id} and status = 'planned'
    order by date, id`)
  if (plans.length >= most)
    throw new Refused(
      409,
      'too_many_planned',
      `This customer has ${plans.length} planned changes already; cancel some of them first.`,
    )
  const expected = plans
    .filter((plan) => plan.date <= date)
    .reduce<Status>((status, plan) => leadsTo[plan.verb], customer.status)
  const problem = whyNot(verb, expected)
  if (problem)
    throw new Refused(
      409,
      `cannot_${verb}`,
      `On ${date} this customer will be ${expected} as planned. ${problem}`,
    )
  const scheduled_change_id = newId()
  record(ctx, {
    noun: 'customer',
    row_id: customer.id,
    action: 'change_planned',
    reason,
    changes: {},
    data: { verb, date, scheduled_change_id },
  })
  const decided = ctx.effects.events.at(-1)!
  await insert(
    ctx,
    scheduledChanges,
    {
      customer_id: customer.id,
      partner_id: customer.partner_id,
      verb,
      date,
      reason,
      status: 'planned',
      planned_by: new JsonValue(ctx.actor),
    },
    {
      action: 'planned',
      reason,
      data: { customer_id: customer.id, verb, date },
      columns: { id: scheduled_change_id, cause: new JsonValue(causedBy(decided, ctx.cause)) },
    },
  )
  return customer
}
