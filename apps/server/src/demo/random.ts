/** Chance that falls the same way every time: the demo ISP is invented once, not anew at each start. */
export type Random = {
  /** 0 ≤ x < 1 */
  next(): number
  /** A whole number, both ends included. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(of: readonly T[]): T
  /** By weight: `weighted([['often', 9], ['rarely', 1]])`. */
  weighted<T>(of: readonly (readonly [T, number])[]): T
  /** Around 1, never negative, with a long tail: how much one household uses compared with another. */
  appetite(): number
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for inventing people. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  const pick = <T>(of: readonly T[]): T => {
    const chosen = of[Math.floor(next() * of.length)]
    if (chosen === undefined) throw new Error('There is nothing to pick from.')
    return chosen
  }
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick,
    weighted(of) {
      let left = next() * of.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [value, weight] of of) {
        left -= weight
        if (left < 0) return value
      }
      return of.at(-1)![0]
    },
    appetite() {
      // Box–Muller, then e^x: a few households use ten times what most do.
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      return Math.min(Math.exp(normal * 0.8) * 0.73, 8)
    },
  }
}
