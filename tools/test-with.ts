import { test } from 'vitest'
import type { Peer } from './peers.ts'
import { findPeer } from './peers.ts'

/**
 * `test` for a story that needs real programs of others: `testWith('radclient')('a subscriber logs in', …)`. Where
 * one is absent the test is skipped under a name that says so, and `npm test` counts it on its closing lines.
 */
export function testWith(
  ...peers: Peer[]
): (name: string, story: () => Promise<void> | void, timeout_ms?: number) => void {
  const absent = peers.filter((peer) => findPeer(peer) === undefined)
  return (name, story, timeout_ms) => {
    if (absent.length === 0) test(name, story, timeout_ms)
    else test.skip(`${name} ${leftOutMark(absent)}`, story)
  }
}

function leftOutMark(absent: Peer[]): string {
  return `(no ${absent.join(', ')})`
}
