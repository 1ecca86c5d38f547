import { parseIpv4, parseIpv6 } from '@isp/radius'
import { raw, sql, type Sql } from '#kernel/sql.ts'

/**
 * Columns of many rows as arrays for `unnest`, in PostgreSQL's binary form: `integer dimensions, integer has nulls, integer element
 * type, integer length, integer lower bound`, then each element's length in bytes (-1 for null) and its bytes. Beside array literals,
 * which PostgreSQL reads character by character, this saves a quarter of what it costs to take a batch in (5 of 20 µs a session).
 */
export const uuids = <Row>(rows: readonly Row[], cell: (row: Row) => string | null): Sql =>
  column(rows, types.uuid, cell, writeUuid)

/** From sixteen characters of one byte each; see session-key.ts. */
export const keys = <Row>(rows: readonly Row[], cell: (row: Row) => string | null): Sql =>
  column(rows, types.uuid, cell, writeKey)

export const texts = <Row>(rows: readonly Row[], cell: (row: Row) => string | null): Sql =>
  column(rows, types.text, cell, writeText)

export const booleans = <Row>(rows: readonly Row[], cell: (row: Row) => boolean): Sql =>
  column(rows, types.boolean, cell, writeBoolean)

export const integers = <Row>(rows: readonly Row[], cell: (row: Row) => number | null): Sql =>
  column(rows, types.integer, cell, writeInteger)

/** Whole numbers up to 2^53. */
export const bigints = <Row>(rows: readonly Row[], cell: (row: Row) => number | null): Sql =>
  column(rows, types.bigint, cell, writeBigint)

/** From milliseconds since 1970. */
export const instants = <Row>(rows: readonly Row[], cell: (row: Row) => number | null): Sql =>
  column(rows, types.instant, cell, writeInstant)

/** From addresses as text, without a prefix length. */
export const addresses = <Row>(rows: readonly Row[], cell: (row: Row) => string | null): Sql =>
  column(rows, types.inet, cell, writeAddress)

type Type = { oid: number; cast: Sql }
const type = (name: string, oid: number): Type => ({ oid, cast: raw(`::${name}[]`) })
/** Their numbers in pg_type are fixed. */
const types = {
  boolean: type('boolean', 16),
  bigint: type('bigint', 20),
  integer: type('integer', 23),
  text: type('text', 25),
  inet: type('inet', 869),
  instant: type('timestamptz', 1184),
  uuid: type('uuid', 2950),
}

/** One for the process: a column is written and copied out within one synchronous call. */
let memory = Buffer.allocUnsafe(64 * 1024)

const header_bytes = 20

/** `write` puts a value at an offset and answers how many bytes it took; there is room for what `write` may need at most. */
function column<Row, Value>(
  rows: readonly Row[],
  { oid, cast }: Type,
  cell: (row: Row) => Value | null,
  write: (value: Value, at: number) => number,
): Sql {
  let at = header_bytes
  let has_null = 0
  for (let i = 0; i < rows.length; i++) {
    const value = cell(rows[i]!)
    if (at + 64 > memory.length || typeof value === 'string') reserve(at, value)
    const length = value === null ? -1 : write(value, at + 4)
    if (value === null) has_null = 1
    memory.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  memory.writeInt32BE(rows.length === 0 ? 0 : 1, 0)
  memory.writeInt32BE(has_null, 4)
  memory.writeInt32BE(oid, 8)
  memory.writeInt32BE(rows.length, 12)
  memory.writeInt32BE(1, 16)
  const bytes = Buffer.from(memory.subarray(0, rows.length === 0 ? 12 : at))
  return sql`${bytes}${cast}`
}

function reserve(at: number, value: unknown): void {
  const needed = at + 64 + (typeof value === 'string' ? value.length * 3 : 0)
  if (needed <= memory.length) return
  const larger = Buffer.allocUnsafe(needed * 2)
  memory.copy(larger, 0, 0, at)
  memory = larger
}

function writeUuid(id: string, at: number): number {
  let byte = 0
  for (let i = 0; i < 36; i += 2) {
    if (id.charCodeAt(i) === hyphen) i++
    memory[at + byte++] = (nibble(id.charCodeAt(i)) << 4) | nibble(id.charCodeAt(i + 1))
  }
  return 16
}

function writeKey(key: string, at: number): number {
  for (let i = 0; i < 16; i++) memory[at + i] = key.charCodeAt(i)
  return 16
}

const hyphen = 0x2d
/** Of a lower-case hexadecimal digit. */
const nibble = (code: number): number => (code < 0x3a ? code - 0x30 : code - 0x57)

/** Most texts are short and ASCII, which a loop writes faster than a call into C++. */
function writeText(text: string, at: number): number {
  const { length } = text
  if (length > 40) return memory.write(text, at)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return memory.write(text, at)
    memory[at + i] = code
  }
  return length
}

function writeBoolean(value: boolean, at: number): number {
  memory[at] = value ? 1 : 0
  return 1
}

function writeInteger(value: number, at: number): number {
  memory.writeInt32BE(value, at)
  return 4
}

function writeBigint(value: number, at: number): number {
  memory.writeInt32BE(Math.floor(value / 0x1_0000_0000), at)
  memory.writeUInt32BE(((value % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000, at + 4)
  return 8
}

/** Microseconds since 2000. */
const writeInstant = (value: number, at: number): number =>
  writeBigint(Math.round(value * 1000) - 946_684_800_000_000, at)

/** Address family (2 or 3), prefix length, "is it a cidr", length, bytes. */
function writeAddress(text: string, at: number): number {
  const bytes = parseIpv4(text) ?? parseIpv6(text)
  if (!bytes) throw new Error(`${text} is no IP address.`)
  memory[at] = bytes.length === 4 ? 2 : 3
  memory[at + 1] = bytes.length * 8
  memory[at + 2] = 0
  memory[at + 3] = bytes.length
  memory.set(bytes, at + 4)
  return 4 + bytes.length
}
