import type { DocumentKind } from './document-templates.ts'

/**
 * What the texts of a template may name, by kind of document: `{{customer.name}}`. It is what was true when the document was issued, so
 * that it prints the same for ever. docs/documents.md lists them too (test/scenarios/document-templates.test.ts compares).
 */
const seller = {
  'seller.name': 'Who sells, as documents name it',
  'seller.email': 'Its e-mail address',
  'seller.phone': 'Its telephone number',
  'seller.website': 'Its web site',
  'seller.tax_id': 'Its tax number',
  'seller.registration_number': 'Its number in the register',
  'seller.iban': 'The account to which customers pay',
  'seller.bic': 'The bank of that account',
} as const
const customer = {
  'customer.name': 'The customer’s name',
  'customer.number': 'The customer’s number',
  'customer.email': 'The customer’s e-mail address',
  'customer.tax_id': 'The customer’s tax number',
  'customer.street': 'Street of the billing address',
  'customer.postal_code': 'Postal code of it',
  'customer.city': 'City of it',
  'customer.country': 'Country of it',
} as const

export const placeholders = {
  invoice: {
    ...seller,
    ...customer,
    'invoice.number': 'The invoice’s number',
    'invoice.date': 'The day on which it was issued',
    'invoice.due_date': 'The day on which it is due',
    'invoice.period': 'The days that it bills',
    'invoice.net_total': 'Its total without tax',
    'invoice.tax_total': 'The tax on it',
    'invoice.total': 'Its total with tax',
  },
  credit_note: {
    ...seller,
    ...customer,
    'credit_note.number': 'The credit note’s number',
    'credit_note.date': 'The day on which it was issued',
    'credit_note.reason': 'Why money is given back',
    'credit_note.net_total': 'Its total without tax',
    'credit_note.tax_total': 'The tax on it',
    'credit_note.total': 'Its total with tax',
    'invoice.number': 'The invoice that it corrects',
  },
  contract: {
    ...seller,
    ...customer,
    'contract.number': 'The contract’s number',
    'contract.begins_on': 'Its first day',
    'contract.ends_on': 'The day on which its minimum term ends',
    'contract.minimum_term': 'How long it holds at least',
    'contract.notice': 'How long before its end it is ended',
    'tariff.title': 'What is provided',
    'tariff.price': 'What it costs, without tax',
  },
} as const satisfies Record<DocumentKind, Record<string, string>>

/** What each placeholder stands for; what is empty prints as nothing. */
export type Values<K extends DocumentKind> = Record<keyof (typeof placeholders)[K], string | null | undefined>

const written = /\{\{\s*([^{}]*?)\s*\}\}/g

/** Fills a text, once: what a value says is never read as a placeholder. */
export const fillIn = (text: string, values: Readonly<Record<string, string | null | undefined>>): string =>
  text.replace(written, (_, name: string) => values[name] ?? '')

/** A sentence about the first thing in a text that cannot be filled in, or null. */
export function placeholderMistake(
  kind: DocumentKind,
  text: string,
): { code: 'unknown_placeholder' | 'bad_placeholder'; sentence: string } | null {
  const known = Object.keys(placeholders[kind])
  for (const [whole, name = ''] of text.matchAll(written)) {
    if (known.includes(name)) continue
    const [nearest] = known
      .map((one) => ({ one, distance: distance(one, name) }))
      .filter(({ distance }) => distance <= 3)
      .sort((a, b) => a.distance - b.distance)
    const what = { invoice: 'An invoice', credit_note: 'A credit note', contract: 'A contract' }[kind]
    return {
      code: 'unknown_placeholder',
      sentence: nearest
        ? `${whole} is not known. Did you mean {{${nearest.one}}}?`
        : `${whole} is not known. ${what} knows ${known.map((one) => `{{${one}}}`).join(', ')}.`,
    }
  }
  const rest = text.replace(written, '')
  return rest.includes('{{') || rest.includes('}}')
    ? {
        code: 'bad_placeholder',
        sentence: 'A placeholder is written {{like.this}}: two braces on each side.',
      }
    : null
}

/** How many letters differ (Levenshtein). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 4
  let before = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const now = [i]
    for (let j = 1; j <= b.length; j++)
      now.push(Math.min(before[j]! + 1, now[j - 1]! + 1, before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    before = now
  }
  return before[b.length]!
}
