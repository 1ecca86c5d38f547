/**
 * What a content is, by its first bytes; never by what its sender says. Only kinds that offices exchange are told apart. Anything that a
 * browser might carry out (HTML, SVG, scripts) is plain text or bytes here.
 */
export function sniff(head: Uint8Array, name: string): string {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const latin = bytes.toString('latin1')
  for (const [signature, offset, type] of signatures) if (latin.startsWith(signature, offset)) return type
  if (latin.startsWith('RIFF') && latin.startsWith('WEBP', 8)) return 'image/webp'
  if (latin.startsWith('ftyp', 4)) return brands[latin.slice(8, 12)] ?? 'video/mp4'
  if (latin.startsWith('PK\x03\x04')) return packed(latin, name)
  if (bytes.length === 0 || isText(bytes)) return 'text/plain'
  return 'application/octet-stream'
}

/** How many of the first bytes `sniff` wants to see. */
export const sniffed_bytes = 4096

/** What a browser may show within a page of ours. */
export const showable: ReadonlySet<string> = new Set([
  'application/pdf',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'text/plain',
])

const signatures = [
  ['%PDF-', 0, 'application/pdf'],
  ['\x89PNG\r\n\x1a\n', 0, 'image/png'],
  ['\xff\xd8\xff', 0, 'image/jpeg'],
  ['GIF87a', 0, 'image/gif'],
  ['GIF89a', 0, 'image/gif'],
  ['II*\0', 0, 'image/tiff'],
  ['MM\0*', 0, 'image/tiff'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 0, 'application/x-ole-storage'],
  ['{\\rtf', 0, 'application/rtf'],
  ['ID3', 0, 'audio/mpeg'],
  ['OggS', 0, 'audio/ogg'],
  ['\x1f\x8b', 0, 'application/gzip'],
  ['7z\xbc\xaf\x27\x1c', 0, 'application/x-7z-compressed'],
] as const

/** ISO base media files by their major brand. */
const brands: Record<string, string> = {
  heic: 'image/heic',
  heix: 'image/heic',
  mif1: 'image/heif',
  avif: 'image/avif',
  'M4A ': 'audio/mp4',
  'qt  ': 'video/quicktime',
}

/** Office documents are ZIP files; OpenDocument names itself in its first entry, the others are known by their parts. */
function packed(latin: string, name: string): string {
  const open = /mimetype(application\/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))/.exec(
    latin,
  )
  if (open?.[1]) return open[1]
  const office = 'application/vnd.openxmlformats-officedocument.'
  if (latin.includes('[Content_Types].xml') || latin.includes('_rels/')) {
    if (/\.docx$/i.test(name)) return `${office}wordprocessingml.document`
    if (/\.xlsx$/i.test(name)) return `${office}spreadsheetml.sheet`
    if (/\.pptx$/i.test(name)) return `${office}presentationml.presentation`
  }
  return 'application/zip'
}

/** UTF-8 without control characters. The last character may be cut. */
function isText(bytes: Buffer): boolean {
  if (bytes.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
