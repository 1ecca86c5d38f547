import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rowsOf } from '#kernel/rows.ts'
import { compile, sql } from '#kernel/sql.ts'
import { testDatabase, type TestDatabase } from '#kernel/testing/database.ts'

let database: TestDatabase
let db: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  db = new pg.Client(database.admin)
  await db.connect()
})
afterAll(async () => {
  await db?.end()
  await database?.drop()
})

test('whatever text and amounts rows hold, PostgreSQL reads them as they are', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'a"\\{},\n \'Łé9', 'NULL', '🜁') })
  const row = fc.record({
    name: fc.option(text),
    amount: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    place: fc.nat(),
    day: fc.option(fc.constantFrom('2026-02-28', '2028-02-29')),
    colour: fc.option(text),
    given: fc.boolean(),
    data: fc.record({ text }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(row), async (rows) => {
      let late: string[] = []
      const query = sql`select r.*, r.day::text as day from ${rowsOf(
        'r',
        rows,
        {
          name: 'text',
          amount: 'bigint',
          place: 'integer',
          given: 'boolean',
          data: 'jsonb',
          day: 'repeated date',
          colour: 'repeated text',
        },
        { called: () => late },
      )}`
      // Known only after the statement was put together.
      late = rows.map(({ name, place }) => `${name ?? ''} ${place}`)
      const answer = await db.query(compile(query))
      expect(
        answer.rows.map(({ amount, ...rest }) => ({ ...rest, amount: amount && BigInt(amount) })),
      ).toEqual(rows.map((one, n) => ({ ...one, called: late[n] })))
    }),
    { numRuns: 60 },
  )
})
