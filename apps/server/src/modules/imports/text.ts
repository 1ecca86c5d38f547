import iconv from 'iconv-lite'
import { Refused, invalidField } from '#kernel/refused.ts'

/** A file's bytes as text. UTF-8 and UTF-16 are recognised; anything else must be named, because a guess spoils names silently. */
export function decodeText(bytes: Buffer, named?: string): { text: string; encoding: string } {
  if (bytes.length === 0) throw new Refused(422, 'empty_file', 'The file is empty.')
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04')))
    throw new Refused(
      422,
      'not_csv',
      'This is a spreadsheet or an archive, not CSV. Export it as “CSV UTF-8” and send that.',
    )
  const encoding = named?.toLowerCase() ?? markedEncoding(bytes) ?? 'utf-8'
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

function markedEncoding(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
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

const badEncoding = (line: number | undefined, what: string) =>
  new Refused(
    422,
    'bad_encoding',
    `${line === undefined ? 'The file' : `Line ${line}`} ${what}. Save the file as UTF-8, or say what it is: encoding=windows-1250, encoding=windows-1252.`,
  )
