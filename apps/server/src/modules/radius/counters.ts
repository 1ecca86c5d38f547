import type { Counter } from './accounting-packet.ts'

/** A direction's counter as last heard, and whether the router ever sent a high half. */
export type Heard = { counter: number; gigawords: boolean; session_time_s: number | null }

/**
 * How many bytes a newly heard counter adds, and where the counter stands now. Never less than nothing: packets come late, twice and
 * out of order, and a lower number adds nothing.
 *
 * A router without Gigawords (RFC 2869 §5.1) counts to 2^32 and begins anew. That is told from a late packet by the session's time,
 * which goes on, and by the size of the step: more than half of the range back is a step forward across the end.
 */
export function advance(
  heard: Heard,
  told: Counter,
  session_time_s: number | undefined,
): { delta: number; counter: number } {
  const still = { delta: 0, counter: heard.counter }
  const forward = (counter: number) =>
    counter > heard.counter ? { delta: counter - heard.counter, counter } : still
  if (told.has_high || heard.gigawords) return forward(told.value)
  if (session_time_s !== undefined && heard.session_time_s !== null && session_time_s < heard.session_time_s)
    return still
  const low = heard.counter % range
  const high = heard.counter - low
  if (told.value >= low) return forward(high + told.value)
  return low - told.value > range / 2 ? forward(high + range + told.value) : still
}

const range = 0x1_0000_0000
