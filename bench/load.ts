import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What is asked: paths in turn over keep-alive connections, one request at a time on each. */
export type Load = {
  port: number
  paths: readonly string[]
  headers: Record<string, string>
  requests: number
  connections: number
}

/** Took, from writing a request to having its whole answer, in ms, in order of arrival. */
export type Loaded = { requests: number; wall_ms: number; took_ms: Float64Array }

/** Runs in a thread of its own, so that the generator's work does not delay what it measures. */
export async function load(wanted: Load): Promise<Loaded> {
  const worker = new Worker(new URL('load-worker.ts', import.meta.url), { workerData: wanted })
  const [answer] = (await once(worker, 'message')) as [Loaded | { failed: string }]
  await worker.terminate()
  if ('failed' in answer) throw new Error(answer.failed)
  return answer
}

export function percentile(values: Float64Array, share: number): number {
  const sorted = values.slice().sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
