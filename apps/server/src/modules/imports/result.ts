import type { Ctx } from '#kernel/ctx.ts'
import { csvCell } from '#kernel/export.ts'
import { sql } from '#kernel/sql.ts'
import type { Outcome } from './chunk.ts'
import { fileOf } from './job.ts'
import type { Import } from './imports.ts'
import { rowsOf } from './rows.ts'

type Kept = Pick<Outcome, 'index' | 'status' | 'action' | 'error'>
const pageRows = 5000

/**
 * The file as it came, each row with what became of it and why. Only the failed ones where asked: corrected, they can be imported again.
 * `csvCell` defuses what a spreadsheet would take for a formula.
 */
export async function resultLines(
  ctx: Ctx,
  row: Import,
  onlyFailed: boolean,
): Promise<AsyncIterable<string>> {
  const text = await fileOf(ctx, row.id)
  const columns = row.columns as string[]
  const width = columns.length
  return (async function* () {
    yield `\u{feff}${[...columns, 'status', 'error'].map(csvCell).join(',')}\r\n`
    let page: Kept[] = []
    let lines = ''
    for await (const { index, cells } of rowsOf(text, row.delimiter)) {
      if (index % pageRows === 0) page = await keptRows(ctx, row.id, index)
      const kept = page[index % pageRows]
      if (onlyFailed && kept?.status !== 'failed') continue
      const status = kept ? (kept.action ?? kept.status) : 'waiting'
      const shown = [
        ...cells.slice(0, width),
        ...Array.from({ length: Math.max(0, width - cells.length) }, () => ''),
      ]
      lines += `${[...shown, status, kept?.error?.detail ?? ''].map(csvCell).join(',')}\r\n`
      if (lines.length > 65_536) {
        yield lines
        lines = ''
      }
    }
    yield lines
  })()
}

const keptRows = (ctx: Ctx, import_id: string, from: number): Promise<Kept[]> =>
  ctx.db.all(sql<Kept>`
    select index, status, action, error
    from import_rows
    where import_id = ${import_id} and index >= ${from} and index < ${from + pageRows}
    order by index`)
