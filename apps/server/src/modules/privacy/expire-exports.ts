import { daily } from '#kernel/schedules.ts'
import { sql } from '#kernel/sql.ts'
import { change, lock } from '#kernel/store.ts'
import { forgetFiles } from '#modules/files/index.ts'
import { personalDataExports } from './exports.ts'

/** Every night: exports whose days are over. The row stays, the file goes. */
export const expireExports = daily('privacy.expire_exports', '00:25', async (ctx) => {
  const over = await ctx.db.all(
    sql<{
      id: string
    }>`select id from personal_data_exports where status = 'done' and expires_at <= ${ctx.now} limit 1000`,
  )
  for (const { id } of over)
    await change(
      ctx,
      personalDataExports,
      await lock(ctx, personalDataExports, id),
      { status: 'expired' },
      { action: 'expired' },
    )
  await forgetFiles(
    ctx,
    sql`select id from files where noun = 'personal_data_export' and row_id = any(${over.map(({ id }) => id)}::uuid[])`,
  )
})
