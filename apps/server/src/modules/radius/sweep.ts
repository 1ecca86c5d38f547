import type { App } from '#kernel/app.ts'
import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'

/**
 * Sessions whose router has fallen silent: stale after three missed interims (at least ten minutes), closed after a day with what was
 * last heard. By the wall clock for every tenant, since routers live in real time.
 */
export async function sweepSessions(
  app: App,
  now: Temporal.Instant,
): Promise<{ stale: number; closed: number }> {
  const { stale, closed } = await poolDb(app.pool).one(
    sql<{ stale: bigint; closed: bigint }>`select * from radius_sweep(${now})`,
  )
  return { stale: Number(stale), closed: Number(closed) }
}

const log_kept_days = 90

/** The access log's partitions of the coming months, and those it has outlived. */
export async function keepPartitions(app: App, now: Temporal.Instant): Promise<void> {
  await poolDb(app.pool).all(
    sql`select radius_keep_partitions(${now.subtract({ hours: 24 * log_kept_days })})`,
  )
}
