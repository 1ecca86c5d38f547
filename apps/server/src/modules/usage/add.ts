import type { Ctx } from '#kernel/ctx.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'

/** Bytes a service used since last time, `at` as RFC 3339 text. Input is from the customer: upload. */
export type Usage = {
  router_id: string
  service_id: string
  customer_id: string
  partner_id: string
  at: string
  input_bytes: number
  output_bytes: number
}

/**
 * Adds usage of former times, as an import or the demo tells it: to the days of services, and to the five-minute points of routers.
 * Accounting adds by the database's `usage_add`, within its own statement.
 */
export async function addUsage(ctx: Ctx, used: readonly Usage[]): Promise<void> {
  if (used.length === 0) return
  const rows = rowsOf('u', used, {
    router_id: 'uuid',
    service_id: 'uuid',
    customer_id: 'uuid',
    partner_id: 'uuid',
    at: 'text',
    input_bytes: 'bigint',
    output_bytes: 'bigint',
  })
  await ctx.db.run(sql`
    insert into usage_days (tenant_id, service_id, customer_id, partner_id, day, input_bytes, output_bytes, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, service_id, customer_id, partner_id, (at::timestamptz at time zone ${ctx.tenant.time_zone})::date,
      sum(input_bytes), sum(output_bytes), max(at::timestamptz), max(at::timestamptz)
    from ${rows}
    group by 1, 2, 3, 4, 5
    on conflict (tenant_id, service_id, day) do update
    set input_bytes = usage_days.input_bytes + excluded.input_bytes,
      output_bytes = usage_days.output_bytes + excluded.output_bytes,
      updated_at = excluded.updated_at,
      version = usage_days.version + 1`)
  await ctx.db.run(sql`
    insert into traffic_points (tenant_id, router_id, at, input_bytes, output_bytes)
    select ${ctx.tenant.id}::uuid, router_id, date_bin('5 minutes', at::timestamptz, '2020-01-01'), sum(input_bytes), sum(output_bytes)
    from ${rows}
    group by 1, 2, 3
    on conflict (tenant_id, at, router_id, writer) do update
    set input_bytes = traffic_points.input_bytes + excluded.input_bytes,
      output_bytes = traffic_points.output_bytes + excluded.output_bytes`)
}
