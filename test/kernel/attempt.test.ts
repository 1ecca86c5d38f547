import { afterAll, beforeAll, expect, test } from 'vitest'
import { attempt } from '#kernel/attempt.ts'
import { inside } from '#kernel/insiders.ts'
import { Refused } from '#kernel/refused.ts'
import { insert } from '#kernel/store.ts'
import { asTenant, startTestIsp, type TestIsp } from '#kernel/testing/isp.ts'
import { labels } from '#modules/customers/index.ts'
import { modules } from '../../apps/server/src/modules.ts'
import { createApp, createLog, startProgram } from '../../apps/server/src/program.ts'
import { newTenant, type Client } from '../isp.ts'

/** A listener that answers each label with another, and refuses one of them. */
const echo = inside('test.echo', ['label.created'], async (ctx, event) => {
  const { name } = await ctx.db.one<{ name: string }>({
    text: ['select name from labels where id = ', '::uuid'],
    values: [event.row_id],
  })
  if (name === 'refused later') throw new Refused(409, 'no_echo', 'There is no echo here.')
  if (!name.startsWith('echo')) await insert(ctx, labels, { name: `echo of ${name}` })
})

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  const withEcho = [...modules, { name: 'echo', insiders: [echo] }]
  isp = await startTestIsp({ createApp, createLog, startProgram, modules: withEcho })
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

test('what is refused, by itself or by a reaction, is undone whole; the rest of the transaction stands', async () => {
  const outcomes = await asTenant(isp, admin.tenant_id, async (ctx) => {
    await insert(ctx, labels, { name: 'before' })
    const tried: string[] = []
    for (const name of ['first', 'refused later', 'refused at once', 'second']) {
      try {
        await attempt(ctx, async () => {
          await insert(ctx, labels, { name })
          if (name === 'refused at once') throw new Refused(409, 'no', 'No.')
        })
        tried.push('done')
      } catch (error) {
        tried.push(error instanceof Refused ? error.code : String(error))
      }
    }
    await insert(ctx, labels, { name: 'after' })
    return tried
  })
  expect(outcomes).toEqual(['done', 'no_echo', 'no', 'done'])
  const names = ['before', 'first', 'second', 'after'].flatMap((name) => [name, `echo of ${name}`]).toSorted()
  const { data } = await admin.get('/labels')
  expect(data.map((label: { name: string }) => label.name)).toEqual(names)
  // No audit row or event speaks of what was undone, and each reaction happened once.
  const { data: audited } = await admin.get('/audit_events?noun=label&limit=100')
  expect(audited).toHaveLength(names.length)
  const { data: events } = await admin.get('/events?limit=100')
  expect(events.filter((event: { type: string }) => event.type === 'label.created')).toHaveLength(
    names.length,
  )
})
