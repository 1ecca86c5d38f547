import type { App } from './app.ts'
import { verbOf, type BulkRequest, type Target } from './bulk-rows.ts'
import { performMany } from './commands.ts'
import { act, StaleAccess, type Principal } from './ctx.ts'
import { refusalOf } from './problems.ts'
import type { Resource } from './resource.ts'
import { rowsOf } from './rows.ts'
import { sql } from './sql.ts'

/** Some rows of a large bulk, by their places in it. */
type Part = {
  noun: Resource
  request: BulkRequest
  part: readonly { index: number; target: Target }[]
  job_id: string
}

/**
 * Does a chunk of a bulk in one transaction, where its verb can do many rows at once; each row's result commits with it. False where
 * the verb cannot, or where the chunk as a whole was refused: then its rows are done one by one, so that each learns why.
 */
export async function chunkRecorded(
  app: App,
  principal: Principal,
  { noun, request, part, job_id }: Part,
): Promise<boolean> {
  if (request.dry_run || part.some(({ target }) => target.id === null || target.row)) return false
  try {
    return await act(app, principal, {}, async (ctx) => {
      const verb = verbOf(ctx, noun, request.operation)
      if (!verb?.callMany) return false
      const rows = part.map(({ index, target }) => ({ index, row_id: target.id! }))
      // The results are taken before the change, so that neither a crash nor a second worker repeats it.
      const taken = await ctx.db.all(sql<{ index: number; row_id: string }>`
        insert into bulk_job_rows (tenant_id, bulk_job_id, index, row_id, status)
        select ${ctx.tenant.id}::uuid, ${job_id}::uuid, r.index, r.row_id, 'ok'
        from ${rowsOf('r', rows, { index: 'integer', row_id: 'uuid' })}
        on conflict do nothing
        returning index, row_id`)
      if (taken.length === 0) return true
      const outcomes = await performMany(
        ctx,
        verb,
        taken.map(({ row_id }) => row_id),
        request.input ?? {},
      )
      const failed = taken.flatMap(({ index }, n) => {
        const refusal = outcomes[n]
        return refusal
          ? [{ index, error: JSON.stringify({ code: refusal.code, detail: refusal.message }) }]
          : []
      })
      if (failed.length > 0)
        await ctx.db.run(sql`
          update bulk_job_rows b set status = 'failed', error = f.error
          from ${rowsOf('f', failed, { index: 'integer', error: 'jsonb' })}
          where b.bulk_job_id = ${job_id} and b.index = f.index`)
      return true
    })
  } catch (error) {
    if (error instanceof StaleAccess || refusalOf(error)) return false
    throw error
  }
}
