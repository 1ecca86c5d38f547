import { randomBytes } from 'node:crypto'

/** A physical name that means nothing: 130 random bits in base 32, so it is never reserved, too long or used before. */
export const opaqueName = (prefix: 'e' | 'f' | 'x'): string =>
  `${prefix}_${Array.from(randomBytes(26), (byte) => alphabet[byte & 31]).join('')}`
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** What several of them are called, in English; whoever wants another plural says so. */
export function pluralOf(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`
  return `${name}${/(s|x|z|ch|sh)$/.test(name) ? 'es' : 's'}`
}
