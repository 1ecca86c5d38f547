import { expect, test } from 'vitest'
import { Batcher } from './batcher.ts'

test('what arrives while a batch is dealt with becomes the next one, and each gets its own answer', async () => {
  const sizes: number[] = []
  const batcher = new Batcher<number, number>(
    async (requests) => {
      sizes.push(requests.length)
      await new Promise((resolve) => setTimeout(resolve, 10))
      return requests.map((request) => request * 2)
    },
    { batch_max: 5, in_flight_max: 1 },
  )
  const first = batcher.add(1)
  await new Promise((resolve) => setTimeout(resolve, 2))
  const others = Array.from({ length: 8 }, (_, n) => batcher.add(n + 2))
  expect(await Promise.all([first, ...others])).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18])
  expect(sizes).toEqual([1, 5, 3])
  await batcher.drained()
})

test('a batch that fails fails for those in it, and the next goes on', async () => {
  let fail = true
  const batcher = new Batcher<number, number>(
    async (requests) => {
      if (fail) throw new Error('the database is away')
      return requests
    },
    { batch_max: 5, in_flight_max: 1 },
  )
  await expect(Promise.all([batcher.add(1), batcher.add(2)])).rejects.toThrow('the database is away')
  fail = false
  expect(await batcher.add(3)).toBe(3)
})

test('a batch waits for company, until it has as much as the one before', async () => {
  const sizes: number[] = []
  const batcher = new Batcher<number, number>(
    async (requests) => {
      sizes.push(requests.length)
      return requests
    },
    { batch_max: 100, in_flight_max: 1, linger_ms: 30 },
  )
  const came_ms = performance.now()
  const late = new Promise((resolve) => setTimeout(resolve, 5)).then(() => batcher.add(3))
  await Promise.all([batcher.add(1), batcher.add(2), late])
  expect(performance.now() - came_ms).toBeGreaterThan(25)
  const again_ms = performance.now()
  await Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)])
  expect(performance.now() - again_ms).toBeLessThan(25)
  expect(sizes).toEqual([3, 3])
})

test('a batch leaves what another has in hand of the same key, and takes all else', async () => {
  const taken: string[][] = []
  const finish: (() => void)[] = []
  const batcher = new Batcher<string, string>(
    async (requests, lane) => {
      taken.push([...requests, String(lane)])
      await new Promise<void>((resolve) => finish.push(resolve))
      return requests
    },
    { batch_max: 100, in_flight_max: 2, key: (request) => request[0]! },
  )
  const turn = () => new Promise((resolve) => setTimeout(resolve, 2))
  const all = [batcher.add('a1'), batcher.add('b1')]
  await turn()
  all.push(batcher.add('a2'), batcher.add('c1'), batcher.add('d1'))
  await turn()
  expect(taken).toEqual([
    ['a1', 'b1', '1'],
    ['c1', 'd1', '0'],
  ])
  finish[0]!()
  await turn()
  expect(taken[2]).toEqual(['a2', '1'])
  finish[1]!()
  finish[2]!()
  expect(await Promise.all(all)).toEqual(['a1', 'b1', 'a2', 'c1', 'd1'])
  await batcher.drained()
})
