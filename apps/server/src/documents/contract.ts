import type { LabelledValue, PrintedDocument } from './document.ts'

/** What a customer and the provider agree on about one service, with room for both to sign. */
export interface ContractDocument extends PrintedDocument {
  /** The day on which it begins. */
  begins_on: string
  /** More facts for the head: minimum term, its last day, notice. */
  details?: LabelledValue[]
  lines: ContractDocumentLine[]
  /** The terms in sentences, one a paragraph. */
  terms: string[]
  labels?: Partial<ContractLabels>
}

export interface ContractDocumentLine {
  description: string
  /** Printed in grey beneath the description. */
  detail?: string
  quantity?: string
  price: string
  /** For example `a month` or `once`. */
  charged: string
}

export const english_contract_labels = {
  title: 'Contract',
  customer: 'Customer',
  begins_on: 'Begins on',
  customer_number: 'Customer no.',
  tax_id: 'Tax ID',
  registration_number: 'Registration no.',
  description: 'What is provided',
  quantity: 'Qty',
  price: 'Price',
  charged: 'Charged',
  terms: 'Terms',
  notes: 'Conditions',
  signed_customer: 'Customer: place, date, signature',
  signed_provider: 'Provider: place, date, signature',
  /** `{page}` and `{pages}` are replaced by the numbers. */
  page: 'Page {page} of {pages}',
}

export type ContractLabels = Record<keyof typeof english_contract_labels, string>
