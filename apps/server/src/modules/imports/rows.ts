import { Readable } from 'node:stream'
import { onDemand } from '#kernel/on-demand.ts'
import { Refused } from '#kernel/refused.ts'

const csv = onDemand<typeof import('csv-parse')>('csv-parse')
const csvAtOnce = onDemand<typeof import('csv-parse/sync')>('csv-parse/sync')

/**
 * RFC 4180 with any delimiter. `index` counts rows from 0 without the header; `line` is where the row begins in the file, from 1;
 * `start` and `end` are its bytes.
 */
export type FileRow = { index: number; line: number; cells: string[]; start: number; end: number }

export const mostRows = 500_000
const mostColumns = 200
const options = (delimiter: string) => ({
  delimiter,
  skip_empty_lines: true,
  relax_column_count: true,
  max_record_size: 1_000_000,
  info: true as const,
})
type Parsed = { record: string[]; info: { lines: number; bytes: number } }

/** The header and the first rows, for mapping. Columns are told apart even where the file calls two alike. */
export function beginningOf(text: Buffer, delimiter: string): { columns: string[]; samples: string[][] } {
  try {
    // A cut in the middle of a row must not matter: more than enough text for 20 rows of the largest kind.
    const records = csvAtOnce().parse(text, { ...options(delimiter), to: 21 }) as unknown as Parsed[]
    const [header, ...samples] = records.map(({ record }) => record)
    if (!header) throw new Refused(422, 'empty_file', 'The file has no rows.')
    if (header.length > mostColumns)
      throw new Refused(
        422,
        'too_many_columns',
        `The file has ${header.length} columns; at most ${mostColumns} are read.`,
      )
    return { columns: named(header), samples }
  } catch (error) {
    throw unreadable(error)
  }
}

/** Every row after the header, in order, without holding more than a few of them; it lets others work in between. */
export async function* rowsOf(text: Buffer, delimiter: string): AsyncGenerator<FileRow> {
  const parser = Readable.from(pieces(text)).pipe(csv().parse(options(delimiter)))
  let index = -1
  let line = 1
  let start = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (index >= 0) yield { index, line, cells: record, start, end: info.bytes }
      line = info.lines + 1
      start = info.bytes
      if (++index > mostRows)
        throw new Refused(422, 'too_many_rows', `The file has more than ${mostRows} rows. Split it.`)
    }
  } catch (error) {
    throw unreadable(error)
  } finally {
    parser.destroy()
  }
}

/** The cells of the rows between two places that `rowsOf` told. */
export const cellsBetween = (text: Buffer, delimiter: string, start: number, end: number): string[][] =>
  (csvAtOnce().parse(text.subarray(start, end), options(delimiter)) as unknown as Parsed[]).map(
    ({ record }) => record,
  )

function* pieces(text: Buffer): Generator<Buffer> {
  for (let start = 0; start < text.length; start += 65_536) yield text.subarray(start, start + 65_536)
}

function named(header: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return header.map((cell, place) => {
    const name = cell.trim().slice(0, 200) || `column ${place + 1}`
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  })
}

function unreadable(error: unknown): unknown {
  // Not by its class, of which each half of the package has its own.
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!(error instanceof Error) || !/^(CSV|INVALID)_/.test(code)) return error
  const line = 'lines' in error && typeof error.lines === 'number' ? ` near line ${error.lines}` : ''
  const why =
    code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quotation mark is opened and never closed'
      : code === 'CSV_MAX_RECORD_SIZE'
        ? 'a row is longer than a million characters'
        : 'a quotation mark stands where none may be'
  return new Refused(422, 'not_csv', `The file cannot be read as CSV${line}: ${why}.`)
}
