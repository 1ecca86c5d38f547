import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { daily } from '#kernel/schedules.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { dropContents } from './contents.ts'
import { binnedFiles, daysInBin } from './files.ts'
import { clearStaging } from './staging.ts'

/** Brings a deleted file back where it hung. */
export const restoreFile = command(
  binnedFiles,
  'restore',
  { answers: 'json', label: 'Restore file' },
  async (ctx, { id, deleted_at }) => {
    await ctx.db.run(
      sql`update files set deleted_at = null, version = version + 1, updated_at = ${ctx.now} where id = ${id}`,
    )
    record(ctx, { noun: 'file', row_id: id, action: 'restored', changes: { deleted_at: [deleted_at, null] } })
    return { id, restored: true }
  },
)

/** Ends a file for good. Its content goes with the last file that has it. */
export const destroyFile = command(
  binnedFiles,
  'destroy',
  { answers: 'json', label: 'Delete file for good', danger: true },
  async (ctx, binned) => {
    await destroyFiles(ctx, [binned])
    return { id: binned.id, destroyed: true }
  },
)

type Doomed = { id: string; name: string; sha256: string }

export async function destroyFiles(ctx: Ctx, doomed: readonly Doomed[]): Promise<void> {
  if (doomed.length === 0) return
  await ctx.db.run(sql`delete from files where id = any(${doomed.map(({ id }) => id)}::uuid[])`)
  for (const { id, name } of doomed)
    record(ctx, { noun: 'file', row_id: id, action: 'destroyed', changes: { name: [name, null] } })
  dropContents.later(ctx, { hashes: [...new Set(doomed.map(({ sha256 }) => sha256))] })
}

const atOnce = 5000

/** Every night: what lay in the bin long enough, and what crashed uploads have left. */
export const sweep = daily('files.sweep', '03:40', async (ctx) => {
  const until = ctx.now.subtract({ hours: 24 * daysInBin })
  await destroyFiles(
    ctx,
    await ctx.db.all(
      sql<Doomed>`select id, name, sha256 from files where deleted_at < ${until} order by id limit ${atOnce}`,
    ),
  )
  // wall clock: an upload takes minutes, whatever a test clock says.
  await ctx.db.run(sql`delete from file_uploads where started_at < now() - interval '1 day'`)
  const unused = await ctx.db.all(sql<{ sha256: string }>`
    select c.sha256
    from file_contents c
    where not exists (select 1 from files f where f.sha256 = c.sha256)
      and not exists (select 1 from file_uploads u where u.sha256 = c.sha256)
    limit ${atOnce}`)
  if (unused.length > 0) dropContents.later(ctx, { hashes: unused.map(({ sha256 }) => sha256) })
  // wall clock: the age of files on this machine's disk.
  await clearStaging(ctx.app, Date.now())
})

/** Ends files without a word of what they were called: their past is forgotten with them. `rows` is a query of their ids. */
export async function forgetFiles(ctx: Ctx, rows: Sql): Promise<void> {
  const gone = await ctx.db.all(
    sql<{ sha256: string }>`delete from files where id in (${rows}) returning sha256`,
  )
  if (gone.length > 0) dropContents.later(ctx, { hashes: [...new Set(gone.map(({ sha256 }) => sha256))] })
}
