import { english_contract_labels } from './contract.ts'
import type { ContractDocument } from './contract.ts'
import { english_invoice_labels } from './invoice.ts'
import type { InvoiceDocument } from './invoice.ts'
import { printable } from './printable.ts'
import { english_receipt_labels } from './receipt.ts'
import type { ReceiptDocument } from './receipt.ts'

/** Each template and what it prints. A template is `templates/<name>.typ`. */
export interface DocumentTemplates {
  invoice: InvoiceDocument
  receipt: ReceiptDocument
  contract: ContractDocument
}

const english_labels = {
  invoice: english_invoice_labels,
  receipt: english_receipt_labels,
  contract: english_contract_labels,
}

/** A document as a template reads it: JSON, all labels filled in, every string printable, and no nulls. */
export function documentData<T extends keyof DocumentTemplates>(
  template: T,
  data: DocumentTemplates[T],
): string {
  const labels = { ...english_labels[template], ...data.labels }
  return JSON.stringify({ ...data, labels }, (_, value: unknown) =>
    typeof value === 'string' ? printable(value) : (value ?? undefined),
  )
}

/** How a refusal calls the document: `The invoice INV-2026-00042`. */
export function documentName<T extends keyof DocumentTemplates>(
  template: T,
  data: DocumentTemplates[T],
): string {
  return `The ${template} ${data.number}`
}
