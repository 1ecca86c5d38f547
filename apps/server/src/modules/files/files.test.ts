import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { disposition, rangeOf } from './download.ts'
import { fileName } from './files.ts'
import { sniff } from './sniff.ts'

describe('what a content is', () => {
  const of = (text: string, name = 'x') => sniff(Buffer.from(text, 'latin1'), name)
  test('is read from its first bytes', () => {
    expect(of('%PDF-1.7\n%âãÏÓ')).toBe('application/pdf')
    expect(of('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')).toBe('image/png')
    expect(of('\xff\xd8\xff\xe0\0\x10JFIF')).toBe('image/jpeg')
    expect(of('RIFF\x24\0\0\0WEBPVP8 ')).toBe('image/webp')
    expect(of('\0\0\0\x18ftypheic\0\0\0\0')).toBe('image/heic')
    expect(of('PK\x03\x04 … [Content_Types].xml …', 'offer.docx')).toMatch(/wordprocessingml\.document$/)
    expect(of('PK\x03\x04 … mimetypeapplication/vnd.oasis.opendocument.textPK')).toMatch(
      /opendocument\.text$/,
    )
    expect(of('PK\x03\x04 …', 'offer.docx')).toBe('application/zip')
    expect(of('\x7fELF\x02\x01\x01\0')).toBe('application/octet-stream')
    expect(sniff(Buffer.from('Zażółć gęślą jaźń\n'), 'x')).toBe('text/plain')
  })
  test('is never something that a browser would carry out, whatever its name', () => {
    const pages = [
      '<!doctype html><script>alert(1)</script>',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'alert(1)',
    ]
    for (const page of pages)
      for (const name of ['a.html', 'a.svg', 'a.js']) expect(of(page, name)).toBe('text/plain')
  })
  test('text may be cut within a character', () => {
    expect(sniff(Buffer.from('a€').subarray(0, 3), 'x')).toBe('text/plain')
  })
  test('is decided for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.string(), (bytes, name) => {
        expect(sniff(bytes, name)).toMatch(/^(application|image|audio|video|text)\/[\w.+-]+$/)
        expect(sniff(bytes, name)).not.toMatch(/html|svg|script|xml$/)
      }),
    )
  })
})

test('a file’s name has no path, no control character, no direction marks, and is never empty', () => {
  expect(fileName('../../etc/passwd')).toBe('passwd')
  expect(fileName('C:\\Users\\me\\Umowa Łódź.pdf')).toBe('Umowa Łódź.pdf')
  expect(fileName('invoice\u202Efdp.exe')).toBe('invoicefdp.exe')
  expect(fileName('.htaccess')).toBe('htaccess')
  expect(fileName('\r\n')).toBe('file')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (given) => {
      expect(fileName(given)).toMatch(/^[^/\\\p{Cc}]{1,200}$/u)
      const header = disposition('attachment', fileName(given))
      expect(header).toMatch(/^[\x20-\x7e]+$/)
      expect(decodeURIComponent(header.split("filename*=UTF-8''")[1]!)).toBe(fileName(given))
    }),
  )
})

describe('the range of a content', () => {
  test('as RFC 9110 §14.1.2 has it', () => {
    expect(rangeOf('bytes=0-499', 10_000)).toEqual({ start: 0, end: 499 })
    expect(rangeOf('bytes=9500-', 10_000)).toEqual({ start: 9500, end: 9999 })
    expect(rangeOf('bytes=-500', 10_000)).toEqual({ start: 9500, end: 9999 })
    expect(rangeOf('bytes=-500', 100)).toEqual({ start: 0, end: 99 })
    expect(rangeOf('bytes=0-99999', 100)).toEqual({ start: 0, end: 99 })
    expect(rangeOf('bytes=100-', 100)).toBeNull()
    expect(rangeOf('bytes=-0', 100)).toBeNull()
    expect(rangeOf('bytes=0-', 0)).toBeNull()
  })
  test('is the whole where it says nothing, several things or nonsense', () => {
    for (const header of [
      undefined,
      '',
      'bytes=',
      'bytes=-',
      'bytes=0-1,5-6',
      'bytes=5-2',
      'lines=1-2',
      'bytes=x-',
    ])
      expect(rangeOf(header, 100)).toBe('whole')
  })
  test('lies within the content', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), fc.nat(1000), (from, to, size) => {
        const range = rangeOf(`bytes=${from}-${to}`, size)
        if (range === 'whole' || range === null) return
        expect(range.start).toBe(from)
        expect(range.end).toBeLessThan(size)
        expect(range.end).toBeGreaterThanOrEqual(range.start)
      }),
    )
  })
})
