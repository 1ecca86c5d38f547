import { join, later, raw, sql, type Sql } from './sql.ts'

/**
 * Many rows as one parameter a column: `from ${rowsOf('line', lines, { id: 'uuid', net: 'bigint' })}`. Arrays are what PostgreSQL
 * unpacks quickest, and the statement's text stays the same whatever their length. Of a `repeated` column each value is sent and read
 * once, and the rows say its place. `texts` are further columns of text, each asked for when the statement is sent.
 */
export function rowsOf<T extends Record<string, unknown>>(
  alias: string,
  rows: readonly T[],
  columns: { readonly [K in keyof T]?: ColumnType | `repeated ${ColumnType}` },
  texts: Readonly<Record<string, () => readonly string[]>> = {},
): Sql {
  const names = Object.keys(columns)
  const shown: Sql[] = []
  let repeats = false
  const arrays = names.map((name) => {
    const column = columns[name] ?? 'text'
    const type = column.replace('repeated ', '')
    const printed = type === 'uuid' ? printId : type === 'date' ? printDate : print
    if (column === type) {
      shown.push(raw(`${alias}.${name}`))
      return sql`${printArray(rows, (row) => printed(row[name]))}::${raw(type)}[]`
    }
    repeats = true
    const { values, places } = placesOf(rows, name)
    shown.push(
      sql`(${printArray(values, printed)}::${raw(type)}[])[${raw(`${alias}.${name}`)}] as ${raw(name)}`,
    )
    return sql`${places}::integer[]`
  })
  for (const [name, values] of Object.entries(texts)) {
    names.push(name)
    shown.push(raw(`${alias}.${name}`))
    arrays.push(sql`${later(() => printArray(values(), quoted))}::text[]`)
  }
  const unpacked = sql`unnest(${join(arrays)}) as ${raw(alias)}(${raw(names.join(', '))})`
  return repeats ? sql`(select ${join(shown)} from ${unpacked}) as ${raw(alias)}` : unpacked
}
type ColumnType = 'uuid' | 'text' | 'bigint' | 'integer' | 'date' | 'jsonb' | 'boolean' | 'daterange'

/** PostgreSQL's own array literal. */
function printArray<T>(values: readonly T[], print: (value: T) => string): string {
  let printed = '{'
  for (const value of values) {
    if (printed.length > 1) printed += ','
    printed += print(value)
  }
  return printed + '}'
}

/** The different values of a column, none of them null, and as an array literal which of them each row has, counted from one. */
function placesOf(
  rows: readonly Record<string, unknown>[],
  name: string,
): { values: unknown[]; places: string } {
  const known = new Map<unknown, number>()
  const places = printArray(rows, (row) => {
    const value = row[name]
    if (value === null || value === undefined) return 'NULL'
    let place = known.get(value)
    if (place === undefined) known.set(value, (place = known.size + 1))
    return String(place)
  })
  return { values: [...known.keys()], places }
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
