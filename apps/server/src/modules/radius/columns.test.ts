import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '#kernel/ids.ts'
import { compile, type Sql } from '#kernel/sql.ts'
import { testDatabase, type TestDatabase } from '#kernel/testing/database.ts'
import { md5Text } from '@isp/radius'
import { addresses, bigints, booleans, instants, integers, keys, texts, uuids } from './columns.ts'
import { keyOfUuid } from './session-key.ts'

/** PostgreSQL reads back what was written for it. */
let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await testDatabase()
  client = new pg.Client(database.admin)
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

const asText = async (column: Sql): Promise<(string | null)[]> => {
  const { text, values } = compile(column)
  const { rows } = await client.query<{ value: (string | null)[] }>(
    `select (${text})::text[] as value`,
    values,
  )
  return rows[0]!.value
}

const orNull = <T>(value: fc.Arbitrary<T>) => fc.array(fc.option(value, { freq: 5 }), { maxLength: 40 })
const same = <T>(cell: T): T => cell

test.each([
  [
    'texts',
    texts,
    fc.string({ unit: 'grapheme', maxLength: 90 }).filter((text) => !text.includes('\0')),
    same,
  ],
  ['identifiers', uuids, fc.constant(0).map(newId), same],
  ['bigints', bigints, fc.maxSafeInteger(), String],
  ['integers', integers, fc.integer(), String],
  ['IPv4 addresses', addresses, fc.ipV4(), (ip: string) => `${ip}/32`],
] as const)('%s, and nothing where there is none', async (_, column, values, printed) => {
  await fc.assert(
    fc.asyncProperty(orNull(values as fc.Arbitrary<never>), async (cells) => {
      expect(await asText(column(cells, same))).toEqual(
        cells.map((cell) => (cell === null ? null : printed(cell))),
      )
    }),
    { numRuns: 60 },
  )
})

test('instants to the millisecond, before 2000 too', async () => {
  const at = (text: string) => Date.parse(text)
  const { text, values } = compile(
    instants([at('1999-12-31T23:59:59.999Z'), at('2026-11-23T14:00:00.123Z'), null], same),
  )
  const { rows } = await client.query(
    `select array_agg(extract(epoch from t) * 1000)::float8[] as ms from unnest(${text}) t`,
    values,
  )
  expect(rows[0].ms).toEqual([946_684_799_999, at('2026-11-23T14:00:00.123Z'), null])
})

test('IPv6 addresses, yes and no, and keys of sessions', async () => {
  expect(await asText(addresses(['2001:db8::1', '::ffff:192.0.2.1', null], same))).toEqual([
    '2001:db8::1/128',
    '::ffff:192.0.2.1/128',
    null,
  ])
  expect(await asText(booleans([true, false], same))).toEqual(['true', 'false'])
  const [uuid] = await asText(keys([md5Text('router|jane|81')], same))
  expect(uuid!.replaceAll('-', '')).toBe(
    (await asText(texts(['router|jane|81'], same)).then(([text]) => client.query('select md5($1)', [text])))
      .rows[0].md5,
  )
  expect(keyOfUuid(uuid!)).toBe(md5Text('router|jane|81'))
})

test('columns larger than the memory they are written in', async () => {
  const long = Array.from({ length: 300 }, (_, n) => String(n).repeat(300))
  expect(await asText(texts(long, same))).toEqual(long)
})
