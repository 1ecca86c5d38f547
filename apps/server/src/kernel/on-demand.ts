import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** A package that most processes never use, loaded when it is first asked for: what is loaded stays in memory for good. */
export function onDemand<T>(name: string): () => T {
  let loaded: T | undefined
  return () => (loaded ??= load(name) as T)
}
