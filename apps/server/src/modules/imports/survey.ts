import { Refused } from '#kernel/refused.ts'
import { foldedName } from './names.ts'
import { readRow, type Reading, type ReadRow } from './row.ts'
import { cellsBetween, rowsOf } from './rows.ts'
import { bringsMore } from './further.ts'

/** Accounts lie at most twenty deep; so many parents may stand behind one another in the file. */
const deepest = 20

/** What can be said of a file before its first row is written, and where its rows are. Some tens of bytes a row. */
export type Survey = {
  total: number
  /** Indexes of rows in the order in which they are written: an account before those below it. */
  order: readonly number[]
  line: (index: number) => number
  /** The row that brings the customer to whom this one adds something. */
  firstOf: (index: number) => number | undefined
  /** The row that brings the parent of this one's customer. */
  parentOf: (index: number) => number | undefined
  /** How many services without a login and with the same tariff the same customer has in rows before. */
  alikeBefore: (index: number) => number
  /** Where a row contradicts others. */
  refused: (index: number) => readonly Refused[]
  read: (indexes: readonly number[]) => ReadRow[]
}

/** Reads the whole file once: what is no CSV at its end changes nothing at its beginning. */
export async function surveyOf(file: Reading): Promise<Survey> {
  const starts: number[] = []
  const ends: number[] = []
  const lines: number[] = []
  const refused = new Map<number, Refused[]>()
  const refuse = (index: number, refusal: Refused) =>
    void refused.set(index, [...(refused.get(index) ?? []), refusal])
  const firsts = new Map<string, number>()
  const firstOf = new Map<number, number>()
  const above = new Map<number, string>()
  const alike = new Map<string, number>()
  const alikeBefore = new Map<number, number>()
  const seen = ['login', 'ip', 'service_external_id'].map((field) => ({
    field,
    rows: new Map<string, number>(),
  }))
  for await (const { index, line, cells, start, end } of rowsOf(file.text, file.delimiter)) {
    starts.push(start)
    ends.push(end)
    lines.push(line)
    const row = readRow({ index, line, cells }, file)
    const text = (field: string) => {
      const value = row.values[field]
      return typeof value === 'string' ? value : undefined
    }
    const [external_id, parent] = [text('external_id'), text('parent')]
    const first = external_id === undefined ? undefined : firsts.get(external_id)
    if (first !== undefined) {
      if (bringsMore(row.values)) firstOf.set(index, first)
      else refuse(index, twice('external_id', external_id!, lines[first]!))
    } else if (external_id !== undefined) firsts.set(external_id, index)
    if (parent !== undefined && first === undefined) above.set(index, parent)
    for (const { field, rows } of seen) {
      const value = text(field)
      if (value === undefined) continue
      const other = rows.get(value)
      if (other === undefined) rows.set(value, index)
      else refuse(index, twice(field, value, lines[other]!))
    }
    const tariff = text('tariff')
    if (external_id !== undefined && tariff && !text('login') && !text('service_external_id')) {
      const key = `${external_id}\n${foldedName(tariff)}`
      const before = alike.get(key) ?? 0
      if (before > 0) alikeBefore.set(index, before)
      alike.set(key, before + 1)
    }
  }
  const parents = new Map<number, number>()
  for (const [index, parent] of above) {
    const row = firsts.get(parent)
    if (row !== undefined) parents.set(index, row)
  }
  const ranks = ranksOf(starts.length, parents, (index) => lines[index]!, refuse)
  const rank = (index: number) => ranks[firstOf.get(index) ?? index] ?? 0
  return {
    total: starts.length,
    order: Array.from(starts.keys()).sort((a, b) => rank(a) - rank(b) || a - b),
    line: (index) => lines[index]!,
    firstOf: (index) => firstOf.get(index),
    parentOf: (index) => parents.get(index),
    alikeBefore: (index) => alikeBefore.get(index) ?? 0,
    refused: (index) => refused.get(index) ?? [],
    read: (indexes) => readAt(file, indexes, starts, ends, lines),
  }
}

/** In which pass a row can be written: one that stands before its parent in the file waits for the pass after the parent's. */
function ranksOf(
  total: number,
  parents: ReadonlyMap<number, number>,
  line: (index: number) => number,
  refuse: (index: number, refusal: Refused) => void,
): Uint8Array {
  const unknown = 255
  const ranks = new Uint8Array(total).fill(unknown)
  for (const index of parents.keys()) {
    const path: number[] = []
    const onPath = new Set<number>()
    let at: number | undefined = index
    while (at !== undefined && ranks[at] === unknown && !onPath.has(at)) {
      path.push(at)
      onPath.add(at)
      at = parents.get(at)
    }
    if (at !== undefined && onPath.has(at))
      for (const member of path.slice(path.indexOf(at))) {
        ranks[member] = 0
        refuse(member, loop(path.slice(path.indexOf(at)).map(line)))
      }
    for (const row of path.reverse()) {
      if (ranks[row] !== unknown) continue
      const parent = parents.get(row)
      const behind = parent === undefined ? 0 : ranks[parent]! + (parent > row ? 1 : 0)
      ranks[row] = Math.min(behind, deepest)
    }
  }
  return ranks.map((rank) => (rank === unknown ? 0 : rank))
}

/** A parser that is begun anew costs as much as some rows that are read and not wanted. */
const widestGap = 16

/** Rows that lie close to one another are read in one go. */
function readAt(
  file: Reading,
  indexes: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  lines: readonly number[],
): ReadRow[] {
  const rows: ReadRow[] = []
  for (let n = 0; n < indexes.length;) {
    const first = indexes[n]!
    let end = n + 1
    while (
      end < indexes.length &&
      indexes[end]! > indexes[end - 1]! &&
      indexes[end]! - indexes[end - 1]! <= widestGap
    )
      end++
    const cells = cellsBetween(file.text, file.delimiter, starts[first]!, ends[indexes[end - 1]!]!)
    for (; n < end; n++) {
      const index = indexes[n]!
      rows.push(readRow({ index, line: lines[index]!, cells: cells[index - first]! }, file))
    }
  }
  return rows
}

const called: Record<string, string> = {
  external_id: 'external id',
  login: 'login',
  ip: 'IP address',
  service_external_id: 'id of a service',
}

const contradicts = (field: string, code: string, detail: string) =>
  new Refused(409, code, detail, { errors: [{ field, code, detail }] })

const twice = (field: string, value: string, line: number) =>
  contradicts(
    field,
    `repeated_${field}`,
    `Line ${line} has the same ${called[field]} “${value.slice(0, 60)}”.`,
  )

function loop(lines: readonly number[]): Refused {
  if (lines.length === 1)
    return contradicts('parent', 'own_parent', 'An account cannot be placed below itself.')
  const shown = [...lines.slice(0, 10), ...(lines.length > 10 ? ['…'] : [])]
  return contradicts(
    'parent',
    'parent_loop',
    `The accounts on the lines ${shown.join(', ')} lie below one another in a circle.`,
  )
}
