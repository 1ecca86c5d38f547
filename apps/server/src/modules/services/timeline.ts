import { today, type Ctx } from '#kernel/ctx.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change } from '#kernel/store.ts'
import { releaseAddresses } from '#modules/network/index.ts'
import { services, type Service } from './services.ts'

/** How a service stands over a stretch of days; what the billing run prices. */
export type Terms = { status: Service['status']; tariff_id: string; price: bigint; quantity: number }

/** The terms in force on a day; undefined before the first. `price` is for one unit and month, in minor units. */
export const termsOn = (ctx: Ctx, service_id: string, date: string): Promise<Terms | undefined> =>
  ctx.db.maybe(sql<Terms>`
    select status, tariff_id, price, quantity from service_periods where service_id = ${service_id} and during @> ${date}::date`)

/**
 * From `date` on the service stands so; what was planned after it falls away. Today or earlier the row follows at once, otherwise on
 * its day. Records `service.{action}` (or `service.change_planned`) with `from`, on which billing reprices.
 */
export async function standFrom(
  ctx: Ctx,
  service: Service,
  date: Temporal.PlainDate,
  terms: Terms,
  told: { action: string; reason?: string | null; ipv4_address?: string | null },
): Promise<Service> {
  const from = date.toString()
  if (from < service.start_date)
    throw new Refused(
      422,
      'before_start',
      `This service starts on ${service.start_date}; nothing about it can change before.`,
    )
  await ctx.db.run(
    sql`delete from service_periods where service_id = ${service.id} and lower(during) >= ${from}::date`,
  )
  await ctx.db.run(sql`
    update service_periods
    set during = daterange(lower(during), ${from}::date)
    where service_id = ${service.id} and during @> ${from}::date`)
  await ctx.db.run(sql`
    insert into service_periods (tenant_id, service_id, during, status, tariff_id, price, quantity, created_at)
    values (${ctx.tenant.id}, ${service.id}, daterange(${from}::date, null), ${terms.status}, ${terms.tariff_id}, ${terms.price}, ${terms.quantity}, ${ctx.now})`)
  const data = { from, customer_id: service.customer_id }
  if (Temporal.PlainDate.compare(date, today(ctx)) > 0) {
    return change(ctx, services, service, terms.status === 'terminated' ? { end_date: from } : {}, {
      action: 'change_planned',
      reason: told.reason,
      data: { ...data, to: terms.status, tariff_id: terms.tariff_id },
    })
  }
  return follow(ctx, service, terms, date, { ...told, data })
}

/** Makes the row say what its timeline says of today. */
async function follow(
  ctx: Ctx,
  service: Service,
  terms: Terms,
  date: Temporal.PlainDate,
  told: {
    action: string
    reason?: string | null
    ipv4_address?: string | null
    data: Record<string, unknown>
  },
): Promise<Service> {
  const ended = terms.status === 'terminated'
  if (ended) await releaseAddresses(ctx, service.id)
  return change(
    ctx,
    services,
    service,
    {
      status: terms.status,
      tariff_id: terms.tariff_id,
      quantity: terms.quantity,
      end_date: ended ? date.toString() : null,
      ...(ended
        ? { ipv4_address: null }
        : told.ipv4_address !== undefined
          ? { ipv4_address: told.ipv4_address }
          : {}),
    },
    told,
  )
}

const actionOf: Record<Service['status'], string> = {
  pending: 'planned',
  active: 'activated',
  stopped: 'stopped',
  disabled: 'disabled',
  terminated: 'terminated',
}

/** Every midnight: services whose planned change has come. */
export async function followTimelines(ctx: Ctx): Promise<void> {
  const date = today(ctx)
  const due = await ctx.db.all(sql<{ service_id: string } & Terms>`
    select p.service_id, p.status, p.tariff_id, p.price, p.quantity
    from service_periods p
    join services s on s.tenant_id = p.tenant_id and s.id = p.service_id
    where lower(p.during) <= ${date} and (upper(p.during) is null or upper(p.during) > ${date})
      and (s.status <> p.status or s.tariff_id <> p.tariff_id or s.quantity <> p.quantity)
      and s.status <> 'terminated'
    limit 10000`)
  for (const { service_id, ...terms } of due) {
    const service = await ctx.db.one(
      sql<Service>`select * from services where id = ${service_id} for no key update`,
    )
    const action = service.status === terms.status ? 'tariff_changed' : actionOf[terms.status]
    await follow(ctx, service, terms, date, {
      action,
      reason: 'as planned',
      data: { from: date.toString(), customer_id: service.customer_id },
    })
  }
}
