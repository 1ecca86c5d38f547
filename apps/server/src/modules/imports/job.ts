import { act, rehearse, StaleAccess, type Actor, type Ctx, type Principal } from '#kernel/ctx.ts'
import { job, type Work } from '#kernel/jobs.ts'
import { refusalOf } from '#kernel/problems.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change, find } from '#kernel/store.ts'
import { writeChunk, type Outcome } from './chunk.ts'
import { whereItDiffers } from './further.ts'
import { imports, type Import } from './imports.ts'
import type { Mapping } from './mapping.ts'
import type { Place } from './ready.ts'
import type { ReadRow } from './row.ts'
import { surveyOf, type Survey } from './survey.ts'
import { targetsOf } from './targets.ts'

const chunkRows = 500
const attempts = 10

/**
 * Reads the file and writes its rows in chunks. A chunk's rows, their results and the import's progress commit together, so whatever is
 * killed goes on after the last chunk: nothing missing, nothing twice.
 */
export const runImport = job(
  'imports.run',
  { max_attempts: attempts },
  async (work: Work<{ import_id: string }>) => {
    const begun = await begin(work)
    if (!begun) return
    try {
      await bringIn(work, begun.row, begun.text)
      await finish(work, { status: 'done', problem: null })
    } catch (error) {
      const refusal = refusalOf(error)
      if (error instanceof Refused || (refusal && work.attempt >= attempts))
        return finish(work, {
          status: 'failed',
          problem: (refusal ?? (error as Error)).message.slice(0, 500),
        })
      if (work.attempt >= attempts)
        await finish(work, { status: 'failed', problem: 'This is a defect of ours. The log has it.' })
      throw error
    }
  },
)

async function begin(work: Work<{ import_id: string }>): Promise<{ row: Import; text: Buffer } | undefined> {
  return work.act(async (ctx) => {
    const row = await find(ctx, imports, work.payload.import_id)
    if (!row) throw new Error('The import is gone.')
    if (row.status === 'done' || row.status === 'failed') return undefined
    const started =
      row.status === 'running'
        ? row
        : await change(
            ctx,
            imports,
            row,
            { status: 'running', started_at: ctx.now.toString() },
            { action: 'started' },
          )
    return { row: started, text: await fileOf(ctx, row.id) }
  })
}

async function bringIn(work: Work<{ import_id: string }>, row: Import, text: Buffer): Promise<void> {
  const targets = await asAuthor(work, row, (app, author) =>
    act(app, author, {}, async (ctx) => targetsOf(ctx)),
  )
  const { delimiter } = row
  const [columns, mapping] = [row.columns as string[], row.mapping as Mapping]
  const survey = await surveyOf({ text, delimiter, columns, mapping, targets })
  if (row.total === null)
    await work.act((ctx) => ctx.db.run(sql`update imports set total = ${survey.total} where id = ${row.id}`))
  for (let done = row.done; done < survey.total; done += chunkRows) {
    if (work.stopping.aborted) throw new Error('Stopping; the rest goes on after the restart.')
    await bringChunk(work, row, survey, done)
    if (row.mode === 'run' && timesToLook.has(done + chunkRows)) await work.act(lookAgain)
  }
}

/** Into empty tables rows come quicker than the database learns of them. */
const timesToLook = new Set([500, 2000, 8000, 32_000, 128_000])
const lookAgain = (ctx: Ctx) => ctx.db.run(sql`select look_again_at_grown_tables()`)

