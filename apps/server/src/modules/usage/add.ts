import type { Db } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'

/** Bytes a service used since last time, `at` an instant. Input is from the customer: upload. */
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

/** Adds to the counters of days and routers, for any tenants at once; within the transaction that tells the bytes apart from old ones. */
export async function addUsage(db: Db, used: readonly Usage[]): Promise<void> {
  await db.all(sql`select usage_add(${JSON.stringify(used)}::json)`)
}
