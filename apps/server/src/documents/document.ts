/**
 * What every printed document has in common. Every string is printed as it is: money, dates and quantities arrive
 * already formatted in the reader's language, and nothing in them is ever read as markup.
 */
export interface PrintedDocument {
  /** BCP 47 language of the document, for hyphenation rules and screen readers. Default `en`. */
  language?: string
  /** Reading direction of the page: columns, tables and alignment follow it. Default `ltr`. */
  direction?: 'ltr' | 'rtl'
  /** The number people quote, for example `INV-2026-00042`. */
  number: string
  seller: Seller
  customer: Customer
  /** Paragraphs before the lines and after them. Line breaks are kept. */
  before_lines?: string
  after_lines?: string
  /** Free text beneath the document. Line breaks are kept. */
  notes?: string
  /** One line at the foot of every page, for example the seller's court of registration. */
  footer?: string
}

export interface Seller {
  name: string
  /** Street, town, country: one line each. */
  address_lines?: string[]
  tax_id?: string
  registration_number?: string
  email?: string
  phone?: string
  website?: string
}

export interface Customer {
  name: string
  /** The ISP's own number for this customer. */
  number?: string
  address_lines?: string[]
  tax_id?: string
  email?: string
}

/** A fact with its name, for example `{ label: 'IBAN', value: 'DE02 1203 0000 0000 2020 51' }`. */
export interface LabelledValue {
  label: string
  value: string
}
