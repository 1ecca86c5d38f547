import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'
import { change, lock } from '#kernel/store.ts'
import { activateCustomer, customers } from '#modules/customers/index.ts'
import { releaseAddresses, releasePrefix } from '#modules/network/index.ts'
import { timelineNow } from './history.ts'
import { services, type Service, type ServiceStatus } from './services.ts'
import { periodOn, type Timeline } from './timeline.ts'

/** What a verb says beside the change itself. */
export type Told = {
  reason?: string | null
  ipv4_address?: string | null
  /** What the verb itself knows, for whoever reacts. */
  data?: Record<string, unknown>
}

/** Makes the row say what its timeline says of today, and records it under the name of what became of the service. */
export async function follow(
  ctx: Ctx,
  service: Service,
  timeline: Timeline,
  told: Told & { action: string; data: Record<string, unknown> },
): Promise<Service> {
  const row = rowOf(service, timeline, today(ctx).toString())
  const ended = row.status === 'terminated' && service.status !== 'terminated'
  if (ended) {
    await releaseAddresses(ctx, service.id)
    if (service.ipv6_prefix) await releasePrefix(ctx, service.id)
  }
  const address = ended
    ? { ipv4_address: null, ipv6_prefix: null }
    : told.ipv4_address === undefined
      ? {}
      : { ipv4_address: told.ipv4_address }
  const followed = await change(
    ctx,
    services,
    service,
    { ...row, ...address },
    {
      action: actionOf(service, row, told.action),
      reason: told.reason ?? null,
      data: { ...told.data, customer_id: service.customer_id },
    },
  )
  if (row.status === 'active' && service.status === 'pending') await welcome(ctx, service.customer_id)
  return followed
}

/** Planned changes of a locked service whose day has come. */
export async function followPlan(ctx: Ctx, service: Service): Promise<Service> {
  const due = await ctx.db.all(sql<{ date: string }>`
    update service_changes
    set status = 'in_force', version = version + 1, updated_at = ${ctx.now}
    where service_id = ${service.id} and status = 'planned' and date <= ${today(ctx)}::date
    returning date`)
  if (due.length === 0) return service
  return follow(ctx, service, await timelineNow(ctx, service.id), {
    action: 'terms_changed',
    reason: 'as planned',
    data: { from: due.map(({ date }) => date).sort()[0], until: null },
  })
}

function rowOf(service: Service, { terms, periods }: Timeline, date: string) {
  const current = periodOn(periods, date)
  const { tariff_id, price, price_is_custom, quantity, period_months } = current ?? periods[0] ?? terms
  const start = periods[0]?.from
  const status: ServiceStatus = current?.status ?? 'pending'
  return {
    status,
    tariff_id,
    price: price_is_custom ? price : null,
    quantity,
    period_months,
    start_date: start !== undefined && start < service.start_date ? start : service.start_date,
    end_date: periods.find((period) => period.status === 'terminated')?.from ?? null,
  }
}

function actionOf(was: Service, now: Pick<Service, 'status' | 'tariff_id'>, otherwise: string): string {
  if (now.status === was.status) return now.tariff_id === was.tariff_id ? otherwise : 'tariff_changed'
  switch (now.status) {
    case 'active':
      return was.status === 'stopped' ? 'resumed' : 'activated'
    case 'pending':
      return otherwise
    default:
      return now.status
  }
}

/** A customer's first service makes it a customer. */
async function welcome(ctx: Ctx, customer_id: string): Promise<void> {
  const customer = await lock(asSystem(ctx), customers, customer_id)
  if (customer.status === 'new')
    await activateCustomer(asSystem(ctx), customer, { reason: 'first service activated' })
}
