import { Refused } from './refused.ts'

export type RateLimit = { limit: number; remaining: number; reset_s: number }

/** A token bucket a caller: `per_minute` at a steady pace, a sixth of it at once. In this process only; each of several adds its own. */
export function createRateLimiter(per_minute: number, burst = Math.max(1, Math.ceil(per_minute / 6))) {
  const buckets = new Map<string, { tokens: number; at_ms: number }>()
  const per_ms = per_minute / 60_000
  return {
    /** Takes a token, or refuses with 429 and when to come back. */
    take(caller: string, now_ms = performance.now()): RateLimit {
      if (buckets.size > 50_000) buckets.clear()
      const bucket = buckets.get(caller) ?? { tokens: burst, at_ms: now_ms }
      bucket.tokens = Math.min(burst, bucket.tokens + (now_ms - bucket.at_ms) * per_ms)
      bucket.at_ms = now_ms
      buckets.set(caller, bucket)
      const reset_s = Math.ceil((burst - bucket.tokens) / per_ms / 1000)
      if (bucket.tokens < 1) {
        const wait_s = Math.max(1, Math.ceil((1 - bucket.tokens) / per_ms / 1000))
        throw new Refused(429, 'too_many_requests', `Too many requests. Try again in ${wait_s} s.`, {
          headers: {
            'retry-after': String(wait_s),
            'ratelimit-limit': String(burst),
            'ratelimit-remaining': '0',
            'ratelimit-reset': String(wait_s),
          },
        })
      }
      bucket.tokens -= 1
      return { limit: burst, remaining: Math.floor(bucket.tokens), reset_s }
    },
  }
}
