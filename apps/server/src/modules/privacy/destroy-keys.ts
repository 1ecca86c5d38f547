import { today, type Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { change, lock } from '#kernel/store.ts'
import { daily } from '#kernel/schedules.ts'
import { erasures, type Erasure } from './erasures.ts'

const atOnce = 1000

/** Every night: keys whose last document need not be kept any more. */
export const destroyDueKeys = daily('privacy.destroy_keys', '00:20', async (ctx) => {
  const due = await ctx.db.all(sql<{ id: string }>`
    select id from erasures where originals = 'sealed' and keep_until < ${today(ctx)}::date order by keep_until limit ${atOnce}`)
  for (const { id } of due) await destroyKey(ctx, await lock(ctx, erasures, id))
})

/** With the key goes what was sealed under it. From now on nobody can read it. */
export async function destroyKey(ctx: Ctx, erasure: Erasure): Promise<void> {
  await ctx.db.run(sql`delete from erasure_keys where erasure_id = ${erasure.id}`)
  await ctx.db.run(sql`delete from erasure_originals where erasure_id = ${erasure.id}`)
  await change(
    ctx,
    erasures,
    erasure,
    { originals: 'destroyed', destroyed_at: ctx.now.toString() },
    { action: 'destroyed', data: { customer_id: erasure.customer_id } },
  )
}
