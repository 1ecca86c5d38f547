import type { PrintedDocument } from '../../documents/index.ts'
import { wordsOf, type Language, type Words } from '../../documents/index.ts'
import type { DocumentKind } from './document-templates.ts'
import type { Letterhead } from './letterheads.ts'
import { fillIn, type Values } from './placeholders.ts'

export const languageOf = ({ template }: Letterhead): Language => template?.language ?? 'en'

/** What a letterhead brings to a document: seller, language, the words of its labels, and the template's texts filled in. */
export function worded<K extends DocumentKind>(
  head: Letterhead,
  kind: K,
  values: Omit<Values<K>, `seller.${string}`>,
): Pick<PrintedDocument, 'language' | 'seller' | 'footer' | 'before_lines' | 'after_lines'> & {
  labels: Partial<Words['invoice']> & Partial<Words['contract']>
} {
  const { seller, bank, template } = head
  const language = languageOf(head)
  const words = wordsOf(language)
  const all = {
    ...values,
    'seller.name': seller.name,
    'seller.email': seller.email,
    'seller.phone': seller.phone,
    'seller.website': seller.website,
    'seller.tax_id': seller.tax_id,
    'seller.registration_number': seller.registration_number,
    'seller.iban': bank.find(({ label }) => label === 'IBAN')?.value,
    'seller.bic': bank.find(({ label }) => label === 'BIC')?.value,
  }
  const text = (name: 'title' | 'before_lines' | 'after_lines' | 'footer', otherwise?: string | null) => {
    const said = template?.[name]
    return said ? fillIn(said, all) : otherwise || undefined
  }
  const [title, before_lines, after_lines, footer] = [
    text('title', kind === 'credit_note' ? words.credit_note : undefined),
    text('before_lines'),
    text('after_lines'),
    text('footer', head.footer),
  ]
  return {
    language,
    seller,
    ...(footer ? { footer } : {}),
    ...(before_lines ? { before_lines } : {}),
    ...(after_lines ? { after_lines } : {}),
    labels: { ...(kind === 'contract' ? words.contract : words.invoice), ...(title ? { title } : {}) },
  }
}
