/**
 * Writes Arabic lam-alef with Unicode's presentation forms, so that it can be read out of a PDF.
 *
 * Lam followed by alef is always drawn as one glyph. PDF readers (pdf.js, Poppler) turn right-to-left text around glyph
 * by glyph and do not turn the two letters within that glyph, so that سلام is extracted as سالم. As a presentation
 * form the pair is one character, which cannot be turned wrong, and compatibility normalisation (NFKC) makes the two
 * letters of it again. Forms do not join with plain letters, so the letters that join the pair become forms too.
 * Everything else stays as it is.
 */
export function joinLamAlef(text: string): string {
  return text.replace(joined_lam_alef, (_, before: string, pair: string) => {
    const letters = [...before].map((letter, index) => formOf(letter, index === 0 ? 'initial' : 'medial'))
    return letters.join('') + formOf(pair, letters.length === 0 ? 'isolated' : 'final')
  })
}

/** Unicode lists the forms of a letter side by side in this order. */
const form_order = { isolated: 0, final: 1, initial: 2, medial: 3 }

function formOf(letter: string, form: keyof typeof form_order): string {
  return forms.get(letter)?.[form_order[form]] ?? letter
}

const forms = presentationForms()
const joins_both_sides = [...forms].filter(([, known]) => known.length === 4).map(([letter]) => letter)
const joins_backwards = [...forms].filter(([, known]) => known.length === 2).map(([letter]) => letter)
const single = (letters: string[]) => letters.filter((letter) => letter.length === 1).join('')

/** The whole joined run before the pair; not if it goes on into vowel signs or letters that have no forms. */
const joined_lam_alef = new RegExp(
  `(?<=^|[^\\p{Script=Arabic}\\p{M}\\u0640\\u200d]|[${single(joins_backwards)}])` +
    `([${single(joins_both_sides)}]*)(\\u0644[\\u0622\\u0623\\u0625\\u0627])`,
  'gu',
)

function presentationForms(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  // Forms-A as far as Persian, Urdu and Kurdish use them (the font has no rnoon, U+FBA0), and all of Forms-B.
  for (const [first, last] of [
    [0xfb56, 0xfb9f],
    [0xfba6, 0xfbe7],
    [0xfbfc, 0xfbff],
    [0xfe80, 0xfefc],
  ] as const) {
    for (let code = first; code <= last; code++) {
      const form = String.fromCodePoint(code)
      const letter = form.normalize('NFKC')
      if (letter !== form) found.set(letter, [...(found.get(letter) ?? []), form])
    }
  }
  // Alef maksura has its joining forms in the other block (U+FBE8), out of order, and only Uighur joins it.
  found.delete('\u0649')
  return found
}
