import type { Ctx } from '#kernel/ctx.ts'
import { csvCell } from '#kernel/export.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { fileOf } from './job.ts'
import { rowsOf } from './rows.ts'

/** What names somebody, and a text without it. */
type Names = { patterns: readonly string[]; without(text: string): string }

/**
 * Empties, in files that were imported, the lines that became one of these rows (a query of ids) or that name the person; their results
 * keep the code of a mistake only. The other lines stay as they came, so that a file can still be told from another.
 */
export async function forgetInImports(ctx: Ctx, rows: Sql, names: Names): Promise<void> {
  const touched = await ctx.db.all(sql<{ id: string; delimiter: string; columns: string[] }>`
    select i.id, i.delimiter, i.columns
    from imports i
    where exists (select from import_rows r where r.import_id = i.id and r.row_id in (${rows}))
      or exists (
        select from import_files f
        where f.import_id = i.id and convert_from(f.content, 'UTF8') ilike any (${names.patterns}::text[]))`)
  for (const file of touched) {
    const imported = await ctx.db.all(
      sql<{
        index: number
      }>`select index from import_rows where import_id = ${file.id} and row_id in (${rows})`,
    )
    const lines = new Set(imported.map(({ index }) => index))
    const kept = [file.columns.map(csvCell).join(file.delimiter)]
    const emptied: number[] = []
    for await (const { index, cells } of rowsOf(await fileOf(ctx, file.id), file.delimiter)) {
      const theirs = lines.has(index) || cells.some((cell) => names.without(cell) !== cell)
      if (theirs) emptied.push(index)
      kept.push((theirs ? cells.map(() => 'erased') : cells).map(quoted(file.delimiter)).join(file.delimiter))
    }
    await ctx.db.run(sql`
      update import_files set content = convert_to(${`${kept.join('\r\n')}\r\n`}, 'UTF8') where import_id = ${file.id}`)
    await ctx.db.run(sql`
      update import_rows set error = jsonb_build_object('code', error -> 'code', 'detail', 'erased')
      where import_id = ${file.id} and index = any(${emptied}::integer[]) and error is not null`)
  }
}

/** As it came: what a spreadsheet makes of a cell does not matter to who imports it again. */
const quoted = (delimiter: string) => (cell: string) =>
  /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell
