import { getHeapSpaceStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { giveBackMemoryOfStart } from './start-memory.ts'

test('after a start that allocated much, and kept it, the space for young objects is small again', () => {
  const kept = Array.from({ length: 500_000 }, (_, at) => ({ at }))
  const grown_bytes = youngSpace_bytes()
  giveBackMemoryOfStart()
  expect(youngSpace_bytes()).toBeLessThan(grown_bytes / 2)
  expect(kept.at(-1)).toEqual({ at: 499_999 })
})

function youngSpace_bytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')!.space_size
}
