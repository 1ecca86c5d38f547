import { describe, expect, test } from 'vitest'
import { printable } from './printable.ts'

describe('a string becomes printable', () => {
  test('accents are composed and line ends are alike', () => {
    expect(printable('Jose\u0301 Mu\u0308ller\r\nŁódź\u2028Київ')).toBe('José Müller\nŁódź\nКиїв')
  })

  test('controls that have no glyph, or turn the words after them around, are left out', () => {
    expect(printable('a\u0000b\u001b\tc\u202ed\u2066e\ufefff')).toBe('ab cdef')
    expect(printable('half of a pair: \ud83d.')).toBe('half of a pair: \ufffd.')
  })

  test('markup is not touched', () => {
    const markup = '#import "x" $x$ *b* _i_ @ref \\ <l> `raw` // c'
    expect(printable(markup)).toBe(markup)
  })

  test.each([
    ['سلام', 'feb3 fefc 645'],
    ['الإسلام', '627 fef9 feb3 fefc 645'],
    ['علاء الآن', 'fecb fefc 621 20 627 fef5 646'],
    ['للاتصال', 'fedf fefc 62a 635 627 644'],
    ['لا', 'fefb'],
    ['گلایه', 'fb94 fefc 6cc 647'],
    ['لالا', 'fefb fefb'],
  ])('lam-alef in %s is one character, joined to the letters before it', (word, codes) => {
    const written = printable(word)
    expect([...written].map((letter) => letter.codePointAt(0)?.toString(16)).join(' ')).toBe(codes)
    expect(written.normalize('NFKC')).toBe(word)
  })

  test.each(['الرياض', 'محمد', 'شركة', 'סלאם', 'سَلام', 'ڻلا'])(
    '%s has no lam-alef, or one that has no joined form, and stays as it is',
    (word) => expect(printable(word)).toBe(word),
  )
})
