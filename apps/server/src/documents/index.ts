import { DocumentRenderer } from './renderer.ts'
import type { DocumentTemplates } from './templates.ts'

export { english_contract_labels } from './contract.ts'
export type { ContractDocument, ContractDocumentLine, ContractLabels } from './contract.ts'
export type { Customer, LabelledValue, PrintedDocument, Seller } from './document.ts'
export { DocumentError } from './errors.ts'
export type { DocumentErrorCode } from './errors.ts'
export { english_invoice_labels } from './invoice.ts'
export type { InvoiceDocument, InvoiceDocumentLine, InvoiceDocumentTotals, InvoiceLabels } from './invoice.ts'
export { languages, phrase, printCount, printDay, printDays, wordsOf } from './languages/index.ts'
export type { Language, Words } from './languages/index.ts'
export { english_receipt_labels } from './receipt.ts'
export type { ReceiptAllocation, ReceiptDocument, ReceiptLabels } from './receipt.ts'
export { DocumentRenderer } from './renderer.ts'
export type { DocumentRendererOptions } from './renderer.ts'
export type { DocumentTemplates } from './templates.ts'

/** One for the process: layout takes one core, and a second process would only hold the fonts twice. */
let shared: DocumentRenderer | undefined

/** Renders a document to PDF; see `DocumentRenderer.renderDocument`. Costs nothing until it is first called. */
export function renderDocument<T extends keyof DocumentTemplates>(
  template: T,
  data: DocumentTemplates[T],
): Promise<Uint8Array> {
  shared ??= new DocumentRenderer()
  return shared.renderDocument(template, data)
}

/** Ends the process's renderer; part of an orderly stop. */
export async function closeDocuments(): Promise<void> {
  const renderer = shared
  shared = undefined
  await renderer?.close()
}
