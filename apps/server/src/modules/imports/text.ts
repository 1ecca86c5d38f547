import iconv from 'iconv-lite'
import { Refused, invalidField } from '#kernel/refused.ts'

/**
 * A file's bytes as text. UTF-8 and UTF-16, with their mark or without, are recognised; anything else must be named, because a guess
 * spoils names silently; a name that cannot be right is refused for the same reason.
 */
export function decodeText(bytes: Buffer, named?: string): { text: string; encoding: string } {
  if (bytes.length === 0) throw new Refused(422, 'empty_file', 'The file is empty.')
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04')))
    throw new Refused(
      422,
      'not_csv',
      'This is a spreadsheet or an archive, not CSV. Export it as “CSV UTF-8” and send that.',
    )
  const encoding = unicodeNamed(bytes, named?.trim().toLowerCase()) ?? 'utf-8'
  const text = ['utf-8', 'utf8', 'utf-16le', 'utf-16be'].includes(encoding)
    ? strict(bytes, encoding)
    : singleByte(bytes, encoding)
  const nul = text.indexOf('\0')
  if (nul >= 0) throw badEncoding(lineOf(text, nul), 'holds NUL characters')
  return { text: text.startsWith('\u{feff}') ? text.slice(1) : text, encoding }
}

/** The delimiter that the header line holds most often outside quotes. */
export function delimiterOf(text: string): string {
  const header = firstLine(text)
  const counts = [',', ';', '\t', '|'].map(
    (delimiter) => [delimiter, header.split(delimiter).length] as const,
  )
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

function firstLine(text: string): string {
  let line = ''
  let quoted = false
  for (const character of text.slice(0, 100_000)) {
    if (character === '"') quoted = !quoted
    else if (!quoted && (character === '\n' || character === '\r')) {
      if (line.trim() !== '') break
    } else if (!quoted) line += character
  }
  return line
}

/** “utf-16” by itself leaves open which of its two kinds it is. */
const unicodeNamed = (bytes: Buffer, named: string | undefined): string | undefined =>
  named === undefined
    ? (markedEncoding(bytes) ?? unmarkedUtf16(bytes))
    : /^utf-?16$/.test(named)
      ? (markedEncoding(bytes) ?? unmarkedUtf16(bytes) ?? 'utf-16le')
      : named === 'utf-8-sig'
        ? 'utf-8'
        : named

function markedEncoding(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** A header in Latin letters has a NUL at every other place of UTF-16, and nowhere in any other encoding. */
function unmarkedUtf16(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 400)
  const zeros = [0, 0]
  for (const [place, byte] of start.entries()) if (byte === 0) zeros[place % 2]!++
  const [even, odd] = zeros as [number, number]
  const most = start.length / 4
  return odd > most && even === 0 ? 'utf-16le' : even > most && odd === 0 ? 'utf-16be' : undefined
}

function strict(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw badEncoding(
      encoding.startsWith('utf-16') ? undefined : firstBadLine(bytes),
      `is not ${encoding.toUpperCase()}`,
    )
  }
}

function singleByte(bytes: Buffer, encoding: string): string {
  if (
    !/^(windows-?125\d|cp125\d|iso-?8859-?\d{1,2}|latin[12]|koi8-[ru]|cp85[02]|cp866|macintosh)$/.test(
      encoding,
    ) ||
    !iconv.encodingExists(encoding)
  )
    throw invalidField(
      'encoding',
      'not_an_encoding',
      `“${encoding.slice(0, 40)}” is not an encoding such as windows-1250, windows-1252 or iso-8859-2.`,
    )
  if (isUtf8(bytes)) throw badEncoding(undefined, `is UTF-8, not ${encoding}`, 'Leave the encoding out.')
  const text = iconv.decode(bytes, encoding)
  const unknown = text.indexOf('\u{fffd}')
  if (unknown >= 0) throw badEncoding(lineOf(text, unknown), `is not ${encoding}`)
  return text
}

function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf(10, start)
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end))
    } catch {
      return line
    }
    if (end < 0) return line
    start = end + 1
  }
}

const lineOf = (text: string, place: number) => text.slice(0, place).split('\n').length

/** Some letters beyond ASCII that read as UTF-8 are UTF-8; one or two may do so by chance, such as the ÓŁ of windows-1250. */
function isUtf8(bytes: Buffer): boolean {
  if (!bytes.some((byte) => byte >= 0x80)) return false
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.startsWith('\u{feff}') || [...text].filter((letter) => letter > '\x7f').length > 2
  } catch {
    return false
  }
}

const badEncoding = (
  line: number | undefined,
  what: string,
  advice = 'Save the file as UTF-8, or say what it is: encoding=windows-1250, encoding=windows-1252.',
) =>
  new Refused(422, 'bad_encoding', `${line === undefined ? 'The file' : `Line ${line}`} ${what}. ${advice}`)
