import { german } from './de.ts'
import { english, type Words } from './en.ts'
import { spanish } from './es.ts'
import { french } from './fr.ts'
import { polish } from './pl.ts'

/** The languages in which documents are printed; dates and amounts follow. */
export const languages = ['en', 'de', 'es', 'fr', 'pl'] as const
export type Language = (typeof languages)[number]
export type { Words }

const words: Record<Language, Words> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  pl: polish,
}

export const wordsOf = (language: Language): Words => words[language]

/** `{…}` in a phrase, replaced. */
export const phrase = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)

/** `1 October 2026`. */
export const printDay = (date: string, language: Language): string => days(language).format(at(date))
/** `1–31 October 2026`. */
export const printDays = (from: string, to: string, language: Language): string =>
  days(language).formatRange(at(from), at(to))

/** `3 months`, `1 day`. */
export const printCount = (n: number, unit: 'month' | 'day', language: Language): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(n)

const at = (date: string): Date => new Date(`${date}T00:00:00Z`)

const formats = new Map<Language, Intl.DateTimeFormat>()
function days(language: Language): Intl.DateTimeFormat {
  const known = formats.get(language)
  if (known) return known
  const made = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
  formats.set(language, made)
  return made
}
