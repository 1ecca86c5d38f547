import type { LabelledValue, PrintedDocument } from './document.ts'

/** Proof that a payment arrived, and what it was used for. */
export interface ReceiptDocument extends PrintedDocument {
  /** The day the money arrived. */
  paid_on: string
  amount: string
  /** For example `Bank transfer` or `Card ending 4242`. */
  method?: string
  /** The payer's or the bank's own reference. */
  reference?: string
  details?: LabelledValue[]
  /** The invoices this payment was put towards. */
  allocations?: ReceiptAllocation[]
  /** What was not put towards any invoice and stays as credit. */
  credit?: string
  labels?: Partial<ReceiptLabels>
}

export interface ReceiptAllocation {
  description: string
  date?: string
  amount: string
}

export const english_receipt_labels = {
  title: 'Receipt',
  received_from: 'Received from',
  paid_on: 'Paid on',
  method: 'Method',
  reference: 'Reference',
  customer_number: 'Customer no.',
  tax_id: 'Tax ID',
  registration_number: 'Registration no.',
  description: 'Paid for',
  date: 'Date',
  amount: 'Amount',
  credit: 'Kept as credit',
  total: 'Amount received',
  notes: 'Notes',
  /** `{page}` and `{pages}` are replaced by the numbers. */
  page: 'Page {page} of {pages}',
}

export type ReceiptLabels = Record<keyof typeof english_receipt_labels, string>
