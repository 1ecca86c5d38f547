import { setFlagsFromString } from 'node:v8'

/**
 * Patterns that people type. V8 goes over to its linear engine where a match goes back and forth too long, so that no pattern and no
 * value can hold up the process; what that engine cannot do (looking around, referring back) is refused.
 */
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
setFlagsFromString('--regexp-backtracks-before-fallback=20000')

const longest = 200

/** The whole value must match. Undefined when the pattern cannot be used. */
export function patternOf(text: string): RegExp | undefined {
  const known = patterns.get(text)
  if (known) return known
  if (text.length > longest || /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</.test(text)) return undefined
  try {
    const pattern = new RegExp(`^(?:${text})$`)
    if (patterns.size > 2000) patterns.clear()
    patterns.set(text, pattern)
    return pattern
  } catch {
    return undefined
  }
}
const patterns = new Map<string, RegExp>()
