import { Refused } from '#kernel/refused.ts'
import type { Field } from '#kernel/resource.ts'
import { cellValue } from './cells.ts'
import type { Mapping } from './mapping.ts'
import type { FileRow } from './rows.ts'

/** A file and how it is read. */
export type Reading = {
  text: Buffer
  delimiter: string
  columns: readonly string[]
  mapping: Mapping
  targets: Record<string, Field>
}

/** A row's cells by field, before anything is judged. */
export type ReadRow = { index: number; line: number; values: Record<string, unknown>; wrong: Refused | null }

export function readRow(
  row: Pick<FileRow, 'index' | 'line' | 'cells'>,
  { columns, mapping, targets }: Pick<Reading, 'columns' | 'mapping' | 'targets'>,
): ReadRow {
  const surplus = row.cells.slice(columns.length).some((cell) => cell.trim() !== '')
  const wrong =
    row.cells.length < columns.length || surplus
      ? new Refused(
          422,
          'wrong_column_count',
          `Line ${row.line} has ${row.cells.length} cells, the header has ${columns.length}.`,
        )
      : null
  const values: Record<string, unknown> = {}
  for (const [field, column] of Object.entries(mapping))
    values[field] = cellValue(targets[field]!, row.cells[columns.indexOf(column)] ?? '')
  completeName(values)
  completePosition(values)
  return { index: row.index, line: row.line, values, wrong }
}

/** Other systems keep first and last names, or a company's, and no name for all of them. */
function completeName(values: Record<string, unknown>): void {
  const { name, first_name, last_name, legal_name, category } = values
  if (legal_name && !category) values.category = 'company'
  if (!name && (legal_name || last_name || first_name))
    values.name = legal_name ?? [first_name, last_name].filter(Boolean).join(' ')
}

/** A position in one cell, `50.0614,19.9366`, as its two. */
function completePosition(values: Record<string, unknown>): void {
  if (typeof values.gps !== 'string') return
  const [, latitude, longitude] =
    /^\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(values.gps) ?? []
  if (latitude === undefined) return
  values.latitude ??= latitude
  values.longitude ??= longitude
  values.gps = null
}
