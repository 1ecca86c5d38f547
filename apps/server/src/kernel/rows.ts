import { raw, sql, type Sql } from './sql.ts'

/**
 * Many rows as one parameter a column: `from ${rowsOf('line', lines, { id: 'uuid', net: 'bigint' })}`. Arrays are what PostgreSQL
 * unpacks quickest, and the statement's text stays the same whatever their length.
 */
export function rowsOf<T extends Record<string, unknown>>(
  alias: string,
  rows: readonly T[],
  columns: { readonly [K in keyof T]?: ColumnType },
): Sql {
  const names = Object.keys(columns)
  const arrays = names.map((name) => sql`${printArray(rows, name)}::${raw(columns[name] ?? 'text')}[]`)
  const list = arrays.reduce((left, right) => sql`${left}, ${right}`)
  return sql`unnest(${list}) as ${raw(alias)}(${raw(names.join(', '))})`
}
type ColumnType = 'uuid' | 'text' | 'bigint' | 'integer' | 'date' | 'jsonb' | 'boolean' | 'daterange'

/** PostgreSQL's own array literal; only what could be mistaken for its punctuation is quoted. */
function printArray(rows: readonly Record<string, unknown>[], name: string): string {
  let text = '{'
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]![name]
    if (i > 0) text += ','
    if (value === null || value === undefined) text += 'NULL'
    else if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
      text += String(value)
    else text += quoted(typeof value === 'string' ? value : JSON.stringify(value))
  }
  return text + '}'
}

const quoted = (text: string): string =>
  /^[0-9a-f-]+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
