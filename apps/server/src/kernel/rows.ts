import { later, raw, sql, type Sql } from './sql.ts'

/**
 * Many rows as one parameter a column: `from ${rowsOf('line', lines, { id: 'uuid', net: 'bigint' })}`. Arrays are what PostgreSQL
 * unpacks quickest, and the statement's text stays the same whatever their length. `texts` are further columns of text, each asked for
 * when the statement is sent.
 */
export function rowsOf<T extends Record<string, unknown>>(
  alias: string,
  rows: readonly T[],
  columns: { readonly [K in keyof T]?: ColumnType },
  texts: Readonly<Record<string, () => readonly string[]>> = {},
): Sql {
  const names = Object.keys(columns)
  const arrays = names.map((name) => {
    const type = columns[name] ?? 'text'
    return sql`${printArray(rows, name, type === 'uuid' ? printId : type === 'date' ? printDate : print)}::${raw(type)}[]`
  })
  for (const [name, values] of Object.entries(texts)) {
    names.push(name)
    arrays.push(sql`${later(() => `{${values().map(quoted).join(',')}}`)}::text[]`)
  }
  const list = arrays.reduce((left, right) => sql`${left}, ${right}`)
  return sql`unnest(${list}) as ${raw(alias)}(${raw(names.join(', '))})`
}
type ColumnType = 'uuid' | 'text' | 'bigint' | 'integer' | 'date' | 'jsonb' | 'boolean' | 'daterange'

/** PostgreSQL's own array literal. */
function printArray(
  rows: readonly Record<string, unknown>[],
  name: string,
  print: (value: unknown) => string,
): string {
  let printed = '{'
  for (const row of rows) {
    if (printed.length > 1) printed += ','
    printed += print(row[name])
  }
  return printed + '}'
}

/** Nearly all that is printed are ids and dates, which need no looking through for what must be quoted: whatever is as long as one. */
const printId = (value: unknown) => (typeof value === 'string' && value.length === 36 ? value : print(value))
const printDate = (value: unknown) =>
  typeof value === 'string' && value.length === 10 ? value : print(value)

function print(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return value === null || value === undefined ? 'NULL' : quoted(JSON.stringify(value))
  }
}

const escaped = /["\\]/g
const quoted = (text: string): string =>
  text.includes('"') || text.includes('\\') ? `"${text.replace(escaped, '\\$&')}"` : `"${text}"`
