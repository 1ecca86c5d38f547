import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'
import { routers } from '#modules/network/index.ts'
import type { Customer } from '#modules/customers/index.ts'
import { decideAccess, type AccessDecision, type Service } from '#modules/services/index.ts'
import { reason, within, type Reason } from './reason.ts'
import { customerOn, type OnDay } from './standing.ts'

export type Access = AccessDecision & { reasons: string[]; because: Reason[] }

/** Whether a service may be used on a day, decided as RADIUS decides, and everything that went into it. */
export async function explainAccess(
  ctx: Ctx,
  service: Service,
  customer: Customer,
  day: OnDay,
): Promise<Access> {
  const stands = await customerOn(ctx, customer, day.date)
  const router = service.router_id ? await find(ctx, routers, service.router_id) : undefined
  const decision = decideAccess({
    service_status: day.standing.status,
    customer_status: stands.status,
    customer_status_reason: stands.reason,
    customer_status_since: stands.since,
    today: day.date,
    start_date: day.standing.status === 'pending' ? service.start_date : day.date,
    block_mode: router?.block_mode ?? 'reject',
  })
  const moved = stands.planned ? undefined : await lastMove(ctx, customer.id)
  const why = stands.reason ? `: ${within(stands.reason)}` : ''
  const because: Reason[] = [
    reason(ctx, 'service', `The service is ${day.standing.status}.`, {
      links: [{ noun: 'service', id: service.id }],
    }),
    reason(
      ctx,
      'customer',
      stands.planned
        ? `The customer is to be ${stands.status} from ${stands.since} on${why}.`
        : `The customer is ${stands.status} since ${stands.since}${why}.`,
      { links: [{ noun: 'customer', id: customer.id }] },
    ),
    ...(moved && moved.to === stands.status
      ? [reason(ctx, 'actor', `${moved.actor_name} made it so (${moved.action}).`)]
      : []),
    ...(router && stands.status === 'blocked'
      ? [
          reason(
            ctx,
            'router',
            `The router ${router.title} meets blocked subscribers with ${router.block_mode === 'walled' ? 'the walled garden' : 'a reject'}.`,
            { links: [{ noun: 'router', id: router.id }] },
          ),
        ]
      : []),
  ]
  return { ...decision, reasons: because.map(({ sentence }) => sentence), because }
}

/** The customer's last change of status in the audit trail. */
const lastMove = (ctx: Ctx, row_id: string) =>
  ctx.db.maybe(sql<{ action: string; actor_name: string; to: string | null }>`
    select action, actor_name, changes -> 'status' ->> 1 as "to"
    from audit_events
    where row_id = ${row_id} and (changes ? 'status')
    order by id desc
    limit 1`)
