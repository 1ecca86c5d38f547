import { joinLamAlef } from './lam_alef.ts'

/**
 * Makes a string fit to be printed and to be copied out of the PDF again.
 *
 * - Composed form (NFC): a letter with a separate accent is two glyphs, which PDF readers extract as two letters.
 * - Control characters have no glyph. Bidirectional controls go too: a name with U+202E in it would print the
 *   words after it backwards. The template gives every string its own direction instead.
 */
export function printable(text: string): string {
  const lines = text.toWellFormed().normalize('NFC').replace(line_ends, '\n').replaceAll('\t', ' ')
  return joinLamAlef(lines.replace(unprintable, ''))
}

const line_ends = /\r\n?|[\u0085\u2028\u2029]/g
const unprintable = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff]/gu
