import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * What somebody typed, as search_rows takes it: handles, of which the first that begins any word counts; words that each begin one;
 * and pieces that may stand in the middle of one, longest first.
 */
export type Asked = { handles: string[]; words: string[]; pieces: string[] }

const mostWords = 6

export function readQuery(q: string): Asked {
  const text = q.normalize('NFKC').trim()
  const words = text
    .split(separators)
    .filter(Boolean)
    .slice(0, mostWords)
    .sort((a, b) => b.length - a.length)
  if (words.length === 0) return { handles: [], words: [], pieces: [] }
  const address = readAddress(text)
  if (address) return { handles: [address], words: [], pieces: [address] }
  const written = words.length === 1 ? words : []
  const mac = isMac(text) ? [text.toLowerCase().replace(/[^0-9a-f]/g, '')] : []
  if (isTelephone(text))
    return {
      handles: unique([...written, ...mac, ...telephones(text)]),
      words: [],
      pieces: unique(text.match(/\d+/g) ?? []).sort((a, b) => b.length - a.length),
    }
  if (mac.length > 0) return { handles: [...mac, ...written], words: [], pieces: mac }
  return { handles: written, words: words.length > 1 ? words : [], pieces: words }
}

/** Between words; the same as in search_section. */
export const separators = /[\s,;()"']+/

/** An IPv4 address or its first parts, or a whole IPv6 address in any writing, as PostgreSQL prints it. */
function readAddress(text: string): string | undefined {
  if (/^\d{1,3}(\.\d{1,3}){1,3}\.?$/.test(text)) {
    const parts = text.split('.').filter(Boolean)
    return parts.every((part) => String(Number(part)) === part && Number(part) <= 255) ? text : undefined
  }
  return isIP(text) === 6 && !text.includes('%') ? ipaddr.IPv6.parse(text).toRFC5952String() : undefined
}

const isMac = (text: string): boolean =>
  /^[0-9a-f]{2}([:.-][0-9a-f]{2}){2,5}$/i.test(text) || /^[0-9a-f]{4}(\.[0-9a-f]{4}){1,2}$/i.test(text)

const isTelephone = (text: string): boolean =>
  /^[\d\s()+./-]+$/.test(text) && text.replace(/\D/g, '').length >= 3

/**
 * The digits as search_phone may have kept them: as they are, without leading zeros, without the country's code in case the number was
 * kept without it.
 */
function telephones(text: string): string[] {
  const written = text.replace('(0)', '').replace(/\D/g, '')
  const international = text.startsWith('+') || (written.startsWith('00') && written.length >= 9)
  const digits = international ? written.replace(/^00/, '') : written.replace(/^0+/, '')
  const code = countryCodeLength(digits)
  const national = digits.slice(code).replace(/^0+/, '')
  if (international)
    return national.length >= 4
      ? [digits.slice(0, code) + national, national]
      : [digits.slice(0, code) + national]
  return [written, ...(digits.length >= 4 ? [digits] : []), ...(digits.length >= 10 ? [national] : [])]
}

/** ITU-T E.164: 1 and 7, these of two digits, and all others of three. */
function countryCodeLength(digits: string): number {
  if (/^[17]/.test(digits)) return 1
  return /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/.test(digits) ? 2 : 3
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]
