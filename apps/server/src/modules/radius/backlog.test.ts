import { expect, test, vi } from 'vitest'
import { Backlog } from './backlog.ts'

test('what waits is dealt with in order, many pages at once, when nothing more comes in', async () => {
  const dealt: { items: readonly number[]; ids: readonly string[] }[] = []
  const backlog = new Backlog<number>(
    async (items, ids) => void dealt.push({ items, ids }),
    () => {},
  )
  backlog.add('a', [1, 2])
  backlog.add('b', [3])
  expect(backlog.size).toBe(3)
  expect(dealt).toEqual([])
  await vi.waitFor(() => expect(backlog.size).toBe(0))
  expect(dealt).toEqual([{ items: [1, 2, 3], ids: ['a', 'b'] }])
})

test('what keeps coming in does not keep what came first waiting for ever', async () => {
  const dealt: number[] = []
  const backlog = new Backlog<number>(
    async (items) => void dealt.push(...items),
    () => {},
  )
  let n = 0
  const steady = setInterval(() => backlog.add(String(n), [n++]), 2)
  await vi.waitFor(() => expect(dealt.length).toBeGreaterThan(0), { timeout: 5000 })
  clearInterval(steady)
  await backlog.caughtUp()
  expect(dealt).toEqual(Array.from({ length: n }, (_, i) => i))
})

test('who asks to be told waits for what was there, also when it fails at first', async () => {
  let failures = 1
  const dealt: string[] = []
  const complaints: unknown[] = []
  const backlog = new Backlog<number>(
    async (_, ids) => {
      if (failures-- > 0) throw new Error('the database is away')
      dealt.push(...ids)
    },
    (error) => complaints.push(error),
  )
  backlog.add('a', [1])
  await backlog.caughtUp()
  expect(dealt).toEqual(['a'])
  expect(complaints).toHaveLength(1)
})

test('stopping does not wait for a database that is away', async () => {
  const backlog = new Backlog<number>(
    async () => {
      throw new Error('the database is away')
    },
    () => {},
  )
  backlog.add('a', [1])
  await backlog.stop()
  expect(backlog.size).toBe(1)
})
