import { act, rehearse, StaleAccess, type Actor, type Ctx, type Principal } from '#kernel/ctx.ts'
import { job, type Work } from '#kernel/jobs.ts'
import { refusalOf } from '#kernel/problems.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change, find } from '#kernel/store.ts'
import { writeChunk, type Outcome } from './chunk.ts'
import { imports, type Import } from './imports.ts'
import { targetsOf, type Mapping } from './mapping.ts'
import { readRow, type ReadRow } from './row.ts'
import { rowsOf } from './rows.ts'

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

async function begin(work: Work<{ import_id: string }>): Promise<{ row: Import; text: string } | undefined> {
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

async function bringIn(work: Work<{ import_id: string }>, row: Import, text: string): Promise<void> {
  // The whole file is read once before its first row is written: what is no CSV at the end changes nothing at the beginning.
  if (row.total === null) {
    let total = 0
    for await (const _ of rowsOf(text, row.delimiter)) total++
    await work.act((ctx) => ctx.db.run(sql`update imports set total = ${total} where id = ${row.id}`))
  }
  const [columns, mapping] = [row.columns as string[], row.mapping as Mapping]
  const targets = await asAuthor(work, row, (app, author) =>
    act(app, author, {}, async (ctx) => targetsOf(ctx)),
  )
  const { external_id, login } = mapping
  const earlier = [
    external_id && { field: 'external_id', lines: new Map<string, number>() },
    login && { field: 'login', lines: new Map<string, number>() },
  ].filter((one) => typeof one === 'object')
  const repeated = new Map<number, Refused>()
  let chunk: ReadRow[] = []
  const flush = async () => {
    if (chunk.length > 0) await writeRows(work, row, chunk, repeated)
    chunk = []
    repeated.clear()
  }
  for await (const one of rowsOf(text, row.delimiter)) {
    const read = readRow(one, columns, mapping, targets)
    for (const { field, lines } of earlier) {
      const value = read.values[field]
      if (typeof value !== 'string') continue
      const line = lines.get(value)
      if (line === undefined) lines.set(value, read.line)
      else
        repeated.set(
          read.index,
          new Refused(
            409,
            `repeated_${field}`,
            `Line ${line} has the same ${field === 'login' ? 'login' : 'external id'} “${value.slice(0, 60)}”.`,
          ),
        )
    }
    if (read.index < row.done) continue
    chunk.push(read)
    if (chunk.length === chunkRows) await flush()
  }
  await flush()
}

async function writeRows(
  work: Work<{ import_id: string }>,
  row: Import,
  chunk: readonly ReadRow[],
  repeated: ReadonlyMap<number, Refused>,
): Promise<void> {
  if (work.stopping.aborted) throw new Error('Stopping; the rest goes on after the restart.')
  const start = chunk[0]!.index
  await asAuthor(work, row, async (app, author) => {
    const rehearsed =
      row.mode === 'validate'
        ? (await rehearse(app, author, {}, (ctx) => writeChunk(ctx, chunk, repeated))).result
        : undefined
    await act(app, author, {}, async (ctx) => {
      // Two workers must not write the same chunk, should the first only have seemed dead.
      const { done } = await ctx.db.one(
        sql<{ done: number }>`select done from imports where id = ${row.id} for no key update`,
      )
      if (done !== start) throw new Error(`Another worker has brought this import to row ${done}.`)
      await keep(ctx, row.id, rehearsed ?? (await writeChunk(ctx, chunk, repeated)))
    })
  })
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

export async function fileOf(ctx: Ctx, import_id: string): Promise<string> {
  const { content } = await ctx.db.one(
    sql<{ content: Buffer }>`select content from import_files where import_id = ${import_id}`,
  )
  return content.toString('utf8')
}
