import { sql, type Sql } from '#kernel/sql.ts'

type Cell = string | number | boolean | null

/**
 * A column of many rows as an array literal for `unnest`. Written here because the driver's own way escapes every element; uuids,
 * numbers and most words need none.
 */
export function columnOf<Row>(rows: readonly Row[], type: Sql, cell: (row: Row) => Cell): Sql {
  let text = '{'
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) text += ','
    const value = cell(rows[i]!)
    if (value === null) text += 'NULL'
    else if (typeof value === 'string' && !plain.test(value)) text += `"${value.replace(/[\\"]/g, '\\$&')}"`
    else text += value
  }
  return sql`${text + '}'}::${type}`
}

/** Words that an array literal takes as they are; `null` would be read as nothing. */
const plain = /^(?!null$)[\w.:/-]+$/i
