import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'

/**
 * Writes of `custom` in many rows, by a job or before one that copies all rows of the field: their triggers, which copy and index row by
 * row, are spared.
 */
export async function copiedLater<T>(ctx: Ctx, write: () => Promise<T>): Promise<T> {
  await ctx.db.all(sql`select set_config('isp.copied_later', 'on', true)`)
  const written = await write()
  await ctx.db.all(sql`select set_config('isp.copied_later', 'off', true)`)
  return written
}
