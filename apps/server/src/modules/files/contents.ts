import type { App } from '#kernel/app.ts'
import { act, systemPrincipal, type Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { job, type Work } from '#kernel/jobs.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import type { Staged } from './staging.ts'
import { storeOf } from './store-of.ts'
import type { Content } from './store.ts'

/**
 * A content is claimed in the database, then written to the store, then named by a file's row in `work`. Whatever is killed in between,
 * the claim says what to remove; and no row is ever committed whose content is not safely stored.
 */
export async function withStored<T>(
  app: App,
  tenant_id: string,
  staged: Staged,
  work: () => Promise<T>,
): Promise<T> {
  const content: Content = { tenant_id, ...staged }
  const upload_id = newId()
  const asProduct = systemPrincipal(app, tenant_id)
  await act(app, asProduct, {}, (ctx) => claim(ctx, upload_id, content))
  try {
    const store = await storeOf(app)
    if (!(await store.has(content))) await store.put(content, staged.path)
    return await work()
  } finally {
    await act(app, asProduct, {}, async (ctx) => {
      await ctx.db.run(sql`delete from file_uploads where id = ${upload_id}`)
      await dropUnused(ctx, [content.sha256])
    })
  }
}

/** Says that a content is on its way, if there is room for it. */
export async function claim(ctx: Ctx, upload_id: string, content: Content): Promise<void> {
  const { quota_bytes } = ctx.app.config.files
  // One claim at a time, so that the quota holds for uploads side by side too.
  await ctx.db.all(sql`select pg_advisory_xact_lock(hashtextextended(${`files ${ctx.tenant.id}`}, 0))`)
  await ctx.db.run(sql`
    insert into file_contents (tenant_id, sha256, size_bytes)
    values (${ctx.tenant.id}, ${content.sha256}, ${content.size_bytes})
    on conflict (tenant_id, sha256) do update set size_bytes = excluded.size_bytes`)
  const { stored } = await ctx.db.one(
    sql<{ stored: bigint }>`select sum(size_bytes)::bigint as stored from file_contents`,
  )
  if (stored > BigInt(quota_bytes))
    throw new Refused(
      409,
      'file_quota_reached',
      `With this file there would be more than ${Math.floor(quota_bytes / 1024 ** 3)} GB of files. Delete some and empty the bin, or have FILE_QUOTA_GB raised.`,
    )
  await ctx.db.run(
    sql`insert into file_uploads (tenant_id, id, sha256) values (${ctx.tenant.id}, ${upload_id}, ${content.sha256})`,
  )
}

/** Removes contents that nothing names any more, from the store first: what is interrupted is repeated. */
export async function dropUnused(ctx: Ctx, hashes: readonly string[]): Promise<void> {
  const dropped = await ctx.db.all(sql<{ sha256: string }>`
    delete from file_contents c
    where c.sha256 = any(${hashes}::text[])
      and not exists (select 1 from files f where f.sha256 = c.sha256)
      and not exists (select 1 from file_uploads u where u.sha256 = c.sha256)
    returning c.sha256`)
  const store = await storeOf(ctx.app)
  // Whoever uploads the same content meanwhile waits for this transaction, and then writes it anew.
  for (const { sha256 } of dropped) await store.remove({ tenant_id: ctx.tenant.id, sha256 })
}

/** For whoever deletes rows: contents go after the commit, since a transaction that is rolled back must not have lost one. */
export const dropContents = job('files.drop_contents', {}, (work: Work<{ hashes: string[] }>) =>
  work.act((ctx) => dropUnused(ctx, work.payload.hashes)),
)
