import type { Ctx } from './ctx.ts'
import type { ListQuery } from './filters.ts'
import type { Resource } from './resource.ts'
import { shapeOf, visibleCustomFields } from './shape.ts'
import { list } from './store.ts'

export type ExportFormat = 'csv' | 'ndjson'

const mostRows = 1_000_000

/** Exactly what the list shows, page by page, as text. The first page is read before this returns, so that refusals are still a 4xx. */
export async function exportLines(
  ctx: Ctx,
  noun: Resource,
  query: ListQuery,
  format: ExportFormat,
): Promise<AsyncIterable<string>> {
  const { format: _, cursor: __, limit: ___, count: ____, ...filters } = query
  const page = (cursor?: string) =>
    list(ctx, noun, { ...filters, limit: '500', ...(cursor ? { cursor } : {}) })
  const first = await page()
  const custom = Object.keys(visibleCustomFields(ctx, noun))
  const columns = query.fields
    ? query.fields.split(',')
    : [...shapeOf(ctx, noun).fields.keys(), ...(noun.custom ? custom.map((name) => `custom.${name}`) : [])]
  return (async function* () {
    if (format === 'csv') yield `\u{feff}${columns.map(csvCell).join(',')}\r\n`
    let rows = 0
    for (let current = first; ; current = await page(current.next_cursor!)) {
      let text = ''
      for (const row of current.data) {
        if (++rows > mostRows) return
        text +=
          format === 'ndjson'
            ? `${JSON.stringify(row)}\n`
            : `${columns.map((name) => csvCell(valueAt(row, name))).join(',')}\r\n`
      }
      yield text
      if (!current.next_cursor) return
    }
  })()
}

function valueAt(row: Record<string, unknown>, name: string): unknown {
  if (!name.startsWith('custom.')) return row[name]
  return (row.custom as Record<string, unknown> | undefined)?.[name.slice(7)]
}

/** RFC 4180; a cell that a spreadsheet would take for a formula is defused with a leading apostrophe. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const safe =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d\s().]+$/.test(text)
      ? `'${text}`
      : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
