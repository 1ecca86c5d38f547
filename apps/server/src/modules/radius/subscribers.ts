import type { Db } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import type { ShapingTerms } from '#modules/catalog/index.ts'
import { texts, uuids } from './columns.ts'

/** What a decision about a subscriber needs, as it stands at this moment. */
export type Subscriber = {
  tenant_id: string
  service_id: string
  customer_id: string
  partner_id: string
  login: string
  /** Sealed; see passwords.ts. */
  password: Buffer
  service_status: string
  start_date: string
  router_id: string | null
  ipv4_address: string | null
  ipv6_prefix: string | null
  /** The devices that alone may use it; null: any. */
  macs: readonly string[] | null
  customer_status: string
  customer_status_reason: string | null
  customer_status_since: string
  speed_download_kbps: number
  speed_upload_kbps: number
  /** Null where the tariff has nothing but its speeds. */
  shaping: ShapingTerms | null
  /** In the ISP's time zone. */
  today: string
  /** Seconds since 1970; where the tenant lives on a test clock. */
  clock_at: number | null
}

/** Whom to find: by login, or by service where it is known. */
export type Wanted = { tenant_id: string; login: string; service_id?: string | undefined }

/** Finds many at once, in any tenants; answers in the order asked, undefined where there is nobody. */
export async function findSubscribers(
  db: Db,
  wanted: readonly Wanted[],
): Promise<(Subscriber | undefined)[]> {
  const found: (Subscriber | undefined)[] = Array.from({ length: wanted.length })
  if (wanted.length === 0) return found
  const rows = await db.all(sql<Subscriber & { n: number }>`
    select * from radius_subscribers(
      ${uuids(wanted, ({ tenant_id }) => tenant_id)},
      ${texts(wanted, ({ login }) => login)},
      ${uuids(wanted, ({ service_id }) => service_id ?? null)})`)
  for (const row of rows) found[row.n - 1] = row
  return found
}
