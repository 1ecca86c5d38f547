/** What is known to name a person, and how a text is told without it. */
export type Mentions = {
  /** A text in which whatever names the person is replaced. */
  without(text: string): string
  /** The same throughout a JSON document; keys stay. */
  withoutIn(value: unknown): unknown
  /** Patterns for `ilike any`, of what names nobody else by chance. */
  patterns: readonly string[]
}

/**
 * `known` are names, addresses, telephones, as they are and as they were; `telling` those of them that are hardly anybody else's. Whole
 * words are replaced, the longest first, whatever their case. What is shorter than three characters, or a number shorter than five, says
 * too little.
 */
export function mentionsOf(known: Iterable<string>, telling: Iterable<string>, instead: string): Mentions {
  const values = [...new Set([...known].map((value) => value.trim()))]
    .filter((value) => value.length >= 3 && !/^[\d\s.,-]{1,4}$/.test(value) && value !== instead)
    .sort((a, b) => b.length - a.length)
    .slice(0, most)
  const pattern =
    values.length > 0
      ? new RegExp(`(?<![\\p{L}\\p{N}])(?:${values.map(RegExp.escape).join('|')})(?![\\p{L}\\p{N}])`, 'giu')
      : undefined
  const without = (text: string): string => (pattern ? text.replace(pattern, () => instead) : text)
  const withoutIn = (value: unknown): unknown => {
    if (typeof value === 'string') return without(value)
    if (Array.isArray(value)) return value.map(withoutIn)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutIn(inner)]))
  }
  const patterns = [...new Set([...telling].map((value) => value.trim()))]
    .filter((value) => value.length >= 5)
    .slice(0, most)
    .map((value) => `%${value.replace(/[\\%_]/g, '\\$&')}%`)
  return { without, withoutIn, patterns }
}

const most = 2000

/**
 * Who a document is for, when that is not to be known any more: the number and the country stay, since tax is reckoned by it, and the
 * accounts with sections of their own, which are others'.
 */
export function namelessParty(party: unknown, { withoutIn }: Mentions, instead: string): unknown {
  if (typeof party !== 'object' || party === null) return party
  const kept = Object.entries(party).filter(
    ([key, value]) => ['number', 'country'].includes(key) || (typeof value !== 'string' && value !== null),
  )
  return { ...Object.fromEntries(kept.map(([key, value]) => [key, withoutIn(value)])), name: instead }
}
