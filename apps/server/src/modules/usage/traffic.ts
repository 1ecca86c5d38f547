import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'

export type TrafficPoint = { at: string; download_bps: number; upload_bps: number }

/** The ISP's traffic in steps of five minutes since an instant, oldest first; a step nothing was heard in is left out. */
export async function trafficSince(ctx: Ctx, since: Temporal.Instant): Promise<TrafficPoint[]> {
  const rows = await ctx.db.all(sql<{ at: string; download_bps: bigint; upload_bps: bigint }>`
    select at, (sum(output_bytes) * 8 / 300)::bigint as download_bps, (sum(input_bytes) * 8 / 300)::bigint as upload_bps
    from traffic_points
    where at >= ${since}
    group by at
    order by at
    limit 10000`)
  return rows.map(({ at, download_bps, upload_bps }) => ({
    at,
    download_bps: Number(download_bps),
    upload_bps: Number(upload_bps),
  }))
}