async function bringChunk(
  work: Work<{ import_id: string }>,
  row: Import,
  survey: Survey,
  start: number,
): Promise<void> {
  const indexes = survey.order.slice(start, start + chunkRows)
  const rows = survey.read(indexes)
  const firsts = new Map(
    survey
      .read([...new Set(indexes.flatMap((index) => survey.firstOf(index) ?? []))])
      .map((first) => [first.index, first]),
  )
  const place = (of: ReadRow): Place => {
    const first = firsts.get(survey.firstOf(of.index) ?? -1)
    const parent = survey.parentOf(of.index)
    return {
      refused: survey.refused(of.index),
      first: first && { line: first.line, differs: whereItDiffers(first.values, of.values, first.line) },
      parent_line: parent === undefined ? undefined : survey.line(parent),
      alike_before: survey.alikeBefore(of.index),
    }
  }
  const chunk = { rows, place }
  await asAuthor(work, row, async (app, author) => {
    const rehearsed =
      row.mode === 'validate'
        ? (
            await rehearse(app, author, {}, async (ctx) => {
              const standing = survey.read(await rehearsedBefore(ctx, row.id, survey, indexes))
              return writeChunk(ctx, { ...chunk, standing })
            })
          ).result
        : undefined
    await act(app, author, {}, async (ctx) => {
      // Two workers must not write the same chunk, should the first only have seemed dead.
      const { done } = await ctx.db.one(
        sql<{ done: number }>`select done from imports where id = ${row.id} for no key update`,
      )
      if (done !== start) throw new Error(`Another worker has brought this import to row ${done}.`)
      await keep(ctx, row.id, rehearsed ?? (await writeChunk(ctx, { ...chunk, standing: [] })))
    })
  })
}

/** Rows of earlier chunks on which these stand and which were created in rehearsal only, those above in front. */
async function rehearsedBefore(
  ctx: Ctx,
  import_id: string,
  survey: Survey,
  indexes: readonly number[],
): Promise<number[]> {
  const here = new Set(indexes)
  const standing = new Set<number>()
  for (const index of indexes) {
    const own = survey.firstOf(index) ?? index
    for (
      let at = own === index ? survey.parentOf(own) : own;
      at !== undefined && !standing.has(at);
      at = survey.parentOf(at)
    )
      standing.add(at)
  }
  for (const index of here) standing.delete(index)
  if (standing.size === 0) return []
  const created = await ctx.db.all(sql<{ index: number }>`
    select index from import_rows
    where import_id = ${import_id} and index = any(${[...standing]}::integer[]) and action = 'created'`)
  const were = new Set(created.map(({ index }) => index))
  const rank = (index: number): number => {
    const parent = survey.parentOf(index)
    return parent === undefined ? 0 : rank(parent) + 1
  }
  return [...standing].filter((index) => were.has(index)).sort((a, b) => rank(a) - rank(b) || a - b)
}

async function keep(ctx: Ctx, import_id: string, outcomes: readonly Outcome[]): Promise<void> {
  const n = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status).length
  await ctx.db.run(sql`
    insert into import_rows (tenant_id, import_id, index, status, action, error, row_id)
    select ${ctx.tenant.id}, ${import_id}, r.index, r.status, r.action, r.error, r.row_id
    from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb)
      as r(index integer, status text, action text, error jsonb, row_id uuid)`)
  await ctx.db.run(sql`
    update imports
    set done = done + ${outcomes.length}, ok = ok + ${n('ok')}, failed = failed + ${n('failed')}, skipped = skipped + ${n('skipped')}, updated_at = ${ctx.now}
    where id = ${import_id}`)
}

const finish = (
  work: Work<{ import_id: string }>,
  outcome: { status: 'done' | 'failed'; problem: string | null },
) =>
  work.act(async (ctx) => {
    const row = await find(ctx, imports, work.payload.import_id)
    if (row)
      await change(
        ctx,
        imports,
        row,
        { ...outcome, finished_at: ctx.now.toString() },
        { action: 'finished', data: { ok: row.ok, failed: row.failed, skipped: row.skipped } },
      )
  })

/** With the permissions its author has now; asked again where they have just changed. */
async function asAuthor<T>(
  work: Work<{ import_id: string }>,
  row: Import,
  run: (app: Work<never>['app'], author: Principal) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const author = await work.app.principalOf(work.tenant_id, row.actor as Actor)
    try {
      return await run(work.app, author)
    } catch (error) {
      if (!(error instanceof StaleAccess) || attempt === 5) throw error
    }
  }
}

/** The file as UTF-8, whatever it came in. */
export async function fileOf(ctx: Ctx, import_id: string): Promise<Buffer> {
  const { content } = await ctx.db.one(
    sql<{ content: Buffer }>`select content from import_files where import_id = ${import_id}`,
  )
  return content
}
