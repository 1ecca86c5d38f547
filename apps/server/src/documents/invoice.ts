import type { LabelledValue, PrintedDocument } from './document.ts'

/**
 * An invoice as the customer sees it. The same page serves proforma invoices and credit notes: change `labels.title`
 * and what else is called differently.
 */
export interface InvoiceDocument extends PrintedDocument {
  /** Shown as a small stamp beside the title; `final` and `written_off` have none. */
  status?: 'draft' | 'final' | 'partially_paid' | 'paid' | 'overdue' | 'void' | 'written_off'
  issue_date: string
  due_date?: string
  /** The period the invoice is for, for example `1–30 September 2026`. */
  service_period?: string
  /** More facts for the head of the document: order number, contract, the invoice that is credited. */
  details?: LabelledValue[]
  lines: InvoiceDocumentLine[]
  totals: InvoiceDocumentTotals
  /** How to pay: IBAN, reference, a link. Printed as a box below the totals. */
  payment_details?: LabelledValue[]
  /** A sentence in the payment box, for example how a direct debit will be taken. */
  payment_text?: string
  /** Words in another language; those not given stay English. */
  labels?: Partial<InvoiceLabels>
}

export interface InvoiceDocumentLine {
  /** A heading above this line, from which on the lines are those of one site; with what the site comes to. */
  section?: { title: string; detail?: string; amount?: string }
  description: string
  /** Printed in grey beneath the description. */
  period?: string
  quantity?: string
  unit_price?: string
  /** For example `23%` or `exempt`. */
  tax_rate?: string
  amount: string
}

export interface InvoiceDocumentTotals {
  net?: string
  /** One row for each rate, for example `{ label: 'VAT 23% on €40.00', value: '€9.20' }`. */
  taxes?: LabelledValue[]
  total: string
  paid?: string
  /** What is left to pay; repeated at the head of the document. */
  due?: string
}

export const english_invoice_labels = {
  title: 'Invoice',
  draft: 'Draft',
  partially_paid: 'Partially paid',
  paid: 'Paid',
  overdue: 'Overdue',
  void: 'Void',
  bill_to: 'Bill to',
  issue_date: 'Issue date',
  due_date: 'Due date',
  service_period: 'Service period',
  customer_number: 'Customer no.',
  tax_id: 'Tax ID',
  registration_number: 'Registration no.',
  description: 'Description',
  quantity: 'Qty',
  unit_price: 'Unit price',
  tax_rate: 'Tax',
  amount: 'Amount',
  net: 'Subtotal',
  total: 'Total',
  amount_paid: 'Paid',
  amount_due: 'Amount due',
  payment: 'How to pay',
  notes: 'Notes',
  /** `{page}` and `{pages}` are replaced by the numbers. */
  page: 'Page {page} of {pages}',
}

export type InvoiceLabels = Record<keyof typeof english_invoice_labels, string>
