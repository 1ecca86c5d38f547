import type { Module } from '#kernel/app.ts'
import { daily } from '#kernel/schedules.ts'
import { sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'
import { usageDays } from './usage.ts'

/** Five-minute points are for the screen of the last days; days are kept. */
const points_kept_days = 35

export const usage: Module = {
  name: 'usage',
  nouns: [asResource(usageDays)],
  schedules: [
    daily('usage.forget_points', '03:40', async (ctx) => {
      await ctx.db.run(
        sql`delete from traffic_points where at < ${ctx.now.subtract({ hours: 24 * points_kept_days })}`,
      )
    }),
  ],
  routes,
  paths,
}
