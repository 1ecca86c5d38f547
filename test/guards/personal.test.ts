import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mayName, personalIn, rowsAbout } from '#kernel/personal.ts'
import { resource, type Resource } from '#kernel/resource.ts'
import { asResource } from '#kernel/store.ts'
import { testDatabase, type TestDatabase } from '#kernel/testing/database.ts'
import { writtenOnce } from '#modules/privacy/index.ts'
import { modules } from '../../apps/server/src/modules.ts'

/** Whoever declares a field on something of a customer's says whether it is about a person; otherwise an erasure would leave it. */
const nouns = modules.flatMap((module) => module.nouns ?? [])

function unjudged(all: readonly Resource[]): string[] {
  const about = rowsAbout(all, { noun: 'customer', ids: [] }).map(({ noun }) => noun)
  return about.flatMap((noun) =>
    Object.entries(noun.fields)
      .filter(([, field]) => mayName(field) && field.personal === undefined)
      .map(([name]) => `${noun.name}.${name}: say personal: true, 'kept' or false.`),
  )
}

describe('what belongs to a customer', () => {
  test('is found through every reference', () => {
    const found = rowsAbout(nouns, { noun: 'customer', ids: [] }).map(({ noun }) => noun.name)
    expect(found).toEqual(
      expect.arrayContaining([
        'contact',
        'address',
        'service',
        'service_change',
        'session',
        'invoice_line',
        'journal_entry',
        'note',
        'file',
      ]),
    )
    for (const stranger of ['tariff', 'router', 'partner', 'user', 'coupon', 'account'])
      expect(found).not.toContain(stranger)
  })
  test('says of every field that holds text whether it is about a person', () => {
    expect(unjudged(nouns)).toEqual([])
  })
  test('speaks up about a field that does not say', () => {
    const gossip = resource('gossip', {
      fields: {
        service_id: { kind: 'reference', to: 'service' },
        heard: { kind: 'text' },
        from: { kind: 'text', personal: false },
        times: { kind: 'integer' },
      },
    })
    const about = resource('rumour', {
      fields: { gossip_id: { kind: 'reference', to: 'gossip' }, tail: { kind: 'json' } },
    })
    expect(unjudged([...nouns, asResource(about), asResource(gossip)])).toEqual([
      "gossip.heard: say personal: true, 'kept' or false.",
      "rumour.tail: say personal: true, 'kept' or false.",
    ])
  })
})

describe('what the application may not change', () => {
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
  test('is known to the erasure, which asks the database to do it', async () => {
    const fixed: string[] = []
    for (const { noun } of rowsAbout(nouns, { noun: 'customer', ids: [] })) {
      if (!Object.values(noun.fields).some((field) => personalIn(field) === true)) continue
      const { rows } = await db.query<{ may: boolean }>('select has_table_privilege($1, $2, $3) as may', [
        database.connections.app.user,
        noun.table,
        'update',
      ])
      if (!rows[0]!.may) fixed.push(noun.name)
    }
    expect(fixed.sort()).toEqual([...writtenOnce].sort())
  })
})
