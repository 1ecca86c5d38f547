import type { Db } from '#kernel/db.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'

/** Bytes a service used since last time, `at` as RFC 3339 text. Input is from the customer: upload. */
export type Usage = {
  tenant_id: string
  router_id: string
  /** Empty for traffic of nobody we know: it counts for its router alone. */
  service_id: string | null
  customer_id: string | null
  partner_id: string | null
  at: string
  input_bytes: number
  output_bytes: number
}

/** Adds usage by a statement of its own. Accounting calls the database's `usage_add` from within its own. */
export async function addUsage(db: Db, used: readonly Usage[]): Promise<void> {
  const columns = {
    tenant_id: 'uuid',
    router_id: 'uuid',
    service_id: 'uuid',
    customer_id: 'uuid',
    partner_id: 'uuid',
    at: 'text',
    input_bytes: 'bigint',
    output_bytes: 'bigint',
  } as const
  await db.all(sql`
    select usage_add(
      array_agg(tenant_id), array_agg(router_id), array_agg(service_id), array_agg(customer_id), array_agg(partner_id),
      array_agg(at::timestamptz), array_agg(input_bytes), array_agg(output_bytes), 0::smallint)
    from ${rowsOf('u', used, columns)}
    having count(*) > 0`)
}
