import { mustSeeBearer } from '#kernel/attached.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import type { Input } from '#kernel/resource.ts'
import { insert } from '#kernel/store.ts'
import { claim } from './contents.ts'
import { fileName, files, type File, type uploadFields } from './files.ts'
import { sniff } from './sniff.ts'
import type { Staged } from './staging.ts'

/** The row of a file whose content is stored already; a rehearsal only looks whether there would be room. */
export async function keepFile(ctx: Ctx, staged: Staged, told: Input<typeof uploadFields>): Promise<File> {
  await mustSeeBearer(ctx, told)
  if (ctx.rehearsal) await claim(ctx, newId(), { tenant_id: ctx.tenant.id, ...staged })
  const name = fileName(told.name)
  return insert(ctx, files, {
    ...told,
    name,
    content_type: sniff(staged.head, name),
    size_bytes: BigInt(staged.size_bytes),
    sha256: staged.sha256,
    author_id: ctx.actor.kind === 'user' ? ctx.actor.id : null,
    author_name: ctx.actor.name,
  })
}
