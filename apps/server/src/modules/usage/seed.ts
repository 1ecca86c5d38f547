import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { usageColumns, type Usage } from './add.ts'

/** Adds what was used in former times, as an import or the demo tells it; days and five-minute points as if it had been heard then. */
export async function addPastUsage(ctx: Ctx, used: readonly Usage[]): Promise<void> {
  if (used.length > 0) await ctx.db.all(sql`select usage_add(${usageColumns(used)})`)
}
