import type { Db } from '#kernel/db.ts'
import { join, raw, sql, type Sql } from '#kernel/sql.ts'

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

/** The same with `at` in milliseconds since 1970. */
type Used = Omit<Usage, 'at'> & { at: number }

/** Adds usage by a statement of its own. */
export async function addUsage(db: Db, used: readonly Usage[]): Promise<void> {
  await db.all(
    sql`select usage_add(${usageColumns(used.map((use) => ({ ...use, at: Date.parse(use.at) })))})`,
  )
}

/**
 * The arguments of the database's `usage_add`, which adds to the counters of days and routers, for any tenants at once. It is called
 * in the statement that tells these bytes apart from old ones, so that both are stored or neither. Writers that work side by side
 * each give a number of their own, and do not wait for one another's rows.
 */
export function usageColumns(used: readonly Used[], writer = 0): Sql {
  const uuids = (id: (use: Used) => string | null) => sql`${used.map(id)}::uuid[]`
  const numbers = (number: (use: Used) => number, type: string) =>
    sql`${`{${used.map(number).join(',')}}`}::${raw(type)}`
  return join([
    uuids(({ tenant_id }) => tenant_id),
    uuids(({ router_id }) => router_id),
    uuids(({ service_id }) => service_id),
    uuids(({ customer_id }) => customer_id),
    uuids(({ partner_id }) => partner_id),
    numbers(({ at }) => at / 1000, 'float8[]'),
    numbers(({ input_bytes }) => input_bytes, 'bigint[]'),
    numbers(({ output_bytes }) => output_bytes, 'bigint[]'),
    sql`${writer}::smallint`,
  ])
}
